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
ALL_CFLAGS = -std=c11 -fPIE $(DEFINES) $(WARN) $(HARDEN) \
	$$($(PKG_CONFIG) --cflags $(LIBRARIES)) $(CPPFLAGS) $(CFLAGS)
ALL_LIBS = $(HARDEN_LINK) $(LDFLAGS) $$($(PKG_CONFIG) --libs $(LIBRARIES)) \
	$(LDLIBS)

# A variable for each floor, the lowest first.
GROUND = src/buf.c src/fail.c src/log.c src/secret.c
VALUES = src/address-text.c src/address.c src/json-find.c src/json-text.c \
	src/json-xml.c src/json.c src/sign-51dns.c src/sign-bce.c \
	src/sign-canonical.c src/sign-hmac.c src/sign-jwt.c src/sign-rpc.c \
	src/sign-sha1.c src/sign.c src/template-json.c src/template-url.c \
	src/template.c
WORLD = src/child.c src/cli.c src/clock.c src/config-file.c \
	src/config-line.c src/config-parse.c src/config-path.c src/config-value.c \
	src/config.c src/event-check.c src/event-read.c src/event.c \
	src/http-answer.c src/http-ca.c src/http-transfer.c src/http-url.c \
	src/http.c src/state-column.c src/state-file.c src/state-line.c \
	src/state-rows.c src/state-text.c src/state.c src/stats.c src/stop.c
TRADE = src/account-names.c src/account-values.c src/account.c \
	src/catalogue-check.c src/catalogue.c src/exchange-answer.c \
	src/exchange-batch.c src/exchange-decide.c src/exchange-message.c \
	src/exchange-page.c src/exchange-read.c src/exchange-send.c \
	src/exchange-show.c src/exchange-step.c src/exchange-zone.c src/exchange.c \
	src/layer.c src/lookup-exec.c src/lookup-file.c src/lookup-interface.c \
	src/lookup-set.c src/lookup-source.c src/lookup.c src/nsupdate-answer.c \
	src/nsupdate-check.c src/nsupdate-script.c src/nsupdate.c src/plan.c \
	src/provider-show.c src/provider-texts.c src/row-check-keys.c \
	src/row-check.c src/row-make.c src/row-parse-line.c src/row-parse.c \
	src/row-type.c
COMMANDS = src/check.c src/command.c src/decide.c src/document.c src/probe.c \
	src/providers.c src/report.c src/screen.c src/status-document.c \
	src/status-items.c src/status-text.c src/status.c src/update-apply.c \
	src/update-document.c src/update-events.c src/update-items.c \
	src/update-lines.c src/update-settle.c src/update.c
OBJECTS = $(GROUND:.c=.o) $(VALUES:.c=.o) $(WORLD:.c=.o) $(TRADE:.c=.o) \
	$(COMMANDS:.c=.o)
HEADERS = src/account.h src/address.h src/buf.h src/catalogue.h src/check.h \
	src/child.h src/cli.h src/clock.h src/command.h src/config-part.h \
	src/config.h src/decide.h src/document.h src/event-part.h src/event.h \
	src/exchange-part.h src/exchange.h src/exit.h src/fail.h src/http-part.h \
	src/http.h src/json-part.h src/json.h src/layer.h src/log.h \
	src/lookup-part.h src/lookup.h src/nsupdate-part.h src/nsupdate.h \
	src/plan.h src/probe.h src/provider.h src/providers.h src/report.h \
	src/row-check.h src/row-make.h src/row-parse.h src/screen.h src/secret.h \
	src/sign-part.h src/sign.h src/state-file.h src/state-line.h \
	src/state-rows.h src/state.h src/stats.h src/status-part.h src/status.h \
	src/stop.h src/template-part.h src/template.h src/update-part.h \
	src/update.h
