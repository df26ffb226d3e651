# SPDX-License-Identifier: ISC
"""Runs a program and writes how many KiB it had at most: peak.py FILE WORD...

Started without site packages it is small itself, as its child begins with what
it has (getrusage(2), ru_maxrss).
"""

import os
import sys

pid = os.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(pid, 0)
with open(sys.argv[1], "w", encoding="ascii") as file:
    file.write(str(used.ru_maxrss))
code = os.waitstatus_to_exitcode(status)
if code < 0:
    os.kill(os.getpid(), -code)
sys.exit(code)
