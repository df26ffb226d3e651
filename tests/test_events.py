# SPDX-License-Identifier: ISC
"""The hook, the webhook and the heartbeat: what they are told, and that none
of them can harm a run."""

import base64
import fcntl
import hmac
import json
import os
import re
import signal
import socket
import subprocess
import time
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
        {"text": f"ddns: {LINE}", "old": ""}),
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
    "no old address in the path": (
        "url = {url}/{{old}}/{{new}}\n",
        "POST", f"//{GOOD}", {"Accept": "*/*"}, b""),
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
    return dict(re.findall(r"^; (.*)\n((?:\S.*\n)+)", text, re.M))


# What the receivers of the manual answer: (when they took it, when they did
# not), each a status and a body.
ANSWERS = {
    # api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
    "Slack, Mattermost": ([(200, "ok")], [(404, "channel_not_found"),
                                          (400, "invalid_payload")]),
    # veops/ops-tools issue 20 (with httpcode=200), leitingting08/ding-bot-sdk
    # issue 3
    "DingTalk": ([(200, '{"errcode":0,"errmsg":"ok"}')],
                 [(200, '{"errcode":310000,"errmsg":"keywords not in '
                        'content"}'),
                  (200, '{"errcode":310000,"errmsg":"invalid timestamp"}')]),
    # wes-lin/Cloud189Checkin issue 175, which has both
    "WeCom": ([(200, '{"errcode":0,"errmsg":"ok"}')],
              [(200, '{"errcode":93000,"errmsg":"invalid webhook url, hint: '
                     '[1755605200056773468916791], from ip: 192.0.2.1, more '
                     'info at https://open.work.weixin.qq.com/devtool/query"}'
                )]),
    # caronc/apprise, its Feishu plugin; the older shapes stand in
    # apache/dolphinscheduler issue 16569 and pull request 16584
    "Feishu": ([(200, '{"code":0,"data":{},"msg":"success"}'),
                (200, '{"StatusCode":0,"StatusMessage":"success"}')],
               [(200, '{"code":19021,"data":{},"msg":"sign match fail or '
                      'timestamp is not within one hour from current time"}'),
                (400, '{"code":9499,"msg":"Bad Request","data":{}}')]),
    # easychen/serverchan-demo issue 3; testerSunshine/12306 issue 743; the last
    # as measured by a client that has it in its comments
    "ServerChan": ([(200, '{"code":0,"errno":0,"data":{"pushid":3187868,'
                          '"meta":{}},"message":"SUCCESS"}')],
                   [(200, '{"errno":1024,"errmsg":"bad pushtoken"}'),
                    (400, '{"message":"[AUTH]\u9519\u8bef\u7684Key",'
                          '"code":40001,"scode":461}')]),
    # Finb/bark-server: route_push.go, and issue 49
    "Bark": ([(200, '{"code":200,"message":"success","timestamp":1614847171}')],
             [(400, '{"code":400,"message":"failed to get device token: failed '
                    'to get [x] device token from database",'
                    '"timestamp":1614847171}')]),
    # core.telegram.org/bots/api#making-requests
    "Telegram": ([(200, '{"ok":true,"result":{"message_id":1}}')],
                 [(401, '{"ok":false,"error_code":401,'
                        '"description":"Unauthorized"}'),
                  (429, '{"ok":false,"error_code":429,"description":"Too Many '
                        'Requests: retry after 34"}')]),
    # docs.ntfy.sh/publish; binwiederhier/ntfy issue 1265
    "ntfy": ([(200, '{"id":"x","event":"message","topic":"my-topic"}')],
             [(429, '{"code":42901,"http":429,"error":"limit reached: too many '
                    'requests"}')]),
}


def test_each_example_has_answers():
    assert man_examples().keys() == ANSWERS.keys()


def example(kind, server):
    return re.sub(r"https://[^/]*", server.url, man_examples()[kind])


@pytest.mark.parametrize("kind, number", [
    (kind, number) for kind in ANSWERS for number in range(len(
        ANSWERS[kind][0]))])
