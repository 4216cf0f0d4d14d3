"""Runs a command that dies with the process that asked for it, even when that one is killed.

A script of its own, run before the command in its process: `python -I -S tether.py ...`. It reads
nothing but the standard library, because it may still be root and soon is somebody else.

On Linux the kernel is asked for a signal at the parent's death, after any change of account, which
would clear it. Elsewhere this process stays, with the command as its child, and watches a pipe on
standard input whose other end the parent holds.
"""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import threading
from typing import NoReturn

PR_SET_PDEATHSIG = 1


def main() -> NoReturn:
    """Tie the command to the parent, then become it or watch over it."""
    arguments = _arguments()
    if arguments.uid is not None:
        os.setgroups([])
        os.setgid(arguments.gid)
        os.setuid(arguments.uid)
    if arguments.pipe:
        sys.exit(_watch(arguments.command, arguments.death_signal))
    _ask_kernel(arguments.death_signal, arguments.parent)
    os.execvp(arguments.command[0], arguments.command)  # noqa: S606 no shell is what is wanted


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run a command that dies with its parent.")
    parser.add_argument("--parent", type=int, required=True, help="process to die with")
    parser.add_argument("--death-signal", type=int, required=True, help="how to die")
    parser.add_argument("--pipe", action="store_true", help="watch standard input, not the kernel")
    parser.add_argument("--uid", type=int, help="account to become first")
    parser.add_argument("--gid", type=int, help="its group")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def _ask_kernel(death_signal: int, parent: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)


def _watch(command: list[str], death_signal: int) -> int:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda received, _: child.send_signal(received))

    def follow_parent() -> None:
        os.read(sys.stdin.fileno(), 1)  # returns when the other end is closed
        child.send_signal(death_signal)

    threading.Thread(target=follow_parent, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    main()
