#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Checks the shape of the code: floors, circles, sizes, who may use what.

Prints each fault as FILE:LINE: text, then the figures; exits 1 on a fault.
"""

import pathlib
import re
import statistics
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
SRC = TOP / "src"
FILES = sorted(path for path in SRC.glob("**/*.[ch]")
               if path != SRC / "provider" / "texts.c")

MAX_LINES, MAX_FUNCTION, MAX_PARAMETERS, MAX_NESTING = 600, 60, 5, 3
MEDIAN, NINE_OF_TEN = 16, 45
MACROS = 3

# What only the named rooms may have in their code.
RESERVED = [
    (r"#\s*include\s*<curl/", {"http", "url", "sandbox"}),
    (r"#\s*include\s*<ini\.h>", {"config"}),
    (r"#\s*include\s*<(jansson|expat)\.h>", {"json"}),
    (r"#\s*include\s*<openssl/", {"authority", "sign", "memory", "escape", "http"}),
    (r"\b(time|clock_gettime|gettimeofday|getrandom|getentropy|random|rand"
     r"|nanosleep|sleep|usleep)\(", {"clock"}),
    (r"\b(fork|vfork|posix_spawnp?|system|popen|execv?[lpe]*)\(", {"child"}),
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets|alloca|atoi|atol)\(", set()),
    (r"^\s*typedef\b", set()),
    (r"^\s*#\s*if(?!ndef DDNS_)", {"http", "url", "sandbox", "memory"}),
]

faults = []


def fault(path, line, text):
    faults.append(f"{path.relative_to(TOP)}:{line}: {text}")


def read_floors():
    """Room to (its place from below, words of its functions, headers)."""
    rooms = {}
    for line in (TOP / "tests/lint/floors").read_text().splitlines():
        if not line.startswith("#"):
            for text in line.split()[1:]:
                name, words, heads = re.fullmatch(
                    r"([^(:]+)(?:\((.+)\))?(?::(.+))?", text).groups()
                rooms[name] = (len(rooms), (words or name).split(","),
                               (heads or name).split(","))
    return rooms


FLOORS = read_floors()


def room_of(name):
    """The room of "http/http.h" or "buf.h"."""
    folder, _, file = name.rpartition("/")
    return folder or file.rpartition(".")[0]


def bare(text):
    """The code without comments, texts of strings and characters."""
    def blank(match):
        found = match[0]
        if found.startswith("/"):
            return re.sub(r"[^\n]", " ", found)
        return found[0] + " " * (len(found) - 2) + found[0]
    return re.sub(
        r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'",
        blank, text, flags=re.S)


def includes(text):
    """(line, what is included) of the project's headers."""
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if match:
            yield number, match[1]


def check_includes(path, text):
    own = room_of(str(path.relative_to(SRC)))
    if own not in FLOORS:
        fault(path, 1, "belongs to no room of tests/lint/floors")
        return
    for number, header in includes(text):
        other = room_of(header)
        if other not in FLOORS:
            fault(path, number, f"{header} belongs to no room")
        elif other == own:
            continue
        elif FLOORS[other][0] >= FLOORS[own][0]:
            fault(path, number, f"{own} includes {header}, which stands above")
        elif "/" in header and (
                pathlib.Path(header).stem not in FLOORS[other][2]):
            fault(path, number, f"{header} is private to {other}")


LICENCE = "SPDX-License-Identifier: ISC"


def check_licence():
    """Each source file has its licence in its first line, or behind `#!`."""
    tracked = subprocess.run(
        ["git", "-C", str(TOP), "ls-files"], capture_output=True, text=True)
    for name in tracked.stdout.split():
        path = TOP / name
        if not path.is_file():
            continue
        lines = path.read_text(errors="replace").split("\n", 2)[:2]
        if path.suffix in (".c", ".h"):
            wanted = lines[0] == f"/* {LICENCE} */"
        elif (lines[0].startswith(("#!", "#compdef")) or name == "Makefile"
              or path.suffix in (".py", ".awk", ".bash")):
            wanted = f"# {LICENCE}" in lines
        else:
            continue
        if not wanted:
            fault(path, 1, f"does not say {LICENCE}")


def check_opening(path, text):
    """The first comment, or that behind the licence, says in a sentence what
    the file is."""
    text = text.removeprefix(f"/* {LICENCE} */\n")
    if not re.match(r"/\*[\s*]*\w[^.]*\.", text):
        fault(path, 1, "does not begin with a sentence on what it is")


def check_names(path, code):
    """A function of a header bears the name of its room."""
    own = room_of(str(path.relative_to(SRC)))
    words = FLOORS.get(own, (0, [own]))[1]
    flat = re.sub(r"\{[^{}]*\}", "", re.sub(r"\{[^{}]*\}", "", code))
    flat = re.sub(r"__attribute__\s*\(\(.*?\)\)+|^\s*#.*?(?<!\\)$", "", flat,
                  flags=re.M | re.S)
    for found in re.finditer(r"(\w+)\s*\([^;]*\)\s*(?:PRINTF_LIKE[^;]*)?;",
                             flat):
        if not re.match(rf"({'|'.join(words)})(_|$)", found[1]):
            fault(path, 1, f"{found[1]} does not bear the name of {own}")


def check_alone(paths):
    """Each header compiles without others before it."""
    for path in paths:
        done = subprocess.run(
            ["cc", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra",
             "-Werror", "-fsyntax-only", f"-I{SRC}", "-x", "c", "-"],
            input=f'#include "{path.relative_to(SRC)}"\n',
            capture_output=True, text=True)
        if done.returncode:
            fault(path, 1, "does not compile alone")


