"""The hook, the webhook and the heartbeat: what they are told, and that none
of them can harm a run."""

import json
import os
import re
import signal
import socket
import subprocess
import urllib.parse

import pytest

from harness import (
    FAKETIME, LATE, SOON, Hang, Reply, Reset, await_end, installed, redirect,
    until, write_program)

GOOD = "203.0.113.7"
HOUR, DAY = 3600, 86400
clock = pytest.mark.skipif(not FAKETIME, reason="needs libfaketime")
root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
LINE = "home.example.com A none -> 203.0.113.7 (dyndns2)"


@pytest.fixture
def source(serve):
    return serve(Reply(GOOD))


@pytest.fixture
def hook(tmp_path):
    """hook(text) writes a shell script and returns its path."""
    def write(text):
        return write_program(tmp_path / "hook", text)
    return write


# Well-known receivers: what is written in [webhook], and what they see of a
# first change: method, target, fields, body (a dict: JSON; a list: a form).
RECEIVERS = {
    "chat message": (
        'url = {url}/hooks/T000/B000\n'
        'body = {{"text": "ddns: {{message}}", "old": "{{old}}"}}\n',
        "POST", "/hooks/T000/B000", {"Content-Type": "application/json"},
        {"text": f"ddns: {LINE}", "old": "none"}),
    "chat message in several lines": (
        'url = {url}/robot/send?access_token=x\n'
        'body = {{"msgtype": "text",\n'
        '  "text": {{"content": "{{name}} {{type}} {{new}}"}},\n'
        '  "at": {{"isAtAll": false, "list": []}}}}\n',
        "POST", "/robot/send?access_token=x",
        {"Content-Type": "application/json"},
        {"msgtype": "text", "text": {"content": f"home.example.com A {GOOD}"},
         "at": {"isAtAll": False, "list": []}}),
    "form": (
        "url = {url}/1/messages.json\n"
        "body = token=a1&user=u%201&title=ddns: {{event}} &message={{message}}\n",
        "POST", "/1/messages.json",
        {"Content-Type": "application/x-www-form-urlencoded"},
        [("token", "a1"), ("user", "u 1"), ("title", "ddns: changed "),
         ("message", LINE)]),
    "key in the path": (
        "url = {url}/SCT123TAbCdEf.send?title={{event}}&desp={{message}}\n"
        "method = GET\n",
        "GET", "/SCT123TAbCdEf.send?title=changed&desp="
        + urllib.parse.quote(LINE), {"Content-Type": None}, b""),
    "fields and a text": (
        "url = {url}/topic\nheader = Title: {{name}} {{event}}\n"
        "header = Authorization: Bearer k\nbody = {{message}}\n",
        "POST", "/topic",
        {"Content-Type": "text/plain; charset=utf-8", "Authorization":
         "Bearer k", "Title": "home.example.com changed"}, LINE.encode()),
    "text that looks like a form": (
        "url = {url}/topic\nheader = Content-Type: text/markdown\n"
        "body = *ip*={{new}}\n",
        "POST", "/topic", {"Content-Type": "text/markdown"},
        b"*ip*=203.0.113.7"),
    "values in the path": (
        "url = {url}/{{event}}/{{name}}/{{provider}}\nmethod = PUT\n",
        "PUT", "/changed/home.example.com/dyndns2",
        {"Content-Length": "0", "Accept": "*/*"}, b""),
    "what is accepted": (
        "url = {url}/x\nheader = accept: text/{{event}}\n",
        "POST", "/x", {"Accept": "text/changed"}, b""),
}


def content(request, like):
    if isinstance(like, dict):
        return json.loads(request.body)
    if isinstance(like, list):
        return urllib.parse.parse_qsl(request.body.decode(), True, True)
    return request.body


@pytest.mark.parametrize("kind", RECEIVERS)
def test_receivers(home, serve, source, kind):
    section, method, target, fields, body = RECEIVERS[kind]
    server = serve(Reply("ok"))
    home.configure([source.url],
                   more="[webhook]\n" + section.format(url=server.url))
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == (home.line, "", 0)
    request, = server.requests
    assert (request.method, request.target) == (method, target)
    assert {k: request.header(k) for k in fields} == fields
    assert content(request, body) == body
    if isinstance(body, list):
        assert b" " not in request.body
    assert request.header("User-Agent").startswith("ddns/")


def man_examples():
    """Each example of NEWS in ddns.ini(5)."""
    page = installed("ddns.ini.5")
    text = page.partition("Some receivers:")[2].partition(".Ed")[0]
    return re.findall(r"^; (.*)\n((?:\S.*\n)+)", text, re.M)


