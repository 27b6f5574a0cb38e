"""The command line: `quartet COMMAND` where it is installed, or `python -m model_zoo COMMAND`.

Results go to stdout (tables, or JSON with --json), progress and errors to stderr. Exit codes:
0 done, 2 bad usage or input, with one line that says what to do; 1 where the output cannot be
written, 130 after Ctrl+C, 141 where nobody reads on.
"""

import codecs
import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the process's exit code."""
    _never_refuse(sys.stdout)
    _never_refuse(sys.stderr)
    try:
        try:  # imported here: they take a second, in which Ctrl+C may come, too
            from model_zoo.commands.output import say
            from model_zoo.commands.parser import understood
            from model_zoo.errors import ZooError

            try:
                arguments = understood(argv)
                arguments.command(arguments)
            except ZooError as error:
                say(str(error))
                return 2
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()  # what cannot be written comes to light now, not at the end
    except KeyboardInterrupt:
        return _ended("Stopped.", 130)
    except BrokenPipeError:  # the reader, say `head`, has had enough
        return _ended("Whoever was reading has gone: the rest was not written.", 141)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF):
            raise
        reason = error.strerror or "no reason given"
        return _ended(f"The output cannot be written ({reason}). Make room, or write elsewhere.", 1)
    return 0


def _ended(message: str, code: int) -> int:
    """Say why it ended, if anybody hears it; the exit code. Nothing more is written to stdout."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        if code != 130:
            os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(f"model_zoo: {message}", file=sys.stderr, flush=True)
    return code


_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "·": "-"}
    | {"±": "+-", "×": "x", "→": "->", "\xa0": " ", "\u202f": " "}
)


def _never_refuse(stream: TextIO | None) -> None:
    """Have the stream write what is like a character where it cannot write that, or else "?"."""
    codecs.register_error(
        "quartet.plain",
        lambda error: (_plain(error), error.end),  # type: ignore[attr-defined]
    )
    with suppress(AttributeError, ValueError):  # no stream of Python's own, or closed
        stream.reconfigure(errors="quartet.plain")  # type: ignore[union-attr]


def _plain(error: UnicodeError) -> str:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return text.encode("ascii", "replace").decode()


if __name__ == "__main__":
    sys.exit(main())
