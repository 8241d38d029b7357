"""`python -m relprompt` and the command `relprompt`: the program, as it lies in the package."""

import os
import signal
import sys
from typing import NoReturn


def program() -> str:
    """The path of the program."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "relprompt")


def main() -> NoReturn:
    """Becomes the program, with this process's arguments; signals and exit status are its own."""
    for ignored_by_python in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored_by_python, signal.SIG_DFL)
    os.execv(program(), ["relprompt", *sys.argv[1:]])


if __name__ == "__main__":
    main()