@pytest.mark.parametrize("kind, section", man_examples())
def test_examples_of_the_manual(home, serve, source, kind, section):
    server = serve(Reply())
    section = re.sub(r"https://[^/]*", server.url, section)
    home.configure([source.url], more=f"[webhook]\n{section}")
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == (home.line, "", 0)
    request, = server.requests
    assert "203.0.113.7" in urllib.parse.unquote_plus(request.body.decode())


def test_values_are_escaped_for_their_place(home, serve, source):
    """What a provider says cannot leave the string or the parameter."""
    home.provider.says[""] = 'x"}&a=b {name} <\\'
    server = serve(Reply())
    url = f"{server.url}/?m={{message}}"
    home.configure([source.url], general="patience = 1", more=(
        f'[webhook]\nurl = {url}\nbody = {{"m": "{{message}}"}}\n'))
    said = home.run().stderr.removeprefix("ddns: ").rstrip("\n")
    request, = server.requests
    assert 'x"}&a=b {name} <\\' in said
    assert json.loads(request.body) == {"m": said}
    assert request.query == [("m", said)]


def test_values_that_do_not_apply_are_empty(home, serve, source, hook,
                                            tmp_path):
    source.reply = Reset()
    server = serve(Reply())
    log = tmp_path / "log"
    home.configure([source.url], general=(
        f"patience = 1\nhook = {hook(f'env >{log}')}"), more=(
            f'[webhook]\nurl = {server.url}/{{name}}x\n'
            'body = {"n": "{name}", "e": "{event}", "o": "{old}"}\n'))
    assert home.run().status == 4
    request, = server.requests
    assert request.target == "/x"
    assert json.loads(request.body) == {"n": "", "e": "failed", "o": ""}
    assert "DDNS_NAME=\n" in log.read_text()


def test_hook_environment(home, source, hook, tmp_path):
    log = tmp_path / "log"
    home.configure([source.url], general=f"hook = {hook(f'env >{log}')}")
    home.run(env={"SECRET": "x", "DDNS_SECRET": "x", "TZ": "UTC"})
    names = {line.partition("=")[0] for line in log.read_text().splitlines()}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {
        "PATH", "HOME", "LANG", "TZ", "DDNS_EVENT", "DDNS_NAME", "DDNS_TYPE",
        "DDNS_OLD", "DDNS_NEW", "DDNS_PROVIDER", "DDNS_MESSAGE"}
    assert f"DDNS_MESSAGE={LINE}\n" in log.read_text()


def test_news_come_one_by_one(home, source, hook, tmp_path):
    log = tmp_path / "log"
    home.provider.says["b.example.com"] = "nohost"
    script = hook(f'echo begin $DDNS_NAME >>{log}; sleep 0.1; '
                  f'echo end $DDNS_EVENT >>{log}')
    home.configure([source.url], general=f"hook = {script}",
                   names="a.example.com b.example.com c.example.com")
    assert home.run().status == 7
    lines = log.read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["begin", "end"] * 3
    assert sorted(lines[0::2]) == [
        f"begin {x}.example.com" for x in "abc"]
    assert sorted(lines[1::2]) == ["end changed"] * 2 + ["end failed"]


def test_recovery_is_told(home, source, hook, tmp_path):
    log = tmp_path / "log"
    script = hook(f'echo $DDNS_EVENT $DDNS_NAME >>{log}')
    home.configure([source.url], general=f"hook = {script}")
    home.provider.says[""] = "nohost"
    home.run()
    home.run()
    home.provider.says.clear()
    home.run("--force")
    assert sorted(log.read_text().splitlines()) == [
        f"{event} home.example.com"
        for event in ("changed", "failed", "recovered")]


def test_warnings_are_not_told(home, source, hook, tmp_path):
    log = tmp_path / "log"
    home.configure([source.url], general=f"hook = {hook(f'echo >>{log}')}")
    home.ddns.ini.chmod(0o644)
    assert "chmod" in home.run().stderr
    assert log.read_text() == "\n"  # the change alone


# Each way to fail: what the webhook's server does, and what is said of it.
FAILURES = {
    "refuses": (None, "connection refused"),
    "resets": (Reset(), ""),
    "404": (Reply("no such hook", 404), "404: no such hook"),
    "500 without a word": (Reply("", 500), "500"),
    "redirect": (redirect("/elsewhere"), "302"),
    "hangs": (Hang(), "timed out"),
    "echoes": (Reply("key SECRETKEY0123 of user PASSWORD0123", 400), "400"),
    "floods": (Reply("x" * 70000), "larger"),
}


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("verbose", [(), ("-vv",)])
def test_webhook_failures(home, serve, source, kind, verbose):
    reply, words = FAILURES[kind]
    with socket.socket() as bound:  # nobody listens on its port
        bound.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{bound.getsockname()[1]}"
        check_failure(home, source, serve(reply).url if reply else nobody,
                      words, verbose,
                      "timeout = 5" if words == "timed out" else "")


