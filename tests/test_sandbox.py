# SPDX-License-Identifier: ISC
"""The sandbox in whole runs: what works in it and what it refuses."""

import ctypes
import errno
import pathlib
import socket
import subprocess
import threading

import pytest

import harness
import kill
import netns
from harness import Reply, Tunnel
from netns import Namespace

LINE = "home.example.com A none -> 203.0.113.7 (dyndns2)\n"


def build(folder, name, text, *flags):
    source = folder / f"{name}.c"
    source.write_text(text)
    subprocess.run(["cc", "-shared", "-fPIC", "-w", "-o", folder / name,
                    source, *flags], check=True)
    return folder / name


# A library that, when the program first connects, tries what it may not.
INTRUDER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static void say(const char *what, long done)
{
	fprintf(stderr, "intruder: %s %d\n", what, done < 0 ? errno : 0);
}

static void intrude(void)
{
	char *argv[] = { "/bin/true", NULL };
	char *at = getenv("INTRUDER");

	say("write", open(at, O_WRONLY | O_CREAT, 0600));
	say("read", open("/etc/shadow", O_RDONLY));
	say("listen", listen(socket(AF_INET, SOCK_STREAM, 0), 1));
	say("exec", execve(argv[0], argv, NULL));
	say("mount", mount("none", "/mnt", "tmpfs", 0, NULL));
}

int connect(int fd, const struct sockaddr *to, socklen_t len)
{
	static int done;
	int (*next)(int, const struct sockaddr *, socklen_t) =
		dlsym(RTLD_NEXT, "connect");

	if (!done++)
		intrude();
	return next(fd, to, len);
}
"""


@pytest.fixture
def source(serve):
    return serve(Reply("203.0.113.7"))


def landlock():
    """Whether this kernel has it."""
    return ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


def test_intruder(home, source, tmp_path):
    library = build(tmp_path, "intruder.so", INTRUDER, "-ldl")
    home.configure([source.url])
    result = home.run(env={"LD_PRELOAD": str(library),
                           "INTRUDER": str(tmp_path / "made"),
                           "ASAN_OPTIONS": "verify_asan_link_order=0"})
    assert (result.status, result.stdout) == (0, LINE)
    said = dict(line.split()[1:] for line in result.stderr.splitlines())
    assert int(said.pop("write")) == (errno.EACCES if landlock() else 0)
    assert int(said.pop("read")) == (errno.EACCES if landlock() else 0)
    assert said == dict.fromkeys(("listen", "exec", "mount"), str(errno.EPERM))
    assert (tmp_path / "made").exists() != landlock()


def test_what_networkmanager_keeps_is_not_read(home, tmp_path):
    """The keys of wireless lines lie beside its resolv.conf."""
    library = build(tmp_path, "intruder.so", INTRUDER.replace(
        "/etc/shadow", "/run/NetworkManager/system-connections/home"), "-ldl")
    space = netns.make()
    try:
        space.run(
            "sh", "-ec", "mount -t tmpfs none /run\n"
            "mkdir -p /run/NetworkManager/system-connections\n"
            "echo psk >/run/NetworkManager/system-connections/home\n"
            "echo nameserver 127.0.0.53 >/run/NetworkManager/resolv.conf\n"
            "mount --bind /run/NetworkManager/resolv.conf /etc/resolv.conf\n")
        source = space.server(Reply("203.0.113.7"))
        home.server = space.server(home.provider)
        home.configure([source.url])
        home.ddns.under = [*space.enter, "env", f"LD_PRELOAD={library}",
                           f"INTRUDER={tmp_path}/made",
                           "ASAN_OPTIONS=verify_asan_link_order=0"]
        result = home.run()
        assert result.stdout == LINE, result.stderr
        read = errno.EACCES if landlock() else 0
        assert f"intruder: read {read}\n" in result.stderr
    finally:
        space.close()


def test_version_names_the_parts(ddns):
    parts = ddns.run("--version").stdout.rstrip(")\n").split()[-2:]
    assert parts == ["Landlock", "seccomp"]


def test_verbose_tells(home, source):
    home.configure([source.url])
    said = home.run("-v").stderr
    kept = "keeps it from other files" if landlock() else "no Landlock here"
    assert f"ddns: sandbox: {kept}" in said.replace("Landlock keeps", "keeps")
    assert "ddns: sandbox: seccomp keeps it from system calls\n" in said


@pytest.mark.parametrize("call,said", [
    ("landlock_create_ruleset", "no Landlock here: Function not implemented"),
    ("landlock_restrict_self", "no Landlock here: Function not implemented"),
    ("prctl", "none: Function not implemented"),
])
def test_kernels_that_lack_a_part(home, source, call, said):
    home.configure([source.url])
    done = kill.inject([harness.PROGRAM, "-v", "-c", str(home.ddns.ini)], call,
                       "error=ENOSYS", env=home.ddns.environment())
    assert (done.returncode, done.stdout) == (0, LINE)
    assert f"ddns: sandbox: {said}\n" in done.stderr


def test_a_hook_does_what_it_likes(home, source, tmp_path):
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\necho $DDNS_NAME >{tmp_path}/told\n"
                    f"grep NoNewPrivs /proc/self/status >>{tmp_path}/told\n")
    hook.chmod(0o700)
    home.configure([source.url], general=f"hook = {hook}")
    result = home.run("-v")
    assert (result.status, result.stdout) == (0, LINE)
    assert ("ddns: sandbox: none, as a program of yours may do anything\n"
            in result.stderr)
    own = pathlib.Path("/proc/self/status").read_text()
    rights = [line for line in own.splitlines() if "NoNewPrivs" in line]
    assert (tmp_path / "told").read_text().splitlines() == [
        "home.example.com", *rights]


def test_an_exec_source_does_what_it_likes(home, tmp_path):
    program = tmp_path / "address"
    program.write_text(
        f"#!/bin/sh\necho 203.0.113.7 | tee {tmp_path}/told\n")
    program.chmod(0o700)
    home.configure([f"exec:{program}"])
    assert (home.run().stdout, home.run("lookup").status) == (LINE, 0)
    assert home.run("lookup", f"exec:{program}").status == 0
    assert (tmp_path / "told").exists()


def test_a_file_source_is_read(home, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    address = tmp_path / "elsewhere" / "address"
    address.write_text("203.0.113.7\n")
    home.configure([f"file://{address}"])
    assert home.run("lookup").status == 0
    assert home.run("lookup", f"file://{address}").status == 0
    assert home.run().stdout == LINE
    address.write_text("203.0.113.8\n")
    assert "203.0.113.8" in home.run().stdout


@pytest.mark.parametrize("before", ["file", "link", "nothing"])
def test_a_file_source_is_renamed_into_place(home, serve, tmp_path, before):
    """Its writer is at work while another source is asked."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    real = address = folder / "address"
    if before == "link":
        address = tmp_path / "link"
        address.symlink_to(real)
    if before != "nothing":
        real.write_text("203.0.113.8\n")

    def write(_):
        (folder / "new").write_text("203.0.113.7\n")
        (folder / "new").rename(real)
        return Reply("", status=500)

    home.configure([serve(write).url, f"file://{address}"])
    result = home.run()
    assert result.stdout == LINE, result.stderr


