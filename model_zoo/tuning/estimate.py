"""How long a training will take here and how much memory, from what this machine was seen to do."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

from model_zoo.errors import RoomError
from model_zoo.host import free_bytes
from model_zoo.tuning.recipes import (
    DEPTH,
    MOST_VALIDATION,
    QUICK_ROWS,
    QUICK_TOKENS,
    Recipe,
    Run,
    recipe,
    runs,
)
from model_zoo.tuning.settings import BUDGETS, MODELS, TRANSFORMERS, TrainingSettings
from model_zoo.tuning.speed import TYPICAL, Speed, known_speed, measured_speed
from model_zoo.tuning.split import Inspection

_SLACK = 1.5  # memory that texts of many lengths leave in pieces, as it was seen to be
_START_S = 8.0  # imports, loading the encoder, a model to save
_SCORE_S = 0.004  # a held-out row with all models, and reading a row
_PADDING = 1.08
_SHORT, _LONG = 16, 256  # token lengths that speeds were measured at
_PIECE = 1024  # tokens that a Transformer learns from at once
_HEADS = 12
_ATTENTION_BYTES = 14  # of each pair of tokens in each head and layer, while learning


@dataclass(frozen=True, slots=True)
class Costs:
    """Expected seconds of every run by its key, and of all the rest."""

    runs: Mapping[str, float]
    other: float

    @property
    def total(self) -> float:
        """Seconds of all the runs together."""
        return sum(self.runs.values())


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is to be expected of a training on this machine.

    `seconds` are by model, learning curve included; `other_seconds` are for reading and comparing.
    `memory_bytes` is the most that the process takes while it trains each model, and `free_bytes`
    what it could take now.
    """

    seconds: Mapping[str, float]
    other_seconds: float
    memory_bytes: Mapping[str, int]
    free_bytes: int

    @property
    def total(self) -> float:
        """Seconds from start to finished set."""
        return sum(self.seconds.values()) + self.other_seconds

    @property
    def low(self) -> float:
        """Seconds it takes at least, as a rule: it may stop early."""
        return 0.6 * self.total

    @property
    def high(self) -> float:
        """Seconds it takes at most, as a rule: machines are busy at times."""
        return 1.5 * self.total

    @property
    def too_large(self) -> tuple[str, ...]:
        """The models that do not fit into the memory that is free."""
        return tuple(name for name, size in self.memory_bytes.items() if size > self.free_bytes)


def estimate(
    settings: TrainingSettings, inspection: Inspection, speed: Speed | None = None
) -> Estimate:
    """What to expect of a training, by `speed`, which is measured first if none is known (30 s)."""
    speed = speed or measured_speed()
    expected = costs(settings, inspection, speed)
    seconds = dict.fromkeys(settings.ordered, 0.0)
    for key, value in expected.runs.items():
        seconds[key.partition("-")[0]] += value
    sizes = _memory(settings, inspection, speed)
    return Estimate(seconds, expected.other, sizes, free_bytes())


def costs(settings: TrainingSettings, inspection: Inspection, speed: Speed | None = None) -> Costs:
    """Expected seconds of every run; by typical speed where none was measured, for their shares."""
    speed = speed or known_speed() or TYPICAL
    by_run = {}
    for run in runs(settings, inspection.train, len(inspection.counts)):
        rows = _rows(settings, inspection, run)
        how = recipe(settings, run.model, rows, len(inspection.counts))
        by_run[run.key] = _seconds(run, how, rows, inspection, speed)
    rows = inspection.train + inspection.validation + inspection.test
    return Costs(by_run, _START_S + _SCORE_S * rows)


def check_room(settings: TrainingSettings, inspection: Inspection) -> None:
    """Raises RoomError, with what fits instead, where the memory that is free is too little."""
    sizes = _memory(settings, inspection, known_speed() or TYPICAL)
    free, needed = free_bytes(), max(sizes.values())
    if needed <= free:
        return
    fits = [_in_short(other) for other in offers(settings, inspection)]
    instead = f"What fits: {' or '.join(fits)}." if fits else "Nothing of this fits."
    raise RoomError(
        f"This training needs about {needed / 1e6:,.0f} MB of memory and {max(0, free) / 1e6:,.0f} "
        f"MB are free here. {instead} Or train on a machine with more memory."
    )