def test_examples_of_the_manual(home, serve, source, kind, number):
    status, body = ANSWERS[kind][0][number]
    server = serve(Reply(body, status))
    home.configure([source.url], more=f"[webhook]\n{example(kind, server)}")
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == (home.line, "", 0)
    request, = server.requests
    assert "203.0.113.7" in urllib.parse.unquote_plus(request.body.decode())


@pytest.mark.parametrize("kind, number", [
    (kind, number) for kind in ANSWERS for number in range(len(
        ANSWERS[kind][1]))])
def test_examples_that_are_refused(home, serve, source, kind, number):
    """An error in the body counts, whatever the status."""
    status, body = ANSWERS[kind][1][number]
    server = serve(Reply(body, status))
    home.configure([source.url], more=f"[webhook]\n{example(kind, server)}")
    result = home.run()
    assert (result.stdout, result.status) == (home.line, 0)
    assert result.stderr.startswith(
        f"ddns: webhook: HTTP status {status}: {body[:40]}")


# (the tests, status and body of the answer, whether it is taken)
TESTS = [
    ("good = /errcode=0", 200, '{"errcode": 0}', True),
    ("good = /errcode=0", 200, '{"errcode": 1}', False),
    ("good = /errcode=0", 200, "<html>errcode</html>", False),
    ("good = /errcode=0", 200, "", False),
    ("good = /id", 200, '{"id": "x"}', True),
    ("good = /id", 200, "{}", False),
    ("good = 202, ok", 202, "", True),
    ("good = 202, ok", 200, "OK: done", True),
    ("good = 202, ok", 200, "okay", False),
    ("good = ok\n  fine", 200, "fine", True),
    ("good = *queued", 200, "thanks\n1 message queued", True),
    ("good = 409", 409, "already there", True),
    ("good = got {event} {new}", 200, "got changed 203.0.113.7", True),
    ("good = got {event} {new}", 200, "got failed 203.0.113.7", False),
    ("good = OK\nrefused = OK (*", 200, "OK", True),
    ("good = OK\nrefused = OK (*", 200, "OK (not found)", False),
    ("refused = /error", 200, '{"error": "x"}', False),
    ("refused = /error", 200, '{"fine": 1}', True),
    ("refused = /error", 500, '{"fine": 1}', False),
]


@pytest.mark.parametrize("tests, status, body, taken", TESTS)
def test_answers_are_judged(home, serve, source, tests, status, body, taken):
    server = serve(Reply(body, status))
    home.configure([source.url],
                   more=f"[webhook]\nurl = {server.url}/\n{tests}\n")
    result = home.run()
    assert (result.stdout, result.status) == (home.line, 0)
    assert ("webhook: HTTP status" in result.stderr) is not taken


# healthchecks.io: templates/docs/http_api.md of healthchecks/healthchecks has
# "OK"; clients have measured "OK (not found)" with 200 for a UUID that does not
# exist, and bdd/runitor issue 66 tells of 200 where the rate is limited.
@pytest.mark.parametrize("body, taken", [
    ("OK", True), ("OK (not found)", False), ("OK (rate limited)", False)])
def test_heartbeat_of_the_manual(home, serve, source, body, taken):
    page = installed("ddns.ini.5")
    lines = re.findall(r"^heartbeat.*", page, re.M)
    assert len(lines) == 3
    beat = serve(Reply(body))
    general = "\n".join(lines).replace("https://hc-ping.com", beat.url)
    home.configure([source.url], general=f"{general}\npatience = 1")
    assert home.run().stderr == (
        "" if taken else f"ddns: heartbeat: HTTP status 200: {body}\n")
    assert beat.asked == ["GET /UUID/0"]


def signed(secret, robot, when):
    """As DingTalk and Feishu have it in their documents, with Python's HMAC:
    open.dingtalk.com (robot security settings), open.feishu.cn (custom bot)."""
    words = f"{when}\n{secret}".encode()
    key, text = ((secret.encode(), words) if robot == "DINGTALK"
                 else (words, b""))
    return base64.b64encode(hmac.digest(key, text, "sha256")).decode()


