# SPDX-License-Identifier: ISC
"""The manual against the program: keys, options, rows, examples, messages.

Words are taken from the tables of the source and looked for in the pages.
"""

import json
import re
import shutil
import subprocess

import pytest

import harness

ROOT = harness.ROOT
PAGES = {path.name: harness.installed(path.name)
         for path in (ROOT / "man").glob("*.[1-8]")}
CHINESE = {path.name: harness.installed(f"zh_CN/{path.name}")
           for path in (ROOT / "man/zh_CN").glob("*.[1-8]")}
ROWS = PAGES["ddns-rows.5"]
SERVICES = PAGES["ddns-providers.5"]
SOURCES = {str(path.relative_to(ROOT / "src")): path.read_text()
           for path in sorted((ROOT / "src").glob("**/*.[ch]"))
           if path.name != "texts.c"}


def marked(page, *macros):
    """The words of a page that stand behind a macro, one by one."""
    words = set()
    for line in page.splitlines():
        for part in re.split(r" (?=[A-Z][a-z] )", line.removeprefix(".It ")):
            macro, *rest = part.removeprefix(".").split(" ")
            if macro in macros:
                words |= {word.replace(r"\-", "-") for word in rest}
    return words - {",", ";"}


SOURCE = "\n".join(SOURCES.values())


def room(name):
    """The text of all files of a room: a folder of src, or a file there."""
    return "\n".join(text for path, text in SOURCES.items()
                     if re.match(rf"{name}[./]", path))


def table(name, begin):
    """The first texts of the rows of a table of a room."""
    text = room(name).partition(begin)[2]
    assert text, f"{name} has no {begin}"
    return re.findall(r'^\t\{ (?:\.name = )?"([^"]+)"', text.partition("\n};")[0],
                      re.M)


def section(page, title):
    found = re.search(rf"^\.Sh {title}\n(.*?)(?=^\.Sh |\Z)", page, re.M | re.S)
    assert found, title
    return found[1]


def language():
    """The words of the row language, each with what it is: KEY, TYPED ..."""
    text = room("provider")
    short = dict(re.findall(r"^\t([A-Z]+) = (.*),$", text, re.M))

    def spell(names):
        return {word for name in re.findall(r"\w+", names) for word in
                (spell(short[name]) if name in short
                 else {name.removeprefix("WORD_")})}
    return {word: spell(names) for word, names in re.findall(
        r'\{ "(\w+)", ([A-Z_| \n\t]+) \}',
        text.partition("} words[] =")[2].partition("\n};")[0])}


WORDS = language()


def words(*kinds):
    return {word for word, is_ in WORDS.items() if is_ & set(kinds)}


def test_every_key_of_the_configuration():
    keys = {key for text in SOURCES.values() for key in
            re.findall(r'\{ (?:\.name = )?"(\w+)",(?: \.kind =)? CONFIG_', text)}
    keys |= words("ACCOUNT")
    assert {"state", "agree", "suffix"} <= keys
    assert keys <= marked(PAGES["ddns.ini.5"], "Cm")


def test_every_key_of_rows():
    keys = words("KEY")
    assert {"site", "refresh", "records", "good"} <= keys
    assert keys <= marked(section(ROWS, "KEYS"), "Cm")


def test_typed_keys():
    """KEYS says which keys cannot be written for one type."""
    said = section(ROWS, "KEYS").partition("any key but\n")[2]
    assert marked(said.partition("may end in")[0], "Cm") == (
        words("KEY") - words("TYPED"))


def test_repeated_keys():
    said = "".join(line for line in section(ROWS, "KEYS").splitlines(True)
                   if line.startswith(".It") and "+" in line)
    assert marked(said, "Cm") == words("REPEATS")


def test_every_variable():
    names = words("TEXT", "PAGE", "WRITE", "BATCH")
    assert {"fqdn", "page", "value", "create"} <= names
    said = section(ROWS, "VARIABLES") + section(ROWS, "KEYS")
    assert names <= set(re.findall(r"\{(\w+)\}", said))


def test_every_scheme():
    said = section(ROWS, "AUTHORIZATION")
    for scheme, words in re.findall(r'\{ "(\S+)", "([^"]+)", \d',
                                    room("sign")):
        if scheme != "Basic":
            assert f".It Li {scheme} Ar {words}\n" in said


def test_ceilings():
    said = section(ROWS, "CEILINGS")
    for ceiling in ("FIELDS_MAX", "TESTS_MAX", "DECLARED_MAX"):
        number = re.search(rf"{ceiling} (\d+)", SOURCE)[1]
        assert re.search(rf"\b{number}\b", said), ceiling