def check_failure(home, source, url, words, verbose, general):
    url = url.replace("//", "//me:PASSWORD0123@")
    home.configure([source.url], general=general, more=(
        f"[webhook]\nurl = {url}/SECRETKEY0123/x?k=SECRETKEY0123\n"
        "header = X-Key: SECRETKEY0123\n"
        "body = token=SECRETKEY0123&text={message}\n"))
    result = home.in_time(8, *verbose)
    assert (result.stdout, result.status) == (home.line, 0)
    said = [line for line in result.lines
            if line.startswith("ddns: webhook: ") and LINE not in line]
    assert len(said) == 1 and words in said[0]
    assert "SECRETKEY" not in result.stderr
    assert "PASSWORD0123" not in result.stderr
    assert result.seconds < 8
    assert "SECRETKEY" not in home.ddns.state.read_text()


# (the hook, what is said of it, settings: near the deadline it has 5 seconds)
HOOKS = [
    ("exit 3", "exit status 3", ""),
    ("kill -9 $$", "killed by signal 9", ""),
    ("idle & wait", "did not end in time", "deadline = 5"),
]


@pytest.mark.parametrize("text, words, general", HOOKS)
def test_hook_failures(home, source, hook, text, words, general):
    home.configure([source.url], general=f"hook = {hook(text)}\n{general}")
    result = home.in_time(8)
    assert (result.stdout, result.status) == (home.line, 0)
    assert result.stderr == f"ddns: hook: {words}\n"
    assert result.seconds < 8


@pytest.mark.parametrize("path", ["/nonexistent/hook", "/etc/passwd", "/etc"])
def test_hook_that_is_no_program(home, source, path):
    home.configure([source.url], general=f"hook = {path}")
    result = home.run()
    assert (result.stdout, result.status) == (home.line, 0)
    assert result.stderr.startswith(f"ddns: hook: {path}: ")


@clock
def test_failure_is_a_problem_like_others(home, source, hook):
    """Said once, again after a day, and when it is over."""
    home.configure([source.url], general=f"hook = {hook('exit 1')}")

    def change(number, later):
        source.reply = Reply(f"203.0.113.{number}")
        return home.run(later=later).stderr

    assert change(1, 0) == "ddns: hook: exit status 1\n"
    assert change(2, HOUR) == ""
    assert change(3, DAY + HOUR) == "ddns: hook: exit status 1\n"
    hook("exit 0")
    assert change(4, DAY + 2 * HOUR) == "ddns: hook: works again\n"
    assert change(5, DAY + 3 * HOUR) == ""


def test_failed_hook_that_was_removed_is_forgotten(home, source, hook):
    home.configure([source.url], general=f"hook = {hook('exit 1')}")
    assert home.run().stderr != ""
    assert "hook" in home.run("status").stdout
    home.configure([source.url])
    assert home.run().stderr == ""
    assert "hook" not in home.run("status").stdout


def test_failing_hook_does_not_hide_the_rest(home, serve, source, hook):
    server, beat = serve(Reply()), serve(Reply())
    home.configure(
        [source.url], names="a.example.com b.example.com",
        general=f"hook = {hook('exit 1')}\nheartbeat = {beat.url}/{{up}}",
        more=f"[webhook]\nurl = {server.url}/\n")
    result = home.run()
    assert result.stderr == "ddns: hook: exit status 1 (2 of 2 times)\n"
    assert len(server.requests) == 2 and beat.asked == ["GET /up"]


def test_hanging_hooks_leave_time_for_the_heartbeat(home, serve, source, hook):
    beat = serve(Reply())
    home.configure(
        [source.url], names=" ".join(f"{x}.example.com" for x in "abcdef"),
        general=f"hook = {hook('idle')}\nheartbeat = {beat.url}/{{up}}\n"
        "deadline = 6")
    result = home.run()
    assert result.status == 0 and beat.asked == ["GET /up"]
    assert "6 of 6 times" in result.stderr and result.seconds < SOON