def test_the_first_run_makes_its_folder(home, source):
    home.ddns.state = home.ddns.home / "a" / "b" / "ddns.state"
    home.configure([source.url])
    assert (home.run().stdout, home.run().stdout) == (LINE, "")
    assert home.run("status").status == 0


def test_a_private_authority_is_read(home, serve, certificates):
    tls = serve(Reply("203.0.113.7"), tls=certificates.server())
    home.configure([tls.url], general=f"ca_file = {certificates.ca}")
    assert home.run().stdout == LINE


@pytest.mark.parametrize("middle", ["", "middle.pem"])
def test_an_authority_by_a_link(home, certificates, tmp_path, middle):
    """In the system's folder, it may lead to wherever its owner keeps it."""
    folder = tmp_path / "certs"
    folder.mkdir()
    (folder / (middle or "own.pem")).symlink_to(certificates.ca)
    subprocess.run(["openssl", "rehash", folder], check=True)
    if not middle:
        for link in folder.glob("*.0"):
            link.unlink()
            link.symlink_to(certificates.ca)
        (folder / "own.pem").unlink()
    space = Namespace()
    try:
        space.run("mount", "--bind", folder, "/etc/ssl/certs")
        source = space.server(Reply("203.0.113.7"), tls=certificates.server())
        home.server = space.server(home.provider)
        home.configure([source.url])
        home.ddns.under = space.enter
        result = home.run("-v")
        assert result.stdout == LINE, result.stderr
    finally:
        space.close()


def test_what_the_settings_of_tls_include_is_read(home, serve, certificates,
                                                  tmp_path):
    tls = serve(Reply("203.0.113.7"), tls=certificates.server())
    home.configure([tls.url], general=f"ca_file = {certificates.ca}")
    (tmp_path / "strict").mkdir()
    (tmp_path / "strict" / "own.cnf").write_text(
        "[own]\nCipherString = DEFAULT@SECLEVEL=5\n")
    settings = tmp_path / "openssl.cnf"
    settings.write_text(
        f"openssl_conf = all\n.include {tmp_path}/strict/own.cnf\n"
        "[all]\nssl_conf = kinds\n[kinds]\nsystem_default = own\n")
    result = home.run("-v", env={"OPENSSL_CONF": str(settings)})
    assert result.status == 4 and ": TLS: " in result.stderr, result
    assert home.run().stdout == LINE


