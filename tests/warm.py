"""Commands in processes of their own that need not import torch first, which takes seconds.

They are forked from one process that has imported it (the standard library's fork server), and can
be interrupted and killed as any other. What a fresh interpreter imports is no subject for them.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload(
    [
        "torch",
        "transformers",
        "model_zoo.__main__",
        "model_zoo.training.train",
        "model_zoo.tuning.execute",
    ]
)


def _run(arguments: Sequence[str], environment: dict[str, str], said: Path) -> None:
    """What the process does: its output goes to files, its exit status is the command's."""
    os.environ.clear()
    os.environ.update(environment)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(said / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    from model_zoo.__main__ import main

    sys.exit(main(list(arguments)))


class Command:
    """`quartet ARGUMENTS` in a process of its own; `said`, a folder, holds what it prints."""

    def __init__(self, *arguments: object, said: Path) -> None:
        self._said = said
        given = [str(argument) for argument in arguments]
        self._process = _WARM.Process(target=_run, args=(given, dict(os.environ), said))
        self._process.start()

    @property
    def returncode(self) -> int | None:
        """The exit status, the negative number of the signal that ended it, or None before that."""
        return self._process.exitcode

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process.pid
        os.kill(self._process.pid, number)

    def ended(self, within_s: float = 900) -> tuple[str, str]:
        """What it has printed to standard output and to standard error, once it has ended."""
        self._process.join(within_s)
        assert self.returncode is not None, "it does not end"
        out, err = ((self._said / name).read_text("utf-8") for name in ("out", "err"))
        return out, err