def test_every_option():
    help = subprocess.run([harness.PROGRAM, "--help"], check=True,
                          stdout=subprocess.PIPE, encoding="utf-8").stdout
    options = re.findall(r"(?<=[ ,])-{1,2}[a-zA-Z0-9][a-z-]*",
                         help.partition("Exit status")[0])
    assert {"-c", "--config", "-4", "--json"} <= set(options)
    said = {f"-{word}" for word in marked(PAGES["ddns.1"], "Fl")}
    assert set(options) <= said


def test_every_command():
    names = table("cli", "command_row commands[] =")
    assert set(names) <= marked(PAGES["ddns.1"], "Cm")


def test_every_exit_status():
    header = (ROOT / "src" / "exit.h").read_text()
    codes = re.findall(r"EXIT_\w+ = (\d+),", header)
    said = section(PAGES["ddns.1"], "EXIT STATUS")
    assert re.findall(r"^\.It (\d+)$", said, re.M) == codes


def test_sections_that_the_source_names():
    for name, text in SOURCES.items():
        for page, title in re.findall(
                r"(ddns[a-z.-]*)\(\d\), ([A-Z]{3}[A-Z ]*)\b", text):
            page = next(PAGES[n] for n in PAGES if n[:-2] == page)
            assert f".Sh {title.strip()}\n" in page, (name, title)


def test_the_list_of_providers():
    page = (ROOT / "man" / "ddns-providers.5").read_text()
    said = page.partition(".\\\" The list is made by `make manual`.\n")[2]
    made = subprocess.run([ROOT / "tests" / "lint" / "catalogue", "--print"],
                          check=True, stdout=subprocess.PIPE,
                          encoding="utf-8").stdout
    assert made.count(".Ss ") > 150 and made.isascii()
    assert said.partition(".\\\" End of the list.\n")[0] == made, "make manual"


def readable(text):
    """What a reader of roff sees of it."""
    text = re.sub(r"\\\[u([0-9A-F]+)\]", lambda m: chr(int(m[1], 16)), text)
    return text.replace(r"\&", "").replace(r"\(dq", '"').replace(r"\e", "\\")


def test_each_service(ddns):
    """All names, keys with texts, advice and the section of each row."""
    pieces = dict(re.findall(r"^\.Ss (\S+) \\\(em (.*?)(?=^\.Ss |^\.\\\" End)",
                             SERVICES, re.M | re.S))
    rows = json.loads(ddns.run("providers", "--json").stdout)["providers"]
    assert list(pieces) == [row["name"] for row in rows]
    for row in rows:
        lines = readable(pieces[row["name"]]).splitlines()
        told = " ".join(lines)
        assert lines[0] == row["title"]
        assert all(f" {word} " in f"{lines[2]} " for word in row["aka"])
        for key in row["keys"]:
            if key["required"]:
                at = next(i for i, line in enumerate(lines)
                          if f"{line} ".startswith(f".It Cm {key['key']} "))
                assert key["text"].startswith(lines[at + 1])
        assert all(line in told for line in row["advice"])
        assert "\n".join(row["section"]) in "\n".join(lines)
        assert ("one request writes many" in told) == row["batch"]
        assert ("is sent again after" in told) == bool(row["refresh"])


def test_every_member_of_documents(ddns):
    """What the commands print as JSON is described."""
    def members(value):
        if isinstance(value, dict):
            yield from value
            value = list(value.values())
        for one in value if isinstance(value, list) else []:
            yield from members(one)

    secret = ddns.folder / "secret"
    secret.write_text("x")
    secret.chmod(0o604)
    ddns.config("[ipv4]\nurl = https://ip.example.net\n[provider p]\n"
                "set = GET https://example.net/{ip}\nsecret = [k]\n"
                f"[p]\nnames = home.example.com\nk_file = {secret}\n")
    said = marked(section(PAGES["ddns.1"], "JSON DOCUMENTS"), "Li")
    for args in (["check"], ["providers"], ["providers", "cf"],
                 ["status"], ["lookup", f"file://{ddns.ini}"]):
        found = set(members(json.loads(ddns.run("--json", *args).stdout)))
        assert len(found) > 5 and found <= said, (args, found - said)


def literals(page):
    return [text.replace(r"\e", "\\") for text in re.findall(
        r"^\.Bd -literal.*?\n(.*?)^\.Ed", page, re.M | re.S)]


