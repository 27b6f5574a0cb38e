"""Work in a fresh process: its figures are laid at nobody else's door."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread
from time import monotonic
from typing import IO, Any

from model_zoo.errors import MeasureError
from model_zoo.paths import ROOT

LOOK_SECONDS = 0.2  # between two looks whether it is done


def in_fresh_process(
    module: str, arguments: list[str], *, seconds: float, given: object = None
) -> Iterator[Any]:
    """None several times a second while `python -m module` works; at the end what it printed.

    That is JSON, on one line; `given` goes into it as JSON, too. The process ends with this
    iterator. Raises MeasureError where it takes more than `seconds`, or fails.
    """
    ends = monotonic() + seconds
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        # `communicate` does not go on sending what did not go into the pipe at once
        stdin, process.stdin = process.stdin, None
        Thread(target=_send, args=(stdin, given), name=f"input of {module}", daemon=True).start()
        try:
            while True:
                try:
                    output, errors = process.communicate(timeout=LOOK_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    if monotonic() > ends:
                        raise MeasureError(
                            f"The measuring process took more than {seconds:.0f} s. Try again when "
                            "the machine is less busy."
                        ) from None
                    yield None
        finally:
            process.kill()
    try:
        result = json.loads(output)
    except ValueError:
        reason = (errors.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
        raise MeasureError(
            f"The measuring process failed: {reason.rstrip('.')}. Try again."
        ) from None
    yield result


def _send(stream: IO[str] | None, value: object) -> None:
    """Write JSON and close the stream, to a process that may have ended meanwhile."""
    assert stream is not None
    with suppress(OSError, ValueError):
        json.dump(value, stream)
    with suppress(OSError, ValueError):
        stream.close()
