"""How fast this machine trains, and how much memory that takes: measured once, then kept."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from model_zoo.errors import RoomError, TrainingError
from model_zoo.host import free_bytes, host
from model_zoo.paths import ROOT, user_cache
from model_zoo.tuning.line import is_training
from model_zoo.tuning.process import environment
from model_zoo.whole_files import write_json

SECONDS = 300  # after which a warm-up is given up
_FILE = "training-speed.json"
_METHOD = 2  # of measuring; figures of another one are measured anew


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds and bytes of training here.

    `lstm` and `bilstm` are seconds to learn from 1,000 tokens; `layer` those of one Transformer
    layer over texts of 16 tokens, `layer_long` over texts of 256, and `layer_forward` to compute
    it without learning. `update` is a step of the optimiser for one such layer, `recurrent_update`
    one for an LSTM. `recurrent_bytes`, `heads_bytes`, `quick_bytes` and `full_bytes` are the most
    that a process takes that trains an LSTM, heads alone, a quarter of BERT's layers, and all.
    """

    lstm: float
    bilstm: float
    layer: float
    layer_long: float
    layer_forward: float
    update: float
    recurrent_update: float
    recurrent_bytes: int
    heads_bytes: int
    quick_bytes: int
    full_bytes: int


TYPICAL = Speed(
    lstm=0.025,
    bilstm=0.045,
    layer=0.045,
    layer_long=0.05,
    layer_forward=0.014,
    update=0.002,
    recurrent_update=0.003,
    recurrent_bytes=512_000_000,
    heads_bytes=620_000_000,
    quick_bytes=710_000_000,
    full_bytes=1_130_000_000,
)  # of two cores of a server; what progress is weighed by where nothing was measured


def known_speed() -> Speed | None:
    """What was measured on this machine with these versions; None where nothing was."""
    file = _file()
    try:
        record = json.loads(file.read_text(encoding="utf-8")) if file else {}
        return Speed(**record["speed"]) if record["of"] == _key() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def check_memory() -> None:
    """Raises RoomError where there is too little memory free to measure, which takes as much as
    training does."""
    free, needed = free_bytes(), TYPICAL.full_bytes
    if free < needed:
        raise RoomError(
            f"It takes about {needed / 1e6:,.0f} MB of memory to measure this machine, and "
            f"{max(0, free) / 1e6:,.0f} MB are free. Close other programs to have it measured."
        )


def measured_speed() -> Speed:
    """How fast this machine trains, measured now if it was not before (half a minute).

    RoomError where memory is short, TrainingError where the measurement fails.
    """
    if (speed := known_speed()) is not None:
        return speed
    check_memory()
    command = [sys.executable, "-m", "model_zoo.tuning.warmup"]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
        speed = Speed(**json.loads(done.stdout.splitlines()[-1]))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError, IndexError) as error:
        raise TrainingError(
            "This machine’s speed could not be measured (memory may be short). Close other "
            "programs, and try again."
        ) from error
    if (file := _file()) is not None and not is_training():  # beside which it is slower
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_json(file, {"of": _key(), "speed": asdict(speed)})
        except OSError:  # measured anew next time
            pass
    return speed


def _key() -> list[str | int]:
    machine = host()
    return [machine.processor, machine.cores, machine.torch, machine.transformers, _METHOD]


def _file() -> Path | None:
    cache = user_cache()
    return cache / _FILE if cache else None