@pytest.mark.parametrize("query", ["", "?access_token=T%2B1"])
@pytest.mark.parametrize("secret", ["SECa1b2c3d4e5f60718", "x y+/=&"])
@clock
def test_signed_for_dingtalk(home, serve, source, query, secret):
    """Escaped for its place; the secrets vary, so that + / and = come."""
    server = serve(Reply('{"errcode": 0}'))
    (home.ddns.folder / "secret").write_text(secret)
    (home.ddns.folder / "secret").chmod(0o600)
    home.configure([source.url], more=(
        f"[webhook]\nurl = {server.url}/send{query}\nsign = DINGTALK\n"
        f"secret_file = {home.ddns.folder}/secret\nbody = {{\"a\": \"b\"}}\n"))
    for later in range(0, 50 * HOUR, 5 * HOUR):
        source.reply = Reply(f"203.0.113.{later // HOUR + 1}")
        before = int(time.time())
        assert home.run(later=later).stderr == ""
        request = server.requests[-1]
        values = dict(request.query)
        when = int(values["timestamp"])
        assert before + later <= when / 1000 <= time.time() + later + 1
        assert values["sign"] == signed(secret, "DINGTALK", when)
        assert urllib.parse.quote(values["sign"], safe="") in request.target
        names = [name for name, _ in request.query]
        assert names == ["access_token"][:bool(query)] + ["timestamp", "sign"]
        assert json.loads(request.body) == {"a": "b"}


@pytest.mark.parametrize("body, rest", [
    ('{"msg_type": "text", "content": {"text": "{event}"}}',
     {"msg_type": "text", "content": {"text": "changed"}}),
    ("{ }", {}),
])
def test_signed_for_feishu(home, serve, source, body, rest):
    server = serve(Reply('{"code": 0}'))
    home.configure([source.url], more=(
        f"[webhook]\nurl = {server.url}/hook/k\nsign = feishu\n"
        f"secret = s3cr3t-of-it\nbody = {body}\ngood = /code=0\n"))
    before = int(time.time())
    assert home.run().stderr == ""
    request, = server.requests
    sent = json.loads(request.body)
    when = int(sent.pop("timestamp"))
    assert before <= when <= time.time()
    assert sent.pop("sign") == signed("s3cr3t-of-it", "FEISHU", when)
    assert sent == rest and request.target == "/hook/k"


def test_secret_of_a_signature_is_masked(home, serve, source):
    server = serve(Reply("no: s3cr3t-of-it", 400))
    home.configure([source.url], more=(
        f"[webhook]\nurl = {server.url}/\nsign = DINGTALK\n"
        "secret = s3cr3t-of-it\nbody = x\n"))
    result = home.run("-vv")
    assert "webhook: HTTP status 400: no: ***" in result.stderr
    assert "s3cr3t" not in result.stderr + home.ddns.state.read_text()


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
    assert result.stderr == (
        "ddns: hook: did not end in time (6 of 6 times)\n")
    assert result.seconds < SOON


@pytest.mark.parametrize("number, status", [
    (signal.SIGTERM, -signal.SIGTERM), (signal.SIGALRM, 1)])
def test_signal_ends_a_hook(home, source, hook, tmp_path, number, status):
    """It is not the hook that failed."""
    began = tmp_path / "began"
    script = hook(f"idle & echo $$ $! >{began}.new; mv {began}.new {began}; "
                  "wait")
    home.configure([source.url], general=f"hook = {script}")
    process = home.ddns.start()
    until(began.exists)
    process.send_signal(number)
    out, err = process.communicate(timeout=LATE)
    assert out.decode() == home.line and process.returncode == status
    if number == signal.SIGTERM:
        assert err.decode() == "ddns: hook: stopped by a signal\n"
    await_end(began, 2)
    hook("true")
    result = home.run()
    assert (result.stdout, result.stderr) == ("", "")