def test_signal_ends_a_hook(home, source, hook, tmp_path):
    began = tmp_path / "began"
    script = hook(f"idle & echo $$ $! >{began}.new; mv {began}.new {began}; "
                  "wait")
    home.configure([source.url], general=f"hook = {script}")
    process = home.ddns.start()
    until(began.exists)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=LATE)
    assert out.decode() == home.line and process.returncode == -signal.SIGTERM
    await_end(began, 2)
    assert home.run().stdout == ""


def test_hook_may_run_ddns(home, source, hook, tmp_path):
    """The lock is free and the state is saved."""
    import harness
    log = tmp_path / "log"
    script = hook(f"{harness.PROGRAM} -c {home.ddns.ini} >{log} 2>&1; "
                  f"echo $? >>{log}")
    home.configure([source.url], general=f"hook = {script}")
    assert home.run().stderr == ""
    assert log.read_text() == "0\n"


# (general settings, exit status of the first run, what the heartbeat sees)
BEATS = [
    ("", "good", 0, "/0/up"),
    ("", "nohost", 7, "/7/down"),
    ("", "911", 1, "/1/down"),
    ("", None, 4, "/4/down"),
]


@pytest.mark.parametrize("general, word, status, path", BEATS)
def test_heartbeat_each_run(home, serve, source, general, word, status, path):
    beat = serve(Reply())
    if word:
        home.provider.says[""] = word
    else:
        source.reply = Reset()
    home.configure([source.url], general=(
        f"heartbeat = {beat.url}/{{status}}/{{up}}\n{general}"))
    assert home.run().status == status
    home.run()
    assert beat.asked == [f"GET {path}"] * 2


def test_heartbeat_tells_of_a_broken_state(home, serve, source):
    beat = serve(Reply())
    home.configure([source.url], general=(
        f"heartbeat = {beat.url}/fail?status={{status}}&msg={{up}}"))
    home.ddns.home.chmod(0o777)
    assert home.run().status == 5
    assert beat.asked == ["GET /fail?status=5&msg=down"]


