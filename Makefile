# SPDX-License-Identifier: ISC
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
TORTUREFLAGS =
MUTATEFLAGS =
PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
SYSCONFDIR = /etc
STATEDIR = /var/lib
DESTDIR =
BASHCOMPDIR = $(PREFIX)/share/bash-completion/completions
# Debian's zsh looks below /usr in a folder of its own.
ZSHCOMPDIR != [ "$(PREFIX)" = /usr ] && [ -e /etc/debian_version ] && \
	echo /usr/share/zsh/vendor-completions || \
	echo "$(PREFIX)/share/zsh/site-functions"
SYSTEMDUNITDIR = $(PREFIX)/lib/systemd/system
# May be emptied: HARDEN= for debugging and for sanitizers.
HARDEN = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
HARDEN_LINK = -pie -Wl,-z,relro,-z,now
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wwrite-strings -Wcast-qual -Wpointer-arith -Wformat=2 -Wundef -Wvla \
	-Wimplicit-fallthrough -Wnull-dereference -Wdeclaration-after-statement

VERSION = 0.1.0
CURL_OLDEST = 7.74.0
LIBRARIES = libcurl inih jansson expat libssl libcrypto
DEFINES = -D_POSIX_C_SOURCE=200809L -DVERSION='"$(VERSION)"' \
	-DSYSCONFDIR='"$(SYSCONFDIR)"' -DSTATEDIR='"$(STATEDIR)"'
# The folder of the build is in no file of it.
ALL_CFLAGS = -std=c11 -fPIE -Isrc -MMD -MP $(DEFINES) $(WARN) $(HARDEN) \
	"-ffile-prefix-map=$$PWD=." \
	$$($(PKG_CONFIG) --cflags $(LIBRARIES)) $(CPPFLAGS) $(CFLAGS)
ALL_LIBS = $(HARDEN_LINK) $(LDFLAGS) $$($(PKG_CONFIG) --libs $(LIBRARIES)) \
	$(LDLIBS)

# A new file is picked up by its place: src/, a folder of src/, tests/unit/.
TEXTS = src/provider/texts.c
# Sorted, so that two builds are the same byte for byte.
SOURCES != LC_ALL=C ls src/*.c src/*/*.c | grep -v -e src/main.c -e $(TEXTS)
OBJECTS = $(SOURCES:.c=.o) $(TEXTS:.c=.o)
ROWS != LC_ALL=C ls src/providers/*.ini
# In a folder below man/: a translation.
MAN != cd man && ls *.[1-8] */*.[1-8]
UNIT != ls tests/unit/test-*.c | sed 's/\.c$$//'
FUZZERS != ls tests/fuzz/fuzz-*.c | sed 's/\.c$$//'
SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all -DSANDBOX_LEAKS -DDDNS_CHUNK=0
all: src/ddns

src/ddns: src/main.o src/libddns.a
	$(CC) $(ALL_CFLAGS) -o $@ src/main.o src/libddns.a $(ALL_LIBS)

src/libddns.a: $(OBJECTS)
	rm -f $@
	$(AR) -rc $@ $(OBJECTS)

.c.o:
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

src/main.o $(OBJECTS) $(UNIT) $(FUZZERS): Makefile src/libraries.d

# Looked for once, so that what is missing is one line and no storm.
src/libraries.d: Makefile
	@$(PKG_CONFIG) --exists --print-errors $(LIBRARIES)
	@$(PKG_CONFIG) --atleast-version=$(CURL_OLDEST) libcurl || { \
		echo "libcurl $$($(PKG_CONFIG) --modversion libcurl) is too" \
			"old: $(CURL_OLDEST) or newer is needed" >&2; exit 1; }
	@: >$@

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
	$(PYTHON) -m pytest -q -rs $$each $(PYTESTFLAGS) tests || \
		failed="$$failed pytest"; \
	[ -z "$$failed" ] || { echo "failed:$$failed" >&2; exit 1; }

lint:
	tests/lint/run

# Writes the list of services in man/ddns-providers.5 anew.
manual: all
	$(PYTHON) tests/lint/catalogue

demo: all
	$(PYTHON) tests/tools/demo

bench: all
	$(PYTHON) tests/tools/bench

# Feeds each fuzzer for half a minute; for an hour, or only what is kept:
# FUZZ_SECONDS=3600 make fuzz, FUZZ_SECONDS=0 make fuzz
fuzz:
	tests/fuzz/run

# Faults of all kinds at all points of a run: hours; every N-th of them alone:
# make torture TORTUREFLAGS='--every 40'
torture: all
	tests/torture/run $(TORTUREFLAGS)

# Breaks the code in one place at a time and looks whether a test notices: half
# a day for all places; a sample of them: make mutate MUTATEFLAGS='--sample 200'
mutate:
	tests/tools/mutate $(MUTATEFLAGS)