def test_signal_ends_a_webhook(home, serve, source):
    server, beat = serve(Hang()), serve(Reply())
    home.configure([source.url], general=f"heartbeat = {beat.url}/",
                   more=f"[webhook]\nurl = {server.url}/\n")
    process = home.ddns.start()
    until(lambda: server.requests)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=LATE)
    assert out.decode() == home.line and process.returncode == -signal.SIGTERM
    assert err.decode() == "ddns: webhook: stopped by a signal\n"
    assert beat.asked == []
    server.reply = Reply()
    assert home.run().stderr == "" and len(server.requests) == 2


def kept(home):
    """The news that the state holds: (receiver, message) of each."""
    rows = [line.split("\t") for line in
            home.ddns.state.read_text().splitlines()]
    return [(row[2], row[9]) for row in rows if row[0] == "news"]


def texts(server):
    return [request.body.decode() for request in server.requests]


def change(number):
    was = f"203.0.113.{number - 1}" if number > 1 else "none"
    return f"home.example.com A {was} -> 203.0.113.{number} (dyndns2)"


def take_turns(home, source, numbers):
    for number in numbers:
        source.reply = Reply(f"203.0.113.{number}")
        result = home.run()
        assert (result.stdout, result.status) == (change(number) + "\n", 0)


def test_news_that_was_not_taken_is_offered_again(home, serve, source, hook,
                                                  tmp_path):
    """To whom did not take it, the oldest first, and then no more."""
    server = serve(Reply("", 500))
    log = tmp_path / "log"
    script = hook(f'echo "$DDNS_NEW" >>{log}')
    home.configure([source.url], general=f"hook = {script}", more=(
        f"[webhook]\nurl = {server.url}/\nbody = {{message}}\n"))
    take_turns(home, source, [1, 2, 3])
    assert kept(home) == [("webhook", change(n)) for n in (1, 2, 3)]
    server.requests.clear()
    server.reply = Reply()
    source.reply = Reply("203.0.113.4")
    assert home.run().stderr == "ddns: webhook: works again\n"
    assert texts(server) == [change(n) for n in (1, 2, 3, 4)]
    assert kept(home) == []
    before = home.ddns.snapshot()
    assert home.run().stderr == "" and len(server.requests) == 4
    assert home.ddns.snapshot() == before
    assert log.read_text() == "".join(f"203.0.113.{n}\n" for n in (1, 2, 3, 4))


def test_kept_news_needs_no_other(home, serve, source, hook, tmp_path):
    """A run without news of its own offers it, all values included."""
    log = tmp_path / "log"
    home.configure([source.url], general=f"hook = {hook('exit 1')}")
    home.run()
    hook(f"env | grep ^DDNS_ | sort >{log}")
    assert home.run().stderr == "ddns: hook: works again\n"
    assert log.read_text().splitlines() == [
        "DDNS_EVENT=changed", f"DDNS_MESSAGE={LINE}",
        "DDNS_NAME=home.example.com", f"DDNS_NEW={GOOD}", "DDNS_OLD=",
        "DDNS_PROVIDER=dyndns2", "DDNS_TYPE=A"]


def test_two_pieces_in_a_row_are_enough(home, serve, source):
    """And a state at rest stays as it is."""
    server = serve(Reply("", 500))
    home.configure([source.url], more=(
        f"[webhook]\nurl = {server.url}/\nbody = {{message}}\n"))
    take_turns(home, source, [1, 2, 3, 4])
    server.requests.clear()
    before = home.ddns.snapshot()
    assert home.run().stderr == ""
    assert texts(server) == [change(1), change(2)]
    assert home.ddns.snapshot() == before
    # one that is never taken holds up none of the others
    server.reply = lambda request: Reply(
        "", 400 if request.body == change(1).encode() else 200)
    home.run()
    assert kept(home) == [("webhook", change(1))]


def test_twenty_pieces_are_kept(home, serve, source):
    names = [f"n{i:02}.example.com" for i in range(25)]
    server = serve(Reply("", 500))
    home.configure([source.url], names="\n  ".join(names), more=(
        f"[webhook]\nurl = {server.url}/\nbody = {{name}}\n"))
    home.run()
    assert texts(server) == names and len(kept(home)) == 20
    server.requests.clear()
    server.reply = Reply()
    home.run()
    assert texts(server) == names[5:] and kept(home) == []