@pytest.mark.parametrize("how", ["dry", "locked", "wrong"])
def test_no_heartbeat_without_a_run(home, serve, source, hook, tmp_path, how):
    beat = serve(Reply())
    log = tmp_path / "log"
    home.configure([source.url], general=(
        f"heartbeat = {beat.url}/\nhook = {hook(f'echo >{log}')}"))
    if how == "dry":
        home.run("-n")
    elif how == "wrong":
        assert home.run("update", "other.example.com").status == 2
    else:
        lock = home.ddns.home / "ddns.state.lock"
        lock.touch(0o600)
        with subprocess.Popen(["flock", lock, "sh", "-c", "echo; cat"],
                              stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as holder:
            holder.stdout.readline()
            assert home.run().status == 6
            holder.stdin.close()
    assert beat.asked == [] and not log.exists()


def test_heartbeat_failure_needs_patience(home, serve, source):
    beat = serve(Reply("", 503))
    home.configure([source.url], general=f"heartbeat = {beat.url}/")
    assert [home.run().stderr for _ in range(4)] == [
        "", "", "ddns: heartbeat: HTTP status 503\n", ""]
    beat.reply = Reply()
    assert home.run().stderr == "ddns: heartbeat: works again\n"
    before = home.ddns.snapshot()
    assert home.run().stderr == ""
    assert home.ddns.snapshot() == before


# (section [webhook], what is said of it; the section begins in line 3)
MISTAKES = [
    ("method = POST", "3: [webhook] url is missing"),
    ("url = ftp://x/", "4: [webhook] url: a URL begins with https:// or http://"),
    ("url = https://", "4: [webhook] url: the URL has no host"),
    ("url = https://{name}.x/", "4: [webhook] url: "),
    ("url = https://x/{nam}", "4: [webhook] url: {nam} is not known here"),
    ("url = https://x/\nbody = {up}", "5: [webhook] body: {up} is not known"),
    ("url = https://x/\nbody = {\"a\": {name}}",
     "5: [webhook] body: a placeholder stands without quotes"),
    ("url = https://x/\nbody = {\"a\": \"b\"",
     "5: [webhook] body: the body is no JSON"),
    ("url = https://x/\nbody = \"{message}\"", "5: [webhook] body: a value is"),
    ("url = https://x/\nheader = nonsense", "5: [webhook] header: a header"),
    ("url = https://x/\nmethod = post it", "5: [webhook] method: a method is"),
    ("url = https://x/\nurl = https://y/", "5: [webhook] url: given twice"),
    ("url = https://x/\nbdy = x", "5: [webhook] bdy: unknown key"),
    ("url = https://x/\nurl_file = /etc/x", "5: [webhook] url_file: url is given"),
    ("url_file = /nonexistent", "4: [webhook] url_file: /nonexistent"),
    ("url = https://x/ ;SECRET", "4: [webhook] url: a `;`"),
]


@pytest.mark.parametrize("section, words", MISTAKES)
def test_mistakes(home, section, words):
    home.ddns.write(f"[ddns]\nstate = {home.ddns.state}\n[webhook]\n"
                    f"{section}\n[ipv4]\nurl = https://x/\n[duckdns]\n"
                    "token = t\nnames = a.duckdns.org\n")
    result = home.run("check")
    assert result.status == 3
    assert f"ddns.ini:{words}" in result.stderr
    assert "SECRET" not in result.stderr


@pytest.mark.parametrize("url, words", [
    ("https://x/{name}", "{name} is not known here"),
    ("x.example", "no URL that begins with"),
    ("https:///x", "no host"),
])
def test_heartbeat_mistakes(home, url, words):
    home.ddns.config("[ipv4]\nurl = https://x/\n[duckdns]\ntoken = t\n"
                     "names = a.duckdns.org\n", f"heartbeat = {url}")
    result = home.run("check")
    assert result.status == 3
    assert f"ddns.ini:3: [ddns] heartbeat: " in result.stderr
    assert words in result.stderr


def test_webhook_in_files(home, serve, source, tmp_path):
    server = serve(Reply())
    for name, text in (("url", f"{server.url}/k"), ("header", "X-Key: k"),
                       ("body", '{"m": "{event}"}')):
        (tmp_path / name).write_text(text + "\n")
        (tmp_path / name).chmod(0o600)
    home.configure([source.url], more="[webhook]\n" + "".join(
        f"{k}_file = {tmp_path}/{k}\n" for k in ("url", "header", "body")))
    assert home.run().stderr == ""
    request, = server.requests
    assert request.target == "/k" and request.header("X-Key") == "k"
    assert json.loads(request.body) == {"m": "changed"}


@root
def test_file_of_somebody_else_names_no_program(home, source, hook):
    home.configure([source.url], general=f"hook = {hook('true')}")
    os.chown(home.ddns.ini, 65534, -1)
    result = home.run()
    assert result.status == 3 and "hook" in result.stderr


SHIM = r"""
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
static FILE *to;
/* before the program gives up to write there */
__attribute__((constructor)) static void start(void)
{ to = fopen(getenv("SYSLOG_SHIM"), "ae"); }
void vsyslog(int p, const char *f, va_list a)
{
	fprintf(to, "%d ", p);
	vfprintf(to, f, a);
	fputs("\n", to);
	fflush(to);
}
void syslog(int p, const char *f, ...)
{ va_list a; va_start(a, f); vsyslog(p, f, a); va_end(a); }
void __syslog_chk(int p, int x, const char *f, ...)
{ va_list a; va_start(a, f); (void)x; vsyslog(p, f, a); va_end(a); }
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    """A library that writes what syslog(3) is given into a file."""
    folder = tmp_path_factory.mktemp("shim")
    (folder / "shim.c").write_text(SHIM)
    subprocess.run(["cc", "-shared", "-fPIC", "-w", "-o", folder / "shim.so",
                    folder / "shim.c"], check=True)
    return folder / "shim.so"


def syslogged(home, shim, tmp_path, *args):
    log = tmp_path / "syslog"
    log.unlink(missing_ok=True)
    home.run(*args, env={"LD_PRELOAD": str(shim), "SYSLOG_SHIM": str(log),
                         "ASAN_OPTIONS": "verify_asan_link_order=0"})
    return log.read_text().splitlines() if log.exists() else []


def test_syslog(home, source, hook, shim, tmp_path):
    error, warning, notice = 3, 4, 5
    home.configure([source.url], general="syslog = yes")
    assert syslogged(home, shim, tmp_path, "-n") == []
    assert syslogged(home, shim, tmp_path) == [f"{notice} {LINE}"]
    assert syslogged(home, shim, tmp_path) == []
    home.provider.says[""] = "nohost \x1b pa55word"
    line, = syslogged(home, shim, tmp_path, "-f")
    assert line.startswith(f"{warning} home.example.com A")
    assert "\x1b" not in line and "pa55word" not in line
    home.ddns.home.chmod(0o777)
    line, = syslogged(home, shim, tmp_path)
    assert line.startswith(f"{error} ")
    home.configure([source.url], general="syslog = yes\nnonsense = 1")
    line, = syslogged(home, shim, tmp_path)
    assert line.startswith(f"{error} ") and "nonsense" in line