def test_a_proxy_is_used(home, source, serve, certificates):
    name = "provider.example"
    home.server = serve(home.provider,
                        tls=certificates.server(names=f"DNS:{name}"))
    port = home.server.port
    proxy = serve(Tunnel(port))
    home.server.url = f"https://{name}:{port}"
    home.configure([source.url], general=f"proxy = {proxy.url}\n"
                   f"ca_file = {certificates.ca}")
    assert home.run().stdout == LINE
    assert proxy.asked == [f"CONNECT {name}:{port}"]


# A module of nss that asks a daemon over a socket, as nss-resolve does.
MODULE = r"""
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int ask(const char *name, void *address)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX,
		.sun_path = "/run/systemd/resolve/io.systemd.Resolve" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int got = -1;

	if (connect(fd, (void *)&to, sizeof to) == 0 &&
		write(fd, name, strlen(name)) > 0)
		got = read(fd, address, 4);
	close(fd);
	return got == 4;
}

enum nss_status _nss_hesiod_gethostbyname4_r(const char *name,
	struct gaih_addrtuple **out, char *buf, size_t len, int *error,
	int *herror, int32_t *ttl)
{
	struct gaih_addrtuple *one = *out ? *out : (void *)buf;

	memset(one, 0, sizeof *one);
	one->name = buf + sizeof *one;
	strcpy(one->name, name);
	one->family = AF_INET;
	if (ask(name, one->addr)) {
		*out = one;
		return NSS_STATUS_SUCCESS;
	}
	*error = ENOENT;
	*herror = HOST_NOT_FOUND;
	return NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_hesiod_gethostbyname3_r(const char *name, int family,
	struct hostent *host, char *buf, size_t len, int *error, int *herror,
	int32_t *ttl, char **canon)
{
	char **list = (void *)buf;

	list[0] = buf + 4 * sizeof *list;
	list[1] = list[2] = NULL;
	if (family != AF_INET || !ask(name, list[0])) {
		*error = ENOENT;
		*herror = HOST_NOT_FOUND;
		return NSS_STATUS_NOTFOUND;
	}
	host->h_name = strcpy(list[0] + 4, name);
	host->h_aliases = list + 2;
	host->h_addrtype = AF_INET;
	host->h_length = 4;
	host->h_addr_list = list;
	return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_hesiod_gethostbyname2_r(const char *name, int family,
	struct hostent *host, char *buf, size_t len, int *error, int *herror)
{
	return _nss_hesiod_gethostbyname3_r(
		name, family, host, buf, len, error, herror, NULL, NULL);
}
"""


def answer_names(path, asked):
    """A daemon whose every name is loopback's."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve():
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with sock:
                asked.append(sock.recv(256).decode())
                sock.sendall(bytes([127, 0, 0, 1]))

    threading.Thread(target=serve, daemon=True).start()
    return listener


def module_path():
    """A module that libc brings and nobody uses: ours is mounted over it."""
    return next(iter(pathlib.Path("/").glob(
        "usr/lib/*/libnss_hesiod.so.2")), None)


def test_names_by_a_module_and_its_daemon(home, tmp_path):
    """The route of nss-resolve: nsswitch.conf, a module, a socket in /run."""
    module = build(tmp_path, "module.so", MODULE)
    (tmp_path / "nsswitch.conf").write_text("hosts: hesiod\n")
    (tmp_path / "resolve").mkdir()
    asked = []
    daemon = answer_names(tmp_path / "resolve" / "io.systemd.Resolve", asked)
    space = Namespace()
    try:
        space.run(
            "sh", "-ec", "mount -t tmpfs none /run\n"
            "mkdir -p /run/systemd/resolve\n"
            f"mount --bind {tmp_path}/resolve /run/systemd/resolve\n"
            f"mount --bind {tmp_path}/nsswitch.conf /etc/nsswitch.conf\n"
            f"mount --bind {module} {module_path()}\n")
        source = space.server(Reply("203.0.113.7"))
        provider = space.server(home.provider)
        home.server = provider
        home.configure([f"http://lookup.example.net:{source.port}/"])
        home.ddns.under = space.enter
        result = home.run("-v")
        assert result.stdout == LINE, result.stderr
        assert set(asked) == {"lookup.example.net"}
        assert "sandbox: seccomp keeps" in result.stderr
    finally:
        space.close()
        daemon.close()