@clock
@pytest.mark.parametrize("later, told", [(23 * HOUR, 1), (DAY, 0), (-DAY, 1)])
def test_news_is_kept_for_a_day(home, serve, source, later, told):
    server = serve(Reply("", 500))
    home.configure([source.url], more=(
        f"[webhook]\nurl = {server.url}/\nbody = {{message}}\n"))
    home.run()
    server.requests.clear()
    server.reply = Reply()
    home.run(later=later)
    assert texts(server) == [LINE] * told and kept(home) == []


def test_kept_news_holds_no_secret(home, serve, source):
    home.provider.says[""] = "nohost pa55word me"
    server = serve(Reply("", 500))
    home.configure([source.url], more=(
        f"[webhook]\nurl = {server.url}/SECRETKEY0123\nbody = {{message}}\n"))
    home.run()
    (to, text), = kept(home)
    assert to == "webhook" and "nohost ***" in text
    assert "pa55word" not in home.ddns.state.read_text()
    assert "SECRETKEY" not in home.ddns.state.read_text()
    assert texts(server) == [text]


def test_news_for_nobody_is_forgotten(home, serve, source, hook):
    home.configure([source.url], general=f"hook = {hook('exit 1')}")
    home.run()
    assert kept(home) == [("hook", LINE)]
    home.configure([source.url])
    home.run()
    assert kept(home) == []


@pytest.mark.parametrize("number", [
    signal.SIGTERM, signal.SIGKILL, signal.SIGALRM], ids=lambda n: n.name)
def test_news_of_a_run_that_a_signal_ends_is_kept(home, serve, source, hook,
                                                  tmp_path, number):
    """For each receiver that had not taken it, however the run ends."""
    server = serve(Reply())
    began, log = tmp_path / "began", tmp_path / "log"
    names = ["a.example.com", "b.example.com"]
    script = hook(f"echo $$ >{began}.new; mv {began}.new {began}; idle")
    home.configure([source.url], general=f"hook = {script}",
                   names=" ".join(names), more=(
                       f"[webhook]\nurl = {server.url}/\nbody = {{name}}\n"))
    process = home.ddns.start()
    until(began.exists)
    process.send_signal(number)
    assert process.wait(LATE) == (1 if number == signal.SIGALRM else -number)
    if number == signal.SIGKILL:
        os.killpg(int(began.read_text()), signal.SIGKILL)
    process.communicate(timeout=LATE)
    await_end(began, 1)
    assert server.requests == [] and len(kept(home)) == 4
    hook(f"echo $DDNS_NAME >>{log}")
    assert home.run().stdout == ""
    assert log.read_text().split() == texts(server) == names
    assert kept(home) == []
    home.run()
    assert log.read_text().split() == texts(server) == names


def test_news_of_what_was_saved_on_the_way_is_kept(home, serve, source):
    """The run dies while another account is waited for."""
    server, slow = serve(Reply()), serve(Hang())
    home.configure([source.url], more=(
        f"[dyndns2 slow]\nserver = {slow.url}\nuser = u\npassword = p\n"
        "names = slow.example.com\n"
        f"[webhook]\nurl = {server.url}/\nbody = {{message}}\n"))
    process = home.ddns.start()
    until(lambda: home.ddns.state.exists() and kept(home))
    process.kill()
    process.communicate(timeout=LATE)
    assert kept(home) == [("webhook", LINE)] and server.requests == []
    slow.reply = Reply("good 203.0.113.7")
    home.run()
    assert texts(server) == [LINE, LINE.replace("home.", "slow.").replace(
        "(dyndns2)", "(dyndns2 slow)")]
    assert kept(home) == []


def test_news_that_is_being_told_is_not_told_by_another_run(home, source, hook,
                                                            tmp_path):
    log, go = tmp_path / "log", tmp_path / "go"
    script = hook(f"echo >>{log}; while ! [ -e {go} ]; do sleep 0.01; done")
    home.configure([source.url], general=f"hook = {script}")
    process = home.ddns.start()
    until(log.exists)
    assert home.run().status == 0
    assert kept(home) == [("hook", LINE)]
    go.touch()
    process.communicate(timeout=LATE)
    assert log.read_text() == "\n" and kept(home) == []


