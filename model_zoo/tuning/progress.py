"""What a training tells of itself while it runs: lines of JSON that are added, and their reading.

Nothing of the user's rows is in them: no text, no label.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any


@dataclass(slots=True)
class RunProgress:
    """One network being trained: `model` on `rows` rows, seed `seed`, in `steps` steps.

    `share` is the part of the rows it learns from: 1 but for the learning curve. `loss` and
    `accuracy` are (epoch, value): the training loss, and accuracy on the validation rows.
    `seconds` is how long it has trained, without pauses.
    """

    model: str
    share: float
    seed: int
    rows: int
    steps: int
    step: int = 0
    seconds: float = 0.0
    ended: bool = False
    loss: list[tuple[float, float]] = field(default_factory=list)
    accuracy: list[tuple[float, float]] = field(default_factory=list)


@dataclass(slots=True)
class Progress:
    """How far a training is.

    `stage` is "", "reading", "training", "comparing" or "writing". `done` is the share of the work
    that is behind it, 0 to 1, and `left` the seconds that are still to come, None as long as
    nothing can be said. `runs` are by key, in the order they began. `at` is when it last told
    anything (seconds since 1970).
    """

    stage: str = ""
    done: float = 0.0
    left: float | None = None
    at: float = 0.0
    runs: dict[str, RunProgress] = field(default_factory=dict)


class Reporter:
    """Writes the lines; one that cannot be written (a full disk) is left out."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def tell(self, event: str, **values: Any) -> None:
        """Add one line."""
        line = json.dumps({"at": round(time(), 2), "event": event, **values}) + "\n"
        try:
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(handle, line.encode())
            finally:
                os.close(handle)
        except OSError:
            return


def read_progress(file: Path) -> Progress:
    """What the lines say so far; a line that was cut short by a kill is passed over.

    A training that went on after a kill tells some steps a second time: the later line counts.
    """
    progress = Progress()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return progress
    for line in lines:
        try:
            record = json.loads(line)
            progress.at = record["at"]
            _apply(progress, record)
        except (ValueError, KeyError, TypeError):
            continue
    return progress


def _apply(progress: Progress, record: dict[str, Any]) -> None:
    event = record["event"]
    if event == "stage":
        progress.stage = record["stage"]
    elif event == "run":
        key = record["run"]
        known = progress.runs.get(key)
        run = known or RunProgress(
            *(record[part] for part in ("model", "share", "seed", "rows", "steps"))
        )
        progress.runs[key] = run
        at, epoch = record["step"], record["epoch"]
        run.loss = [point for point in run.loss if point[0] < epoch]
        run.accuracy = [point for point in run.accuracy if point[0] < epoch]
        run.step, run.seconds, run.ended = at, record["seconds"], record.get("ended", False)
        if record.get("loss") is not None:
            run.loss.append((epoch, record["loss"]))
        if record.get("accuracy") is not None:
            run.accuracy.append((epoch, record["accuracy"]))
    if "done" in record:
        progress.done, progress.left = record["done"], record.get("left")
