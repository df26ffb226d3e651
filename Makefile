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
ALL_CFLAGS = -std=c11 -fPIE $(DEFINES) $(WARN) $(HARDEN) \
	$$($(PKG_CONFIG) --cflags $(LIBRARIES)) $(CPPFLAGS) $(CFLAGS)
ALL_LIBS = $(HARDEN_LINK) $(LDFLAGS) $$($(PKG_CONFIG) --libs $(LIBRARIES)) \
	$(LDLIBS)

# A variable for each floor, the lowest first.
GROUND = src/buf.c src/fail.c src/log.c src/secret.c
VALUES = src/address.c src/json.c src/sign.c src/template.c
WORLD = src/child.c src/cli.c src/clock.c src/config.c src/http.c \
	src/state.c src/stats.c src/stop.c
TRADE = src/exchange.c src/lookup.c src/plan.c src/provider.c \
	src/provider-texts.c
COMMANDS = src/check.c src/report.c src/update.c
OBJECTS = $(GROUND:.c=.o) $(VALUES:.c=.o) $(WORLD:.c=.o) $(TRADE:.c=.o) \
	$(COMMANDS:.c=.o)
HEADERS = src/address.h src/buf.h src/child.h src/cli.h src/clock.h \
	src/config.h src/exchange.h src/exit.h src/fail.h src/http.h \
	src/json.h src/log.h src/lookup.h src/plan.h src/provider.h \
	src/secret.h src/sign.h src/state.h src/stats.h src/stop.h \
	src/template.h
ROWS =
MAN = man/ddns.1 man/ddns.ini.5 man/ddns-providers.5
UNIT =
FUZZERS =
SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
PACKAGES = build-essential pkg-config libcurl4-openssl-dev libinih-dev \
	libjansson-dev libexpat1-dev libssl-dev libcmocka-dev python3 \
	python3-pytest openssl ca-certificates curl iproute2 libfaketime strace \
	valgrind bind9 bind9-dnsutils cron pdns-server pdns-backend-sqlite3 \
	sqlite3 clang clang-format clang-tidy llvm libclang-rt-dev cppcheck \
	shellcheck mandoc universal-ctags lcov

all: src/ddns

src/ddns: src/main.o src/libddns.a
	$(CC) $(ALL_CFLAGS) -o $@ src/main.o src/libddns.a $(ALL_LIBS)

src/libddns.a: $(OBJECTS)
	rm -f $@
	$(AR) -rc $@ $(OBJECTS)

.c.o:
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

src/main.o $(OBJECTS): $(HEADERS) Makefile

src/provider-texts.c: $(ROWS) src/embed.awk
	awk -f src/embed.awk $(ROWS) >$@.new
	mv $@.new $@

.c:
	$(CC) $(ALL_CFLAGS) -Isrc -o $@ $< src/libddns.a $(ALL_LIBS) $(TESTLIBS)

$(UNIT) $(FUZZERS): src/libddns.a

units:
	$(MAKE) TESTLIBS=-lcmocka $(UNIT)

check: all units
	@failed=; for unit in $(UNIT); do \
		echo "$$unit"; DDNS_TESTS=tests $$unit || failed="$$failed $$unit"; \
	done; [ -z "$$failed" ] || { echo "failed:$$failed" >&2; exit 1; }
	$(PYTHON) -m pytest $(PYTESTFLAGS) tests

lint:
	tests/lint/run

demo: all
	tests/demo

bench: all
	tests/bench

fuzz:
	tests/fuzz/run

# Builds with other flags go into a copy, so that objects do not mix.
copy:
	rm -rf build/$(COPY)
	mkdir -p build/$(COPY)
	cp -R .clang-format Makefile man src tests build/$(COPY)
	cd build/$(COPY) && $(MAKE) clean

check-asan:
	$(MAKE) COPY=asan copy
	cd build/asan && $(MAKE) HARDEN= CFLAGS='$(SANITIZE)' check

coverage:
	$(MAKE) COPY=coverage copy
	cd build/coverage && $(MAKE) HARDEN= CFLAGS='-O0 -g --coverage' check
	lcov -q -c -d build/coverage/src -o build/coverage.info
	lcov --summary build/coverage.info

check-valgrind: all units
	tests/valgrind $(UNIT)

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

# Leaves the configuration and the state.
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/ddns \
		$(DESTDIR)$(SYSCONFDIR)/ddns/ddns.ini.example
	for page in $(MAN); do \
		rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; \
	done

clean:
	rm -rf build
	rm -f src/ddns src/*.o src/*.a src/*.gcda src/*.gcno \
		src/provider-texts.c $(UNIT) $(FUZZERS)

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

.PHONY: all units check lint demo bench fuzz copy check-asan coverage \
	check-valgrind install uninstall clean dist deps