# (the receiver, how often the state is written in a run with a change, one
# without, one with another): before the call, after it, when the news was taken
# or the failure was said, which -v does each time
WRITES = [
    ("", [2, 0, 2]),
    ("hook = {good}", [3, 0, 3]),
    ("hook = {bad}", [3, 1, 3]),
]


@pytest.mark.parametrize("general, writes", WRITES)
def test_news_costs_one_write(home, source, tmp_path, general, writes):
    hooks = {name: write_program(tmp_path / name, text)
             for name, text in (("good", "true"), ("bad", "exit 1"))}
    home.configure([source.url], general=general.format(**hooks))
    seen = []
    for number in (7, 7, 8):
        source.reply = Reply(f"203.0.113.{number}")
        seen.append(home.run("-vv").stderr.count("state: wrote"))
    assert seen == writes


def test_news_is_kept_though_another_run_has_the_lock(home, source, hook,
                                                      tmp_path):
    """It is waited for."""
    began, go = tmp_path / "began", tmp_path / "go"
    script = hook(f"echo >{began}; while ! [ -e {go} ]; do sleep 0.01; done; "
                  "exit 1")
    home.configure([source.url], general=f"hook = {script}")
    process = home.ddns.start()
    while not began.exists():
        time.sleep(0.01)
    with open(home.ddns.home / "ddns.state.lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        go.touch()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)
    out, err = process.communicate(timeout=20)
    assert (out.decode(), err.decode()) == (
        home.line, "ddns: hook: exit status 1\n")
    assert kept(home) == [("hook", LINE)]


def test_hook_that_runs_ddns_is_not_told_by_it(home, source, hook, tmp_path):
    """What it fails to take would be offered to it within itself."""
    import harness
    log = tmp_path / "log"
    script = hook(f"echo >>{log}; {harness.PROGRAM} -c {home.ddns.ini}; exit 1")
    home.configure([source.url], general=f"hook = {script}")
    home.run()
    home.run()
    assert log.read_text() == "\n" * 2


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
     "5: [webhook] body: the body is not JSON"),
    ("url = https://x/\nbody = \"{message}\"", "5: [webhook] body: a value is"),
    ("url = https://x/\nheader = nonsense", "5: [webhook] header: a header"),
    ("url = https://x/\nmethod = post it", "5: [webhook] method: a method is"),
    ("url = https://x/\nurl = https://y/", "5: [webhook] url: given twice"),
    ("url = https://x/\nbdy = x", "5: [webhook] bdy: unknown key"),
    ("url = https://x/\nurl_file = /etc/x", "5: [webhook] url_file: url is given"),
    ("url_file = /nonexistent", "4: [webhook] url_file: /nonexistent"),
    ("url = https://x/ ;SECRET", "4: [webhook] url: a `;`"),
    ("url = https://x/\ngood = /a~2", "5: [webhook] good: /a~2: in a pointer"),
    ("url = https://x/\ngood = {up}", "5: [webhook] good: {up} is not known"),
    ("url = https://x/\ngood = ,", "5: [webhook] good: is empty"),
    ("url = https://x/\ngood = a\nrefused = b\ngood = c",
     "7: [webhook] good: given twice"),
    ("url = https://x/\nsign = SLACK", "5: [webhook] sign: is DINGTALK or"),
    ("url = https://x/\nsign = DINGTALK", "5: [webhook] sign: needs a secret"),
    ("url = https://x/\nsecret = s", "5: [webhook] secret: says nothing"),
    ("url = https://x/\nsign = FEISHU\nsecret = s\nbody = a=b",
     "5: [webhook] sign: FEISHU signs"),
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
    ("x.example", "not a URL that begins with"),
    ("https:///x", "no host"),
])
def test_heartbeat_mistakes(home, url, words):
    home.ddns.config("[ipv4]\nurl = https://x/\n[duckdns]\ntoken = t\n"
                     "names = a.duckdns.org\n", f"heartbeat = {url}")
    result = home.run("check")
    assert result.status == 3
    assert f"ddns.ini:3: [ddns] heartbeat: " in result.stderr
    assert words in result.stderr


