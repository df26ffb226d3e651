.POSIX:
.SUFFIXES: .c .o

# Yours: make CC=clang PREFIX=/usr CFLAGS='-O2 -g'
CC = cc
CFLAGS = -O2 -g
CPPFLAGS =
LDFLAGS =
LDLIBS =
PKG_CONFIG = pkg-config
PYTHON = /usr/bin/python3
PYTESTFLAGS =
PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
SYSCONFDIR = /etc
STATEDIR = /var/lib
DESTDIR =
BASHCOMPDIR = $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR = $(PREFIX)/share/zsh/site-functions
# Where units are put; empty: where systemd has its own, if it is there.
SYSTEMDUNITDIR =
# May be emptied: HARDEN= for debugging and for sanitizers.
HARDEN = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
HARDEN_LINK = -pie -Wl,-z,relro,-z,now
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wwrite-strings -Wcast-qual -Wpointer-arith -Wformat=2 -Wundef -Wvla \
	-Wimplicit-fallthrough -Wnull-dereference -Wdeclaration-after-statement

VERSION = 0.1.0
LIBRARIES = libcurl inih jansson expat libcrypto
DEFINES = -D_POSIX_C_SOURCE=200809L -DVERSION='"$(VERSION)"' \
	-DSYSCONFDIR='"$(SYSCONFDIR)"' -DSTATEDIR='"$(STATEDIR)"'
ALL_CFLAGS = -std=c11 -fPIE -Isrc -MMD -MP $(DEFINES) $(WARN) $(HARDEN) \
	$$($(PKG_CONFIG) --cflags $(LIBRARIES)) $(CPPFLAGS) $(CFLAGS)
ALL_LIBS = $(HARDEN_LINK) $(LDFLAGS) $$($(PKG_CONFIG) --libs $(LIBRARIES)) \
	$(LDLIBS)