def circles(files):
    """Groups of files of a room that call each other: files maps a path to
    (functions that it makes, words that it uses)."""
    calls = {path: {other for other, (made, _) in files.items()
                    if other != path and other.parent == path.parent
                    and made & files[path][1]} for path in files}

    def reach(path):
        seen, wait = set(), [path]
        while wait:
            for other in calls[wait.pop()] - seen:
                seen.add(other)
                wait.append(other)
        return seen

    reached = {path: reach(path) for path in calls}
    return sorted({tuple(sorted(str(other.relative_to(SRC))
                                for other in reached[path]
                                if path in reached[other]))
                   for path in calls if path in reached[path]})


def check_reserved(path, code):
    room = room_of(str(path.relative_to(SRC)))
    for number, line in enumerate(code.splitlines(), 1):
        for pattern, rooms in RESERVED:
            match = re.search(pattern, line)
            if match and room not in rooms:
                who = " or ".join(sorted(rooms)) or "nobody"
                fault(path, number, f"{match[0].strip()} is for {who}")


def parameters(signature):
    inner, depth, count = signature.strip()[1:-1], 0, 1
    for char in inner:
        depth += (char == "(") - (char == ")")
        count += char == "," and depth == 0
    return 0 if inner.strip() in ("", "void") else count


def functions(path):
    """(name, first line, last line, parameters, whether static) of each."""
    out = subprocess.run(
        ["ctags", "-f", "-", "--languages=C", "--kinds-C=f",
         "--fields=neSf", "--sort=no", str(path)],
        capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        name, _, rest = line.partition("\t")
        fields = dict(field.split(":", 1) for field in line.split("\t")
                      if ":" in field)
        yield (name, int(fields["line"]), int(fields["end"]),
               parameters(fields["signature"]), "\tfile:" in line)


def nesting(lines):
    depth = deepest = 0
    for char in "".join(lines):
        depth += (char == "{") - (char == "}")
        deepest = max(deepest, depth)
    return deepest - 1


def check_functions(path, code):
    lines, sizes = code.splitlines(), []
    for name, first, last, count, _ in functions(path):
        size = last - first + 1
        sizes.append(size)
        depth = nesting(lines[first - 1:last])
        if size > MAX_FUNCTION:
            fault(path, first, f"{name} has {size} lines")
        if count > MAX_PARAMETERS:
            fault(path, first, f"{name} takes {count} parameters")
        if depth > MAX_NESTING:
            fault(path, first, f"{name} nests {depth} deep")
    return sizes


def check_tracked():
    """What the Makefile finds by its place is what git knows."""
    listed = set(subprocess.run(
        ["git", "-C", str(TOP), "ls-files", "src", "tests", "man"],
        capture_output=True, text=True).stdout.split())
    for path in FILES + sorted(SRC.glob("providers/*.ini")):
        if listed and str(path.relative_to(TOP)) not in listed:
            fault(path, 1, "is not in git")


def check_words():
    """The project speaks of itself alone."""
    tracked = subprocess.run(
        ["git", "-C", str(TOP), "ls-files"], capture_output=True, text=True)
    for name in tracked.stdout.split():
        path = TOP / name
        if path.is_file() and path != pathlib.Path(__file__).resolve():
            text = path.read_text(errors="replace")
            for number, line in enumerate(text.splitlines(), 1):
                if re.search(r"/(work|root|farm|home/(?!me/)\w+)/", line):
                    fault(path, number, "names a path of some machine")


def check_circles(texts):
    files = {}
    for path, text in texts.items():
        if path.suffix == ".c":
            made = list(functions(path))
            files[path] = (
                {name for name, *_, static in made if not static},
                set(re.findall(r"(?<!struct )\b\w+", bare(text))) -
                {name for name, *_ in made})
    for circle in circles(files):
        faults.append(f"src: {' '.join(circle)}: call each other")


def main():
    sizes, longest, macros, headers = [], {}, 0, []
    texts = {path: path.read_text() for path in FILES}
    for path, text in texts.items():
        code = bare(text)
        check_includes(path, text)
        check_reserved(path, code)
        check_opening(path, text)
        macros += len(re.findall(r"^#\s*define\s+\w+\(", code, re.M))
        longest[path] = text.count("\n")
        if longest[path] > MAX_LINES:
            fault(path, 1, f"has {longest[path]} lines")
        if path.suffix == ".c":
            sizes += check_functions(path, code)
            headers.append(len(list(includes(text))))
        else:
            check_names(path, code)
    check_alone(path for path in FILES if path.suffix == ".h")
    check_circles(texts)
    check_tracked()
    check_words()
    check_licence()
    sizes.sort()
    median, p90 = statistics.median(sizes), sizes[len(sizes) * 9 // 10]
    if median > MEDIAN or p90 > NINE_OF_TEN:
        faults.append(f"src: functions have a median of {median} lines, "
                      f"90 % have at most {p90}")
    if macros > MACROS:
        faults.append(f"src: {macros} macros take arguments")
    print("\n".join(faults))
    print(f"{len(FILES)} files with {sum(longest.values())} lines, the longest "
          f"{max(longest.values())}; {statistics.mean(headers):.1f} project "
          f"headers a .c; {len(sizes)} functions: median {median:g}, 90 % at "
          f"most {p90}, longest {sizes[-1]}; {macros} macros with arguments")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