# Builds with other flags go into a copy, so that objects do not mix. It has no
# test of what is built in a bare system, which is the same there.
copy:
	rm -rf build/$(COPY)
	mkdir -p build/$(COPY)
	cp -R Makefile README ddns.ini.example man src tests build/$(COPY)
	rm -f build/$(COPY)/tests/test_package.py
	cd build/$(COPY) && $(MAKE) clean

# without what counts instructions and memory, which sanitizers add to
check-asan:
	$(MAKE) COPY=asan copy
	cd build/asan && $(MAKE) HARDEN= CFLAGS='$(SANITIZE)' \
		PYTESTFLAGS='$(PYTESTFLAGS) --ignore=tests/test_growth.py' check

# Counters that another user may not write fail some tests; the rest counts.
coverage:
	$(MAKE) COPY=coverage copy
	-cd build/coverage && $(MAKE) HARDEN= \
		CFLAGS='-O0 -g --coverage -DSANDBOX_WRITES="\"$(CURDIR)/build\""' \
		check
	lcov -q -c --no-external --rc lcov_branch_coverage=1 \
		-d build/coverage/src -o build/coverage.info
	lcov --summary --rc lcov_branch_coverage=1 build/coverage.info

check-valgrind: all units
	tests/tools/valgrind $(UNIT)

# put FROM TO: puts a text in place with the folders' names in it.
PUT = put() { sed -e 's|@BINDIR@|$(BINDIR)|g' \
	-e 's|@SYSCONFDIR@|$(SYSCONFDIR)|g' -e 's|@STATEDIR@|$(STATEDIR)|g' \
	"$$1" >"$(DESTDIR)$$2" && chmod 644 "$(DESTDIR)$$2" || exit 1; }
# Where a page goes: zh_CN/ddns.1 to zh_CN/man1/ddns.1.
PLACE = $$(echo $$page | sed 's|[^/]*\.\(.\)$$|man\1/&|')

# Never touches a configuration.
install: all
	umask 022; mkdir -p $(DESTDIR)$(BINDIR) $(DESTDIR)$(SYSCONFDIR)/ddns \
		$(DESTDIR)$(BASHCOMPDIR) $(DESTDIR)$(ZSHCOMPDIR) \
		$(DESTDIR)$(SYSTEMDUNITDIR)
	cp src/ddns $(DESTDIR)$(BINDIR)/ddns
	chmod 755 $(DESTDIR)$(BINDIR)/ddns
	sed -e 's|/etc/ddns|$(SYSCONFDIR)/ddns|g' ddns.ini.example \
		>$(DESTDIR)$(SYSCONFDIR)/ddns/ddns.ini.example
	chmod 644 $(DESTDIR)$(SYSCONFDIR)/ddns/ddns.ini.example
	umask 022; $(PUT); for page in $(MAN); do \
		place=$(MANDIR)/$(PLACE); \
		mkdir -p $(DESTDIR)$${place%/*}; put man/$$page $$place; \
	done; \
	put src/completion/ddns.bash $(BASHCOMPDIR)/ddns; \
	put src/completion/_ddns $(ZSHCOMPDIR)/_ddns; \
	put src/systemd/ddns.service $(SYSTEMDUNITDIR)/ddns.service; \
	put src/systemd/ddns.timer $(SYSTEMDUNITDIR)/ddns.timer

# Leaves the configuration and the state.
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/ddns $(DESTDIR)$(BASHCOMPDIR)/ddns \
		$(DESTDIR)$(ZSHCOMPDIR)/_ddns \
		$(DESTDIR)$(SYSTEMDUNITDIR)/ddns.service \
		$(DESTDIR)$(SYSTEMDUNITDIR)/ddns.timer \
		$(DESTDIR)$(SYSCONFDIR)/ddns/ddns.ini.example
	for page in $(MAN); do \
		rm -f $(DESTDIR)$(MANDIR)/$(PLACE); \
	done

clean:
	rm -rf build
	rm -f src/ddns src/libddns.a $(TEXTS) $(UNIT) $(FUZZERS)
	rm -f src/*.[od] src/*/*.[od] src/*.gc?? src/*/*.gc?? tests/*/*.d

# ddns-VERSION.tar.gz, without git as well.
dist:
	.packaging/dist $(VERSION)

# A package for Debian and Ubuntu, in build/deb.
deb:
	.packaging/deb $(VERSION)

# What build and demo need, what the tests need, and what all else here needs.
deps:
	@tests/tools/deps build

deps-check:
	@tests/tools/deps build check

deps-lint:
	@tests/tools/deps build check lint

.PHONY: all units fuzzers check lint manual demo bench fuzz torture mutate copy \
	check-asan coverage check-valgrind install uninstall clean dist deb deps \
	deps-check deps-lint
