# SPDX-License-Identifier: ISC
"""The completions of bash and zsh, and that they know what --help says."""

import os
import pty
import re
import shutil
import subprocess

import pytest

from harness import LATE, ROOT, PROGRAM, until

FILES = ROOT / "src" / "completion"
BASH = """
PATH=$1:$PATH; source "$2"; shift 2
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_ddns && printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
PS1= PATH={programs}:$PATH fpath=({files} $fpath)
autoload -Uz compinit && compinit -u -D
show() {{ print -r -- "$BUFFER" >>{shown}; BUFFER= }}
zle -N show && bindkey '^G' show
"""


@pytest.fixture
def configured(ddns):
    ddns.config("[ipv4]\nurl = https://a.example.net\n[duckdns]\ntoken = t\n"
                "names = home.duckdns.org away.duckdns.org\n")
    return ddns


def bash(*words):
    result = subprocess.run(
        ["bash", "--norc", "-c", BASH, "bash", os.path.dirname(PROGRAM),
         FILES / "ddns.bash", "ddns", *words],
        stdout=subprocess.PIPE, text=True, timeout=LATE)
    return sorted(result.stdout.split())


def told():
    """Commands and options of --help, with what is said of each."""
    text = subprocess.run([PROGRAM, "--help"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    commands = dict(re.findall(r"^  ([a-z]+)(?: \[.*?\]\.\.\.| \[.*?\])? +"
                               r"(\S.*)", text, re.M)[:6])
    options = {}
    for names, what in re.findall(r"^ {2,6}(-\S.*?)(?: [A-Z]+)?  +(\S.*)",
                                  text, re.M):
        options |= {name: what for name in names.split(", ")}
    return commands, options


def test_bash_knows_what_help_says():
    commands, options = told()
    assert len(commands) == 6 and len(options) == 18
    assert bash("") == sorted(commands)
    assert bash("-") == sorted(options)


def test_bash(configured):
    ini, names = str(configured.ini), ["away.duckdns.org", "home.duckdns.org"]
    assert bash("lo") == ["lookup"]
    assert bash("-q", "--splay", "3", "ch") == ["check"]
    assert bash("--dr") == ["--dry-run"]
    assert bash("-c", ini, "update", "") == names
    assert bash("--config", "=", ini, "update", "-n", "aw") == names[:1]
    assert bash("-c", f"{ini[:-4]}") == [ini]
    assert bash("--config", "=", f"{ini[:-4]}") == [ini]
    assert bash("-c", "/nonexistent", "update", "") == []
    assert bash("--splay", "") == bash("check", "") == []
    assert bash("providers", "cloudf") == ["cloudflare"]
    listed = subprocess.run([PROGRAM, "providers"], text=True,
                            stdout=subprocess.PIPE).stdout.splitlines()
    assert bash("providers", "") == sorted(x.split()[0] for x in listed[1:])


def test_zsh_says_what_help_says():
    commands, options = told()
    text = (FILES / "_ddns").read_text()
    assert dict(re.findall(r"^\t\t'([a-z]+):(.*)'$", text, re.M)) == commands
    said = {}
    for names, what in re.findall(
            r"^\t\t(?:'\(.*?\)'?|'\*'|')(\{.*?\}'|-\S+?)\[(.*?)\]", text, re.M):
        said |= {name: what for name in names.strip("{}'").split(",")}
    assert (said.pop("-4"), said.pop("-6")) == ("only IPv4", "only IPv6")
    del options["-4"], options["-6"]
    assert said == options


@pytest.mark.skipif(not shutil.which("zsh"), reason="needs zsh")
def test_zsh(configured, tmp_path):
    shown = tmp_path / "shown"
    rows = [("sta", "status"), ("--dr", "--dry-run"), ("-q che", "-q check"),
            (f"-c {configured.ini} update aw",
             f"-c {configured.ini} update away.duckdns.org"),
            ("providers cloudf", "providers cloudflare"),
            (f"-c {configured.ini.with_suffix('')}.", f"-c {configured.ini}")]
    (tmp_path / ".zshrc").write_text(ZSH.format(
        programs=os.path.dirname(PROGRAM), files=FILES, shown=shown))
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(ZDOTDIR=str(tmp_path), TERM="dumb", LANG="C.UTF-8")
        os.execvp("zsh", ["zsh", "-d", "-i"])
    os.set_blocking(terminal, False)
    try:
        for count, (typed, _) in enumerate(rows, 1):
            os.write(terminal, f"ddns {typed}\t\x07".encode())
            until(lambda: read(terminal) and lines(shown) >= count)
    finally:
        os.close(terminal)
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert [line.rstrip() for line in shown.read_text().splitlines()] == [
        f"ddns {becomes}" for _, becomes in rows]


def lines(path):
    return path.read_text().count("\n") if path.exists() else 0


def read(terminal):
    """Takes what a terminal shows, so that the other end can go on."""
    try:
        os.read(terminal, 65536)
    except BlockingIOError:
        pass
    return True
