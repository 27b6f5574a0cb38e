"""What models were found to be on the held-out rows: figures, to JSON and back.

Needs neither torch nor the models.
"""

from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np

from model_zoo.evaluation.metrics import CHANCE, Bin
from model_zoo.models.classes import MOST_LABEL_CHARACTERS, MOST_LABELS
from model_zoo.tuning.checked import (
    figure,
    interval,
    listed,
    mapping,
    one_of,
    share,
    text,
    whole,
)
from model_zoo.tuning.settings import MODELS, TITLES

_LEAST = 1e-6  # of one that others are divided by


@dataclass(frozen=True, slots=True)
class Point:
    """Accuracy on the held-out rows of a network that learned from so many rows."""

    rows: int
    accuracy: float
    ci95: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Standing:
    """One model on the held-out rows, and what it costs.

    Accuracy and macro-F1 with 95 % intervals; `ece` and `reliability` say how far probabilities can
    be taken at their word. `seeds` are the accuracies on the held-out rows of all seeds that were
    trained, the one kept (best on validation) among them. `train_seconds` are those of the one
    kept, `peak_bytes` the most memory its training took. `latency_ms` and `latency_p95_ms` are of
    one text of `tokens` tokens. `curve` goes from few rows to all.
    """

    name: str
    title: str
    accuracy: float
    accuracy_ci95: tuple[float, float]
    macro_f1: float
    macro_f1_ci95: tuple[float, float]
    ece: float
    reliability: tuple[Bin, ...]
    confusion: tuple[tuple[int, ...], ...]
    f1_by_label: tuple[float, ...]
    validation_accuracy: float
    seeds: tuple[float, ...]
    train_seconds: float
    peak_bytes: int
    latency_ms: float
    latency_p95_ms: float
    size_bytes: int
    parameters: int
    curve: tuple[Point, ...]

    @property
    def spread(self) -> float | None:
        """Standard deviation of accuracy over the seeds; None where there is one seed."""
        return float(np.std(self.seeds, ddof=1)) if len(self.seeds) > 1 else None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two models on the same rows: how much more accurate `first` is, with a 95 % interval.

    `p` is McNemar's exact probability of so uneven a split if neither were better; `adjusted` is
    raised for the number of pairs looked at (Holm 1979).
    """

    first: str
    second: str
    only_first: int
    only_second: int
    difference: float
    ci95: tuple[float, float]
    p: float
    adjusted: float

    @property
    def chance(self) -> bool:
        """Whether the difference could well be chance."""
        return self.adjusted >= CHANCE


@dataclass(frozen=True, slots=True)
class Comparison:
    """All models on the same `rows` held-out rows, in order, and each pair."""

    labels: tuple[str, ...]
    rows: int
    tokens: int
    models: tuple[Standing, ...]
    pairs: tuple[Pair, ...]

    def pair(self, first: str, second: str) -> Pair:
        """The pair of these two, seen from `first`."""
        for pair in self.pairs:
            if (pair.first, pair.second) == (first, second):
                return pair
            if (pair.first, pair.second) == (second, first):
                low, high = pair.ci95
                return Pair(
                    first,
                    second,
                    pair.only_second,
                    pair.only_first,
                    -pair.difference,
                    (-high, -low),
                    pair.p,
                    pair.adjusted,
                )
        raise KeyError((first, second))

    def as_json(self) -> dict[str, Any]:
        """Everything as JSON has it."""
        record = asdict(self)
        for row, model in zip(record["models"], self.models, strict=True):
            row["spread"] = model.spread
        for row, pair in zip(record["pairs"], self.pairs, strict=True):
            row["could_be_chance"] = pair.chance
        return record

    @staticmethod
    def from_json(record: Any) -> "Comparison":
        """What `as_json` wrote, from a file of anybody's; ValueError names what cannot be.

        Every figure is within its bounds, every list as long as it has to be, and each pair there.
        """
        record = mapping(record, "the file")
        labels = tuple(listed(record, "labels", _label, 2, MOST_LABELS))
        if len(set(labels)) != len(labels):
            raise ValueError("a label stands there twice")
        rows, tokens = whole(record, "rows", 1), whole(record, "tokens", 1)
        models = tuple(
            listed(record, "models", lambda each: _standing(each, len(labels)), 1, len(MODELS))
        )
        names = [model.name for model in models]
        pairs = tuple(listed(record, "pairs", _pair, 0, len(MODELS) ** 2))
        if len(set(names)) != len(names):
            raise ValueError("a model stands there twice")
        if [(pair.first, pair.second) for pair in pairs] != list(combinations(names, 2)):
            raise ValueError("its pairs are not those of its models")
        if any(sum(map(sum, model.confusion)) != rows for model in models):
            raise ValueError("a confusion matrix is not of so many rows")
        return Comparison(labels, rows, tokens, models, pairs)


def _standing(record: Any, labels: int) -> Standing:
    row = mapping(record, "a model")
    name = _name(row.get("name"))

    def counts(each: Any) -> tuple[int, ...]:
        return tuple(listed({"confusion": each}, "confusion", _count, labels, labels))

    return Standing(
        name=name,
        title=TITLES[name],
        accuracy=share(row, "accuracy"),
        accuracy_ci95=interval(row, "accuracy_ci95"),
        macro_f1=share(row, "macro_f1"),
        macro_f1_ci95=interval(row, "macro_f1_ci95"),
        ece=share(row, "ece"),
        reliability=tuple(listed(row, "reliability", _bin, 1, 100)),
        confusion=tuple(listed(row, "confusion", counts, labels, labels)),
        f1_by_label=tuple(listed(row, "f1_by_label", _is_share, labels, labels)),
        validation_accuracy=share(row, "validation_accuracy"),
        seeds=tuple(listed(row, "seeds", _is_share, 1, 100)),
        train_seconds=figure(row, "train_seconds"),
        peak_bytes=whole(row, "peak_bytes"),
        latency_ms=figure(row, "latency_ms", _LEAST),
        latency_p95_ms=figure(row, "latency_p95_ms", _LEAST),
        size_bytes=whole(row, "size_bytes", 1),
        parameters=whole(row, "parameters", 1),
        curve=tuple(listed(row, "curve", _point, 1, 100)),
    )


def _bin(record: Any) -> Bin:
    row = mapping(record, "reliability")
    return Bin(whole(row, "rows"), share(row, "mean"), share(row, "share"), interval(row, "ci95"))


def _point(record: Any) -> Point:
    row = mapping(record, "curve")
    return Point(whole(row, "rows", 1), share(row, "accuracy"), interval(row, "ci95"))


def _pair(record: Any) -> Pair:
    row = mapping(record, "a pair")
    return Pair(
        first=_name(row.get("first")),
        second=_name(row.get("second")),
        only_first=whole(row, "only_first"),
        only_second=whole(row, "only_second"),
        difference=share(row, "difference", -1),
        ci95=interval(row, "ci95", -1),
        p=share(row, "p"),
        adjusted=share(row, "adjusted"),
    )


def _name(value: Any) -> str:
    return one_of(value, "a model", MODELS)


def _label(value: Any) -> str:
    return text(value, "a label", MOST_LABEL_CHARACTERS)


def _count(value: Any) -> int:
    return whole({"count": value}, "count")


def _is_share(value: Any) -> float:
    return share({"share": value}, "share")