@pytest.mark.parametrize("text", [t for t in literals(ROWS) if "\n[" in f"\n{t}"
                                  ], ids=lambda text: text.split("\n")[0])
def test_examples(ddns, text):
    """What the page shows can be pasted."""
    text = re.sub(r"^(\w+)_file( *)= .*", r"\1\2= xxxx", text, flags=re.M)
    ddns.config("[ipv4]\nurl = https://ip.example.net\n" + text +
                "\n[dyndns2 z]\nserver = https://dyn.example.net\nuser = me\n"
                "password = xxxx\nnames = z.example.com\n")
    result = ddns.run("check")
    assert (result.status, result.stderr) == (0, "")


def test_examples_of_the_configuration(ddns):
    text = section(PAGES["ddns.ini.5"], "EXAMPLES")
    for example in literals(text):
        ddns.config(re.sub(r"_file( *)= .*", r"\1= c2VjcmV0", example))
        result = ddns.run("check")
        assert (result.status, result.stderr) == (0, "")


LOOKUPS = "[{0}]\nurl = https://ip.example.net\n"
SHOWN = literals(section(PAGES["ddns.1"], "EXAMPLES"))


@pytest.mark.parametrize("text", [
    text for text in SHOWN if re.match(r"\[(?!Service)", text)],
    ids=lambda text: text.split("\n")[0])
def test_configurations_of_the_examples(ddns, text):
    (ddns.folder / "cloudflare.token").write_text("x-secret")
    (ddns.folder / "desec.token").write_text("x-secret")
    for path in ddns.folder.glob("*.token"):
        path.chmod(0o600)
    if "[ipv" not in text:
        text = LOOKUPS.format("ipv4") + text
    ddns.config(text.replace("/etc/ddns/", f"{ddns.folder}/"))
    result = ddns.run("check", env={"CREDENTIALS_DIRECTORY": str(ddns.folder)})
    assert (result.status, result.stderr) == (0, "")


@pytest.mark.parametrize("text", [
    text for text in SHOWN if not re.match(r"\[|MAILTO|systemctl", text)],
    ids=lambda text: text.split("\n")[0])
def test_scripts_of_the_examples(text):
    """They are shell, and nothing in them is obsolete or unquoted."""
    assert subprocess.run(["sh", "-n"], input=text, text=True).returncode == 0
    if shutil.which("shellcheck"):
        # SC2034: a word of a line that is read to get at the next one
        result = subprocess.run(
            ["shellcheck", "-s", "sh", "-e", "SC2034", "-"], input=text,
            text=True, stdout=subprocess.PIPE)
        assert (result.returncode, result.stdout) == (0, "")


# Words of each message that a run can print, to be found in the source and in
# DIAGNOSTICS.
MESSAGES = [
    "is not configured in", "others can read", "no valid address",
    "sources agree", "names keep the address they have",
    "an address is found again", "the line has no IPv", "the line has IPv",
    "gives hardly any valid answers", "tried again", "fix the section",
    "tried once a day", "records wait", "the suffix makes",
    "which is not a public address", "the record held",
    "which was not set from here", "is well again",
    "the state file was damaged", "cannot open the folder",
    "there is not a folder", "is writable by others: chmod o-w",
    "another run holds", "works again", "standard output", "unknown command",
    "unknown option", "unknown key"]


@pytest.mark.parametrize("words", MESSAGES)
def test_every_message_has_a_diagnostic(words):
    source = re.sub(r'" *\n\s*"', "", "".join(SOURCES.values()))
    said = section(PAGES["ddns.1"], "DIAGNOSTICS")
    assert words in source and words in said


GOOD = {"url": "https://example.net", "setting": "[zone_id]",
        "zones": "GET /z -> zone zone_id",
        "records": "GET /r -> /list id name type ip",
        "update": "PUT /{id} ip={ip}"}