ROWS = src/providers/1984.ini src/providers/51dns.ini \
	src/providers/alidns.ini src/providers/aliesa.ini \
	src/providers/arvancloud.ini src/providers/azure.ini \
	src/providers/baiducloud.ini src/providers/binarylane.ini \
	src/providers/bunny.ini src/providers/changeip.ini src/providers/civo.ini \
	src/providers/cloudflare.ini src/providers/cloudns-dynurl.ini \
	src/providers/cloudns.ini src/providers/ddns.fm.ini src/providers/ddnss.ini \
	src/providers/desec.ini src/providers/dhis.ini \
	src/providers/digitalocean.ini src/providers/dinahosting.ini \
	src/providers/directnic.ini src/providers/dnsexit.ini \
	src/providers/dnsimple.ini src/providers/dnsla.ini \
	src/providers/dnsmadeeasy.ini src/providers/dnsmgr.ini \
	src/providers/dnspod.ini src/providers/domaindiscount24.ini \
	src/providers/dondominio.ini src/providers/dreamhost.ini \
	src/providers/duckdns.ini src/providers/dynadot.ini \
	src/providers/dyndns2.ini src/providers/dynv6.ini \
	src/providers/easydns-api.ini src/providers/edgeone.ini \
	src/providers/enom.ini src/providers/eranet.ini src/providers/freedns.ini \
	src/providers/freemyip.ini src/providers/gandi.ini src/providers/gcore.ini \
	src/providers/gehirn.ini src/providers/gira.ini src/providers/glesys.ini \
	src/providers/godaddy.ini src/providers/goip.ini \
	src/providers/googlecloud.ini src/providers/hetzner.ini \
	src/providers/hosting.de-api.ini src/providers/hostinger.ini \
	src/providers/hosttech.ini src/providers/http.net.ini \
	src/providers/huaweicloud.ini src/providers/infomaniak.ini \
	src/providers/ionos.ini src/providers/leaseweb.ini \
	src/providers/lightsail.ini src/providers/limacity.ini \
	src/providers/linode.ini src/providers/luadns.ini \
	src/providers/mailinabox.ini src/providers/myaddr.ini \
	src/providers/mydns.jp.ini src/providers/mythic-beasts.ini \
	src/providers/name.com.ini src/providers/namecheap.ini \
	src/providers/namesilo.ini src/providers/nearlyfreespeech.ini \
	src/providers/netcup.ini src/providers/netlify.ini src/providers/netnod.ini \
	src/providers/nic.ru.ini src/providers/njalla-api.ini \
	src/providers/njalla.ini src/providers/now.cn.ini src/providers/ns1.ini \
	src/providers/nsupdate.ini src/providers/ovh-api.ini \
	src/providers/plesk.ini src/providers/porkbun.ini \
	src/providers/powerdns.ini src/providers/rainyun.ini \
	src/providers/rcodezero.ini src/providers/reg.ru.ini \
	src/providers/regfish.ini src/providers/rimuhosting.ini \
	src/providers/route53.ini src/providers/scaleway.ini \
	src/providers/servercow.ini src/providers/sitelutions.ini \
	src/providers/spaceship.ini src/providers/technitium.ini \
	src/providers/tencentcloud.ini src/providers/tnet.hk.ini \
	src/providers/url.ini src/providers/vercel.ini src/providers/volcengine.ini \
	src/providers/vultr.ini src/providers/west.cn.ini \
	src/providers/yandex360.ini src/providers/zone.ee.ini \
	src/providers/zonomi.ini
MAN = man/ddns.1 man/ddns.ini.5 man/ddns-providers.5
UNIT = tests/unit/test-account-secret tests/unit/test-account \
	tests/unit/test-address-find tests/unit/test-address tests/unit/test-buf \
	tests/unit/test-catalogue tests/unit/test-child tests/unit/test-cli \
	tests/unit/test-config-file tests/unit/test-config-path \
	tests/unit/test-config-value tests/unit/test-config tests/unit/test-decide \
	tests/unit/test-exchange tests/unit/test-http-loop \
	tests/unit/test-http-send tests/unit/test-http-tls tests/unit/test-http-url \
	tests/unit/test-http tests/unit/test-json tests/unit/test-nsupdate \
	tests/unit/test-provider tests/unit/test-screen tests/unit/test-secret \
	tests/unit/test-sign tests/unit/test-state-files tests/unit/test-state-rows \
	tests/unit/test-state-text tests/unit/test-state tests/unit/test-stats \
	tests/unit/test-template
FUZZERS = tests/fuzz/fuzz-address tests/fuzz/fuzz-config \
	tests/fuzz/fuzz-exchange tests/fuzz/fuzz-json tests/fuzz/fuzz-state \
	tests/fuzz/fuzz-template
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

src/main.o $(OBJECTS): $(HEADERS) Makefile

src/provider-texts.c: $(ROWS) src/embed.awk
	awk -f src/embed.awk $(ROWS) >$@.new
	mv $@.new $@

.c:
	$(CC) $(ALL_CFLAGS) -Isrc -o $@ $< src/libddns.a $(ALL_LIBS) $(TESTLIBS)

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
	$(PYTHON) tests/demo

bench: all
	$(PYTHON) tests/bench

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
	tests/valgrind $(UNIT)

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

.PHONY: all units fuzzers check lint manual demo bench fuzz copy check-asan \
	coverage check-valgrind install uninstall clean dist deps