@pytest.mark.parametrize("general, words", [
    ("heartbeat = https://x/\nheartbeat_good = {event}",
     "4: [ddns] heartbeat_good: {event} is not known here"),
    ("heartbeat_good = OK", "3: [ddns] heartbeat_good: heartbeat is missing"),
    ("heartbeat_refused = x", "3: [ddns] heartbeat_refused: heartbeat is"),
])
def test_heartbeat_test_mistakes(home, general, words):
    home.ddns.config("[ipv4]\nurl = https://x/\n[duckdns]\ntoken = t\n"
                     "names = a.duckdns.org\n", general)
    result = home.run("check")
    assert result.status == 3 and f"ddns.ini:{words}" in result.stderr


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


# Files of several lines: (text of header_file, of body_file, fields, body).
FILES = {
    "fields": (b"X-A: 1\r\n\r\n  X-B: {event}\n", b"x\n",
               {"X-A": "1", "X-B": "changed"}, b"x"),
    "text": (b"X-A: 1\n", b"\xef\xbb\xbf\nfirst {event}\n\nlast\n\n",
             {"Content-Type": "text/plain; charset=utf-8"},
             b"\nfirst changed\n\nlast\n"),
    "JSON": (b"X-A: 1\n", b"\n{\n \"m\": \"{event}\",\n \"l\": [1,\n2]\n}\r\n",
             {"Content-Type": "application/json"},
             {"m": "changed", "l": [1, 2]}),
    "form": (b"X-A: 1\n", b"a=1 2\n3&b={type}\n",
             {"Content-Type": "application/x-www-form-urlencoded"},
             [("a", "1 2\n3"), ("b", "A")]),
    "credential": (b"X-A: 1\n", "credential:",
                   {"X-A": "1"}, b"x\ny"),
}


@pytest.mark.parametrize("kind", FILES)
def test_files_of_several_lines(home, serve, source, tmp_path, kind):
    header, body, fields, sent = FILES[kind]
    server = serve(Reply())
    place = "credential:" if body == "credential:" else f"{tmp_path}/"
    for name, text in (("h", header), ("b", body)):
        (tmp_path / name).write_bytes(b"x\ny\n" if text == body == place
                                      else text)
        (tmp_path / name).chmod(0o600)
    home.configure([source.url], more=f"[webhook]\nurl = {server.url}/\n"
                   f"header_file = {place}h\nbody_file = {place}b\n")
    result = home.run(env={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert (result.stderr, result.status) == ("", 0)
    request, = server.requests
    assert {k: request.header(k) for k in fields} == fields
    assert content(request, sent) == sent


# What is wrong with such a file: (key, text, what is reported).
BAD_FILES = [
    ("header", b"X-A: 1\nnonsense\n", "a header field is `Name: value`"),
    ("header", b"X-A: 1\nX-B: {nam}\n", "{nam} is not known here"),
    ("body", b"first\nlast {nam}\n", "{nam} is not known here"),
    ("body", b"a\0b\n", "b: a NUL byte stands in the file"),
    ("body", b"\n", "b: is empty"),
    ("body", b"x" * 65537, "b: is larger than 65536 bytes"),
]


@pytest.mark.parametrize("key, text, said", BAD_FILES)
def test_bad_files_of_several_lines(home, source, tmp_path, key, text, said):
    (tmp_path / "b").write_bytes(text)
    (tmp_path / "b").chmod(0o600)
    home.configure([source.url], more=f"[webhook]\nurl = https://x/\n"
                   f"{key}_file = {tmp_path}/b\n")
    result = home.run("check")
    assert result.status == 3
    assert f"[webhook] {key}_file: " in result.stderr and said in result.stderr


@root
def test_file_of_somebody_else_names_no_program(home, source, hook):
    home.configure([source.url], general=f"hook = {hook('true')}")
    os.chown(home.ddns.ini, 65534, -1)
    result = home.run()
    assert result.status == 3 and "hook" in result.stderr


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