# A new file is picked up by its place: src/, a folder of src/, tests/unit/.
TEXTS = src/provider/texts.c
SOURCES != ls src/*.c src/*/*.c | grep -v -e src/main.c -e $(TEXTS)
OBJECTS = $(SOURCES:.c=.o) $(TEXTS:.c=.o)
ROWS != ls src/providers/*.ini
MAN != ls man/*.[1-8]
UNIT != ls tests/unit/test-*.c | sed 's/\.c$$//'
FUZZERS != ls tests/fuzz/fuzz-*.c | sed 's/\.c$$//'
SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
PACKAGES = build-essential pkg-config libcurl4-openssl-dev libinih-dev \
	libjansson-dev libexpat1-dev libssl-dev libcmocka-dev python3 \
	python3-pytest python3-pytest-xdist openssl ca-certificates curl iproute2 \
	libfaketime strace valgrind bind9 bind9-dnsutils cron pdns-server \
	pdns-backend-sqlite3 sqlite3 time clang clang-format clang-tidy llvm \
	libclang-rt-dev cppcheck shellcheck mandoc universal-ctags lcov zsh systemd ddclient \
	inadyn lexicon libio-socket-ssl-perl

all: src/ddns

src/ddns: src/main.o src/libddns.a
	$(CC) $(ALL_CFLAGS) -o $@ src/main.o src/libddns.a $(ALL_LIBS)

src/libddns.a: $(OBJECTS)
	rm -f $@
	$(AR) -rc $@ $(OBJECTS)

.c.o:
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

src/main.o $(OBJECTS) $(UNIT) $(FUZZERS): Makefile

-include src/*.d src/*/*.d tests/unit/*.d tests/fuzz/*.d

$(TEXTS): $(ROWS) src/embed.awk
	awk -f src/embed.awk $(ROWS) >$@.new
	mv $@.new $@

.c:
	$(CC) $(ALL_CFLAGS) -o $@ $< src/libddns.a $(ALL_LIBS) $(TESTLIBS)

$(UNIT) $(FUZZERS): src/libddns.a

units: all
	$(MAKE) TESTLIBS=-lcmocka $(UNIT)

fuzzers: $(FUZZERS)

check: all units
	@failed=; for unit in $(UNIT); do \
		echo "$$unit"; DDNS_TESTS=tests $$unit || failed="$$failed $$unit"; \
	done; \
	each=$$($(PYTHON) -c 'import xdist; print("-n", "auto")' 2>/dev/null); \
	$(PYTHON) -m pytest -q $$each $(PYTESTFLAGS) tests || \
		failed="$$failed pytest"; \
	[ -z "$$failed" ] || { echo "failed:$$failed" >&2; exit 1; }

lint:
	tests/lint/run

# Writes the list of providers in man/ddns-providers.5 anew.
manual: all
	$(PYTHON) tests/lint/catalogue

demo: all
	$(PYTHON) tests/tools/demo

bench: all
	$(PYTHON) tests/tools/bench

fuzz:
	tests/fuzz/run

# Builds with other flags go into a copy, so that objects do not mix.
copy:
	rm -rf build/$(COPY)
	mkdir -p build/$(COPY)
	cp -R Makefile README ddns.ini.example man src tests build/$(COPY)
	cd build/$(COPY) && $(MAKE) clean

check-asan:
	$(MAKE) COPY=asan copy
	cd build/asan && $(MAKE) HARDEN= CFLAGS='$(SANITIZE)' check

# Counters that another user may not write fail some tests; the rest counts.
coverage:
	$(MAKE) COPY=coverage copy
	-cd build/coverage && $(MAKE) HARDEN= CFLAGS='-O0 -g --coverage' check
	lcov -q -c --no-external --rc lcov_branch_coverage=1 \
		-d build/coverage/src -o build/coverage.info
	lcov --summary --rc lcov_branch_coverage=1 build/coverage.info

check-valgrind: all units
	tests/tools/valgrind $(UNIT)

# Prints the folder of the units: nothing where there is no systemd.
UNITS_AT = if [ -n "$(SYSTEMDUNITDIR)" ]; then \
		echo "$(SYSTEMDUNITDIR)"; \
	elif [ -d /run/systemd/system ] || [ -d /usr/lib/systemd/system ]; then \
		$(PKG_CONFIG) --variable=systemdsystemunitdir systemd \
			2>/dev/null || echo /usr/lib/systemd/system; \
	fi

# Never touches a configuration.
install: all
	mkdir -p $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 \
		$(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(SYSCONFDIR)/ddns
	cp src/ddns $(DESTDIR)$(BINDIR)/ddns
	chmod 755 $(DESTDIR)$(BINDIR)/ddns
	for page in $(MAN); do \
		to=$(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; \
		cp $$page $$to && chmod 644 $$to || exit 1; \
	done
	cp ddns.ini.example $(DESTDIR)$(SYSCONFDIR)/ddns/ddns.ini.example
	chmod 644 $(DESTDIR)$(SYSCONFDIR)/ddns/ddns.ini.example
	mkdir -p $(DESTDIR)$(BASHCOMPDIR) $(DESTDIR)$(ZSHCOMPDIR)
	cp src/completion/ddns.bash $(DESTDIR)$(BASHCOMPDIR)/ddns
	cp src/completion/_ddns $(DESTDIR)$(ZSHCOMPDIR)/_ddns
	chmod 644 $(DESTDIR)$(BASHCOMPDIR)/ddns $(DESTDIR)$(ZSHCOMPDIR)/_ddns
	units=$$($(UNITS_AT)); [ -n "$$units" ] || exit 0; \
	mkdir -p $(DESTDIR)$$units || exit 1; \
	for unit in ddns.service ddns.timer; do \
		sed -e 's|@BINDIR@|$(BINDIR)|' -e 's|@SYSCONFDIR@|$(SYSCONFDIR)|' \
			src/systemd/$$unit >$(DESTDIR)$$units/$$unit && \
		chmod 644 $(DESTDIR)$$units/$$unit || exit 1; \
	done

# Leaves the configuration and the state.
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/ddns $(DESTDIR)$(BASHCOMPDIR)/ddns \
		$(DESTDIR)$(ZSHCOMPDIR)/_ddns \
		$(DESTDIR)$(SYSCONFDIR)/ddns/ddns.ini.example
	units=$$($(UNITS_AT)); [ -n "$$units" ] || exit 0; \
	rm -f $(DESTDIR)$$units/ddns.service $(DESTDIR)$$units/ddns.timer
	for page in $(MAN); do \
		rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; \
	done

clean:
	rm -rf build
	rm -f src/ddns src/libddns.a $(TEXTS) $(UNIT) $(FUZZERS)
	rm -f src/*.[od] src/*/*.[od] src/*.gc?? src/*/*.gc?? tests/*/*.d

dist:
	git archive --prefix=ddns-$(VERSION)/ -o ddns-$(VERSION).tar.gz HEAD

# Installs what is missing of the packages that build, tests and lint need.
deps:
	@if ! command -v apt-get >/dev/null 2>&1; then \
		echo "needed (names as in Debian): $(PACKAGES)" >&2; exit 1; \
	fi; \
	missing=; for package in $(PACKAGES); do \
		dpkg-query -W -f '$${Status}' $$package 2>/dev/null | \
			grep -q ' installed$$' || missing="$$missing $$package"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	sudo=; [ "$$(id -u)" -eq 0 ] || sudo=sudo; \
	$$sudo apt-get update -q && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
		--no-install-recommends $$missing

.PHONY: all units fuzzers check lint manual demo bench fuzz copy check-asan \
	coverage check-valgrind install uninstall clean dist deps
