#!/usr/bin/python3
"""Checks the shape of the code: floors, sizes, who may use what.

Prints each fault as FILE:LINE: text, then the figures; exits 1 on a fault.
"""

import pathlib
import re
import statistics
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
FILES = sorted(path for path in (TOP / "src").glob("*.[ch]")
               if path.name != "provider-texts.c")

MAX_LINES, MAX_FUNCTION, MAX_PARAMETERS, MAX_NESTING = 400, 60, 5, 3
MEDIAN, NINE_OF_TEN = 16, 45
MACROS = 3

# What only the named rooms may have in their code.
RESERVED = [
    (r"#\s*include\s*<curl/", {"http"}),
    (r"#\s*include\s*<ini\.h>", {"config"}),
    (r"#\s*include\s*<(jansson|expat)\.h>", {"json"}),
    (r"#\s*include\s*<openssl/", {"sign", "buf", "secret", "http"}),
    (r"\b(time|clock_gettime|gettimeofday|getrandom|getentropy|random|rand"
     r"|nanosleep|sleep|usleep)\(", {"clock"}),
    (r"\b(fork|vfork|posix_spawnp?|system|popen|execv?[lpe]*)\(", {"child"}),
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets|alloca|atoi|atol)\(", set()),
    (r"^\s*typedef\b", set()),
    (r"^\s*#\s*if", {"http"}),
]

faults = []


def fault(path, line, text):
    faults.append(f"{path.relative_to(TOP)}:{line}: {text}")


def read_floors():
    floors = {}
    for line in (TOP / "tests/lint/floors").read_text().splitlines():
        if line and not line.startswith("#"):
            floor, *names = line.split()
            for name in names:
                floors[name] = (float(floor), names[0])
    return floors


FLOORS = read_floors()


def room_of(name):
    """(floor, room) of a file name, or None."""
    parts = re.split("-", name.rpartition(".")[0])
    for count in range(len(parts), 0, -1):
        found = FLOORS.get("-".join(parts[:count]))
        if found:
            return found
    return None


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


def check_includes(path, text):
    own = room_of(path.name)
    if own is None:
        fault(path, 1, "belongs to no room of tests/lint/floors")
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if not match:
            continue
        other = room_of(match[1])
        if path.suffix == ".h":
            fault(path, number, "a header includes a project header")
        elif other is None:
            fault(path, number, f"{match[1]} belongs to no room")
        elif other[1] != own[1] and other[0] >= own[0]:
            fault(path, number, f"{own[1]} (floor {own[0]}) includes "
                  f"{match[1]} (floor {other[0]})")


def check_reserved(path, code):
    room = (room_of(path.name) or (0, ""))[1]
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
    """(name, first line, last line, parameters) of each."""
    out = subprocess.run(
        ["ctags", "-f", "-", "--languages=C", "--kinds-C=f",
         "--fields=neS", "--sort=no", str(path)],
        capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        name, _, rest = line.partition("\t")
        fields = dict(field.split(":", 1) for field in line.split("\t")
                      if ":" in field)
        yield (name, int(fields["line"]), int(fields["end"]),
               parameters(fields["signature"]))


def nesting(lines):
    depth = deepest = 0
    for char in "".join(lines):
        depth += (char == "{") - (char == "}")
        deepest = max(deepest, depth)
    return deepest - 1


def check_functions(path, code):
    lines, sizes = code.splitlines(), []
    for name, first, last, count in functions(path):
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


def check_lists():
    """Nothing that is there may be missing in the Makefile."""
    makefile = (TOP / "Makefile").read_text()
    words = set(re.split(r"[\s=]+", makefile))
    for pattern, end in (
            ("src/*.c", ".c"), ("src/*.h", ".h"), ("src/providers/*.ini", ".ini"),
            ("tests/unit/test-*.c", ""), ("tests/fuzz/fuzz-*.c", ""),
            ("man/*.[1-8]", None)):
        for path in sorted(TOP.glob(pattern)):
            name = str(path.relative_to(TOP))
            if end is not None:
                name = name.rpartition(".")[0] + end
            if name not in words and path.name != "main.c":
                fault(TOP / "Makefile", 1, f"does not list {name}")


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


def main():
    sizes, longest, macros = [], {}, 0
    for path in FILES:
        text = path.read_text()
        code = bare(text)
        check_includes(path, text)
        check_reserved(path, code)
        macros += len(re.findall(r"^#\s*define\s+\w+\(", code, re.M))
        longest[path.name] = text.count("\n")
        if longest[path.name] > MAX_LINES:
            fault(path, 1, f"has {longest[path.name]} lines")
        if path.suffix == ".c":
            sizes += check_functions(path, code)
    check_lists()
    check_words()
    sizes.sort()
    median, p90 = statistics.median(sizes), sizes[len(sizes) * 9 // 10]
    if median > MEDIAN or p90 > NINE_OF_TEN:
        faults.append(f"src: functions have a median of {median} lines, "
                      f"90 % have at most {p90}")
    if macros > MACROS:
        faults.append(f"src: {macros} macros take arguments")
    print("\n".join(faults))
    print(f"{len(FILES)} files, the longest {max(longest.values())} lines; "
          f"{len(sizes)} functions: median {median:g}, 90 % at most {p90}, "
          f"longest {sizes[-1]}; {macros} macros with arguments")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