def offers(settings: TrainingSettings, inspection: Inspection) -> list[TrainingSettings]:
    """Other settings that fit into the memory that is free, the most like these first.

    Less is trained of each encoder, then heads alone, then the recurrent models alone; none where
    nothing fits.
    """
    speed, free = known_speed() or TYPICAL, free_bytes()
    recurrent = tuple(name for name in settings.ordered if name not in TRANSFORMERS)
    choices = [replace(settings, budget="quick")] if settings.budget != "quick" else []
    choices.append(replace(settings, heads_only=True))
    if recurrent and recurrent != settings.ordered:
        choices.append(replace(settings, models=recurrent))
    return [
        choice
        for choice in choices
        if choice != settings and max(_memory(choice, inspection, speed).values()) <= free
    ]


def command_line(settings: TrainingSettings) -> str:
    """The command that does the same elsewhere, quoted for a shell."""
    parts: list[str | Path | float] = ["python", "-m", "model_zoo", "train"]
    parts += ["--on", settings.file.name, "--text", settings.text, "--label", settings.label]
    parts += ["--name", settings.name]
    if settings.ordered != MODELS:
        parts += ["--models", ",".join(settings.ordered)]
    if settings.budget != BUDGETS[1]:
        parts += ["--budget", settings.budget]
    for part in ("validation", "test"):
        given = getattr(settings, part)
        if isinstance(given, Path):
            parts += [f"--{part}", given.name]
        elif given != 0.1:
            parts += [f"--{part}", given]
    if settings.seed:
        parts += ["--seed", settings.seed]
    switches = {
        "--no-header": not settings.header,
        "--heads-only": settings.heads_only,
        "--overwrite": settings.overwrite,
        "--keep-test": settings.keep_test,
    }
    return shlex.join([*map(str, parts), *(name for name, on in switches.items() if on)])


def _rows(settings: TrainingSettings, inspection: Inspection, run: Run) -> int:
    rows = round(run.share * inspection.train)
    if run.model in TRANSFORMERS and settings.budget == "quick":
        rows = min(rows, QUICK_ROWS, ceil(QUICK_TOKENS / inspection.tokens[0]))
    return max(1, rows)


def _seconds(run: Run, how: Recipe, rows: int, inspection: Inspection, speed: Speed) -> float:
    """What one run takes: gradients and updates, looks at validation rows, a teacher's answers."""
    mean = inspection.tokens[0]
    tokens = rows * mean * _PADDING / 1000
    looks = min(inspection.validation, MOST_VALIDATION) * mean / 1000 * how.evaluations * how.epochs
    steps = how.epochs * ceil(rows / how.batch_size)
    if run.model not in TRANSFORMERS:
        each = speed.bilstm if run.model == "bilstm" else speed.lstm
        return each * (how.epochs * tokens + looks / 3) + steps * speed.recurrent_update
    longer = max(0.0, (mean - _SHORT) / (_LONG - _SHORT))
    layer = speed.layer + longer * (speed.layer_long - speed.layer)
    forward = speed.layer_forward * layer / speed.layer
    depth = DEPTH[run.model]
    learning = depth - how.frozen
    test = inspection.test * mean / 1000
    seconds = how.epochs * tokens * learning * layer + steps * learning * speed.update
    seconds += forward * (looks * learning + test * depth + tokens * how.frozen)
    if run.model == "distilbert":
        # the teacher's answers, of the layers above its frozen ones, which are about twice as many
        seconds += forward * tokens * (DEPTH["bert"] - 2 * how.frozen)
    return seconds


def _memory(settings: TrainingSettings, inspection: Inspection, speed: Speed) -> dict[str, int]:
    """The most that a process takes while it trains each model."""
    # texts, as strings and as tokens
    rows = int((150 + 8 * inspection.tokens[0]) * (inspection.train + inspection.test))
    sizes = {}
    for name in settings.ordered:
        if name not in TRANSFORMERS:
            sizes[name] = int(_SLACK * speed.recurrent_bytes) + rows
            continue
        count = _rows(settings, inspection, Run(name, 1.0, 0))
        how = recipe(settings, name, count, len(inspection.counts))
        learning = DEPTH[name] - how.frozen
        texts = min(inspection.tokens[1], _PIECE) * _PIECE  # pairs of tokens at once, at worst
        attention = int(texts * _HEADS * _ATTENTION_BYTES * max(1, learning))
        states = int(2 * 384 * inspection.tokens[0] * count) if how.frozen else 0
        size = speed.full_bytes
        if how.frozen:
            size = speed.quick_bytes if learning else speed.heads_bytes
        sizes[name] = int(_SLACK * size) + rows + attention + states
    return sizes


def _in_short(settings: TrainingSettings) -> str:
    """What is different about settings that are offered."""
    if not set(settings.ordered) & set(TRANSFORMERS):
        return f"--models {','.join(settings.ordered)}"
    return "--heads-only" if settings.heads_only else f"--budget {settings.budget}"