WRONG = [
    ({"recods": "GET /"}, "recods: unknown key (records?)"),
    ({"set": "PUT /{zoneid}/{ip}"},
     "set: nothing defines {zoneid} (zone_id?)"),
    ({"set": "{\"ip\":\"{ip}\"}", "batch": "POST /b [{update}]"},
     "set: begin with GET or POST, or put {set} into batch"),
    ({"batch": "POST /b []"},
     "batch: holds none of {set} {create} {update} {delete}"),
    ({"records": ""}, "update: needs records"),
    ({"records": "GET /r -> id"}, "records: reads no ip"),
    ({"zones": "GET /z -> id"}, "zones: reads no zone"),
    ({"records": "GET /r -> /list id name ip"},
     "records: a list, but type is not read"),
    ({"records": "GET /r", "record": "GET /r/1 -> name type ip"},
     "records: reads nothing for record"),
    ({"all_records": "GET /r -> /list id type ip"},
     "all_records: reads no name"),
    ({"all_records": "GET /r -> /list name type ip"},
     "all_records: records reads id, this does not"),
    ({"all_records": "GET /r/{name} -> /list id name type ip"},
     "all_records: is about one name"),
    ({"records": "GET /r -> /list id name type ip page=/next"},
     "records: reads page, but holds no {page}"),
    ({"records": "GET /r -> ip=content"},
     "records: ip=content: a pointer begins with /"),
    ({"set": "POST /x"}, "set: sends no address, so good must hold {ip}"),
    ({"set": 'PUT /1 {"a":"{ip}"]'},
     "set: the body is not JSON: ',' expected at byte 12"),
    ({"set": "PUT x{ip}"}, "set: a URL begins with /, ?, { or https://"),
    ({"set": "PUT /#{ip}"},
     "set: a URL ends at #: write {ip} for #{ip}, or %23"),
    ({"url": "", "set": "PUT /{ip}"},
     "set: its URL is put behind `url`, which is missing"),
    ({"setting": "ip"}, "setting: ip is a word of the language"),
    ({"auth": "TC3-HMAC-SHA256 a b"},
     "auth: TC3-HMAC-SHA256 takes id secret service"),
]


@pytest.mark.parametrize("keys, told", WRONG, ids=lambda x: str(x)[:40])
def test_messages(ddns, keys, told):
    """The program says what MESSAGES explains."""
    row = "".join(f"{key} = {value}\n" for key, value in
                  {**GOOD, **keys}.items())
    ddns.config(f"[ipv4]\nurl = https://ip.example.net\n[provider a]\n{row}"
                "[a]\nnames = z.example.com\nzone_id = 1\n")
    result = ddns.run("check")
    assert result.status == 3
    assert f"[provider a] {told}" in result.stderr
    shape = re.sub(r"at byte \d+", "at byte 17", told)
    assert f'"{shape}"' in section(ROWS, "MESSAGES")


def test_every_message_is_tried():
    said = re.findall(r'"([^"]+)"', "".join(
        line for line in section(ROWS, "MESSAGES").splitlines(True)
        if line.startswith(".It")))
    tried = {re.sub(r"at byte \d+", "at byte 17", told) for _, told in WRONG}
    assert set(said) - tried == {"like: a goes in a circle (a, b, a)"}


def sections(page):
    """The text of each section, in order."""
    return [part.partition("\n")[2] for part in page.split("\n.Sh ")[1:]]


def words_of(page, macro):
    """What stands behind a macro, but for words in another language."""
    return {word for word in marked(page, macro)
            if re.search(r"[\w*{]", word) and word.isascii() and
            word not in ("No", "or")}


@pytest.mark.parametrize("macro", ["Fl", "Cm", "Ev", "Pa", "Li", "Xr"])
@pytest.mark.parametrize("name", CHINESE)
def test_chinese_has_the_same_words(name, macro):
    """Options, keys, variables, paths, values: section by section."""
    ours, theirs = sections(PAGES[name]), sections(CHINESE[name])
    assert len(ours) == len(theirs)
    for english, chinese in zip(ours, theirs):
        assert words_of(chinese, macro) == words_of(english, macro)


@pytest.mark.parametrize("name", CHINESE)
def test_chinese_has_the_same_entries(name):
    """Exit statuses, keys, messages in the same order; the same examples."""
    ours, theirs = PAGES[name], CHINESE[name]

    def entries(page):
        # whatever the language calls an argument
        return [re.sub(r"(?<=\bAr ).+?(?= Ns | \.\.\.|$)", "x", line)
                for line in re.findall(r"^\.It .*", page, re.M)]
    assert entries(theirs) == entries(ours)
    assert literals(theirs) == literals(ours)
    for kind in (".Ss ", ".Bl ", ".Dl "):
        assert theirs.count(f"\n{kind}") == ours.count(f"\n{kind}"), kind


def test_chinese_pages():
    """Both are there, and a terminal of 80 columns shows them whole."""
    assert set(CHINESE) == {"ddns.1", "ddns.ini.5"}
    for page in CHINESE.values():
        text = re.sub(r"^\.Bd.*?^\.Ed", "", page, flags=re.M | re.S)
        # what has no space in it cannot be broken
        assert max(len(word) + len(re.findall(r"[^\x00-\x7f]", word))
                   for word in text.split()) <= 68
