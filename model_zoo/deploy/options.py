"""The ways to deploy a model, as measured, and which of them none beats in every respect."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from io import StringIO
from typing import Any

import numpy as np

from model_zoo.evaluation.metrics import Chance, McNemar, against_commonest, compare, together
from model_zoo.host import Host
from model_zoo.models.registry import spec
from model_zoo.tables.formulas import safe_cell


@dataclass(frozen=True, slots=True)
class Option:
    """One model on one engine, on so many threads, reading `batch` texts a call.

    `model` is an identity, engine included. Times are of calls with `batch` texts of `tokens`
    tokens each, from text to probabilities, over `runs` calls; below 20 of them `p95_ms` is the
    slowest. `memory_bytes` is the most that was resident of a fresh process that loaded the model
    and did nothing else; `disk_bytes` what the model takes on disk. `accuracy` (with its 95 %
    interval) is that on `accuracy_rows` rows, None where it was not measured. `agreement` is the
    share of answers that are those of the same model on torch; None of torch, or where not known.
    """

    model: str
    threads: int
    batch: int
    tokens: int
    runs: int
    median_ms: float
    p95_ms: float
    memory_bytes: int
    disk_bytes: int
    accuracy: float | None = None
    ci95: tuple[float, float] | None = None
    accuracy_rows: int = 0
    agreement: float | None = None

    @property
    def texts_per_second(self) -> float:
        """Throughput at the median time of a call."""
        return 1e3 * self.batch / self.median_ms


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """All options that were measured on one machine; fewer of them where it was stopped early.

    `taken` is when, in ISO 8601 with the zone. `answers` are class indices (N,) of each model on
    rows of the user's, `truth` (N,) their labels, None where these have none; `of_rows` is how
    many rows there were to draw them from, 0 without any. `left_out` says of models why they were
    not measured.
    """

    taken: str
    host: Host
    options: tuple[Option, ...] = ()
    answers: dict[str, np.ndarray] = field(default_factory=dict)
    truth: np.ndarray | None = None
    of_rows: int = 0
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def single(self) -> list[Option]:
        """Those that read one text a call."""
        return [option for option in self.options if option.batch == 1]

    @property
    def most_accurate(self) -> Option | None:
        """The option for one text with the highest accuracy, the fastest of those; None if none."""
        known = [option for option in self.single if option.accuracy is not None]
        return min(known, key=lambda option: (-(option.accuracy or 0), option.p95_ms), default=None)

    def compare(self, first: str, second: str) -> McNemar | None:
        """The paired test of two models on the same labelled rows; None where there are none.

        It is adjusted for looking at every other model beside the `second`.
        """
        if self.truth is None or not {first, second} <= set(self.answers):
            return None
        beside = together(
            {
                name: compare(answers, self.answers[second], self.truth)
                for name, answers in self.answers.items()
                if name != second
            }
        )
        return beside.get(first)

    def chance(self, option: Option) -> Chance | None:
        """What an option's accuracy is beside that of an answer that does not look at the text.

        On rows of the user's that gives the commonest label, elsewhere any label of the model's.
        None where neither is known.
        """
        if option.accuracy is None:
            return None
        if self.truth is None:
            level = 1 / len(spec(option.model).labels)
            return Chance(level, option.ci95 is None or option.ci95[0] > level)
        if (answers := self.answers.get(option.model)) is None:
            return None
        labels = 1 + int(max(self.truth.max(), answers.max()))
        counts = np.bincount(labels * self.truth + answers, minlength=labels**2)
        return against_commonest(counts.reshape(labels, labels).tolist(), among=len(self.answers))


def front(options: Sequence[Option]) -> list[Option]:
    """The options that no other beats: none is as good in p95, memory and accuracy, and better in
    one. Options whose accuracy is not known have no place among them.

    >>> def option(ms, megabytes, accuracy):
    ...     return Option("m", 1, 1, 23, 20, ms, ms, megabytes * 1_000_000, 0, accuracy)
    >>> fast, small, slow = option(1, 200, 0.8), option(2, 100, 0.8), option(3, 200, 0.8)
    >>> front([fast, small, slow]) == [fast, small]
    True
    """
    known = [option for option in options if option.accuracy is not None]
    costs = [_costs(option) for option in known]
    return [
        option
        for option, mine in zip(known, costs, strict=True)
        if not any(
            theirs != mine and all(a <= b for a, b in zip(theirs, mine, strict=True))
            for theirs in costs
        )
    ]


def _costs(option: Option) -> tuple[float, float, float]:
    """The less of each the better; memory in whole MB, as below that it differs by chance."""
    return option.p95_ms, round(option.memory_bytes / 1e6), -(option.accuracy or 0.0)


_COLUMNS = tuple(column.name for column in fields(Option) if column.name != "ci95")


def record(option: Option) -> dict[str, Any]:
    """The option for programs, with its throughput."""
    return asdict(option) | {"texts_per_second": option.texts_per_second}


def as_json(survey: Survey) -> dict[str, Any]:
    """The survey for programs: no rows, but a test of each pair of models on them."""
    names = list(survey.answers)
    pairs = [(a, b) for at, a in enumerate(names) for b in names[at + 1 :]]
    tests = {}
    if survey.truth is not None:
        truth, answers = survey.truth, survey.answers
        tests = together({f"{a}|{b}": compare(answers[a], answers[b], truth) for a, b in pairs})
    return {
        "taken": survey.taken,
        "host": asdict(survey.host),
        "options": [record(option) for option in survey.options],
        "mcnemar": {pair: asdict(test) for pair, test in tests.items()},
        "left_out": survey.left_out,
    }


def as_csv(survey: Survey) -> str:
    """The options as a table, a row each; empty cells where nothing was measured."""
    stream = StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow((*_COLUMNS, "ci95_low", "ci95_high", "texts_per_second", "taken", "processor"))
    for option in survey.options:
        low, high = option.ci95 or ("", "")
        cells = (_cell(getattr(option, column)) for column in _COLUMNS)
        table.writerow(
            (*cells, low, high, option.texts_per_second, survey.taken, survey.host.processor)
        )
    return stream.getvalue()


def _cell(value: object) -> object:
    return "" if value is None else safe_cell(value) if isinstance(value, str) else value
