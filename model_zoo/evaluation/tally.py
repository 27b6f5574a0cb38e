"""Rows counted in parts, so that the parts add up to what all rows at once would give.

Every figure of `Quality` follows from counts: of answers, of rows in tenths with the exact sum of
what was said there, and of rows at each probability that occurs, for the areas under ROC curves.
None of them depends on which rows were counted together, nor on the order.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from model_zoo.evaluation.classification import (
    Confusion,
    Quality,
    beliefs,
    confusion,
    decide,
    of_counts,
)
from model_zoo.evaluation.metrics import (
    Bin,
    McNemar,
    calibration_error,
    mcnemar,
    rates,
    tenths,
    together,
    wilson,
)

_BINS = 10
_SCALE = 1126  # of exact sums: the smallest float64 is 2 ** -1074, and has 53 bits at most


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """One model's answers to some rows, counted.

    `counts` (C, C) are rows by true label and answer. `sums` are the exact sums of the
    probabilities in each tenth, times 2 ** 1126; `inside` (10, 2) how many rows lie there and how
    many of them are hits. `scores` has, for each label, its probabilities that occur (P,), falling,
    and how many rows (P, 2) have each: others, and those with the label.
    """

    counts: np.ndarray
    inside: np.ndarray
    sums: tuple[int, ...]
    scores: tuple[tuple[np.ndarray, np.ndarray], ...]

    @property
    def quality(self) -> Quality:
        """The figures, equal to those of `classification.quality` for the same rows."""
        bins = [
            Bin(rows, total / (1 << _SCALE) / rows, hits / rows, wilson(hits, rows))
            for (rows, hits), total in zip(self.inside.tolist(), self.sums, strict=True)
            if rows
        ]
        return of_counts(
            Confusion(tuple(map(tuple, self.counts.tolist()))),
            [_area(rows) for _, rows in self.scores],
            calibration_error(bins),
        )


def tally(probabilities: np.ndarray, truth: np.ndarray) -> Tally:
    """What a model's probabilities (N, C) count for where `truth` (N,) are class indices."""
    labels = probabilities.shape[1]
    beliefs_, hits = beliefs(probabilities, truth)
    tenth = tenths(beliefs_, _BINS)
    inside = np.stack(
        [np.bincount(tenth, minlength=_BINS), np.bincount(tenth[hits], minlength=_BINS)], axis=1
    )
    counts = confusion(decide(probabilities), truth, labels).counts
    return Tally(
        np.array(counts),
        inside,
        tuple(_exact_sum(beliefs_[tenth == at]) for at in range(_BINS)),
        tuple(
            _by_score(column, _one_hot(truth == label))
            for label, column in enumerate(probabilities.T)
        ),
    )


def add(tallies: Sequence[Tally]) -> Tally:
    """All of them as one.

    >>> shares, truth = np.array([[0.25, 0.75], [0.5, 0.5]]), np.array([1, 0])
    >>> both = add([tally(shares[:1], truth[:1]), tally(shares[1:], truth[1:])])
    >>> both.quality == tally(shares, truth).quality, both.counts.tolist()
    (True, [[1, 0], [0, 1]])
    """
    return Tally(
        np.sum([each.counts for each in tallies], axis=0),
        np.sum([each.inside for each in tallies], axis=0),
        tuple(map(sum, zip(*(each.sums for each in tallies), strict=True))),
        tuple(
            _by_score(np.concatenate(scores), np.concatenate(rows))
            for scores, rows in (
                zip(*label, strict=True)
                for label in zip(*(each.scores for each in tallies), strict=True)
            )
        ),
    )


def only_right(answers: Sequence[np.ndarray], truth: np.ndarray) -> np.ndarray:
    """For each pair of M models' answers (N,), how many rows only the first, only the second gets
    right: (pairs, 2)."""
    right = [answer == truth for answer in answers]
    return np.array(
        [[(a & ~b).sum(), (b & ~a).sum()] for a, b in combinations(right, 2)], dtype=int
    ).reshape(-1, 2)


def compared(names: Sequence[str], pairs: np.ndarray) -> dict[tuple[str, str], McNemar]:
    """McNemar's test of each pair, looked at together, from the sums of `only_right`."""
    return together(
        {
            pair: mcnemar(b, c)
            for pair, (b, c) in zip(combinations(names, 2), pairs.tolist(), strict=True)
        }
    )


def to_bytes(tallies: Iterable[Tally], pairs: np.ndarray) -> bytes:
    """Tallies and pairs as NumPy's archive, to be sent to another process."""
    arrays: dict[str, Any] = {"pairs": pairs}
    for at, each in enumerate(tallies):
        arrays |= {f"{at} counts": each.counts, f"{at} inside": each.inside}
        arrays[f"{at} sums"] = np.array([f"{total:x}" for total in each.sums])
        for label, (scores, rows) in enumerate(each.scores):
            arrays |= {f"{at} {label} scores": scores, f"{at} {label} rows": rows}
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def from_bytes(content: bytes, models: int) -> tuple[list[Tally], np.ndarray]:
    """What `to_bytes` was given, for so many models."""
    with np.load(io.BytesIO(content)) as arrays:
        return [
            Tally(
                arrays[f"{at} counts"],
                arrays[f"{at} inside"],
                tuple(int(total, 16) for total in arrays[f"{at} sums"].tolist()),
                tuple(
                    (arrays[f"{at} {label} scores"], arrays[f"{at} {label} rows"])
                    for label in range(len(arrays[f"{at} counts"]))
                ),
            )
            for at in range(models)
        ], arrays["pairs"]


def _one_hot(hits: np.ndarray) -> np.ndarray:
    """(N,) -> (N, 2): a row a text, with a 1 among the others or among the hits."""
    return np.stack([~hits, hits], axis=1).astype(np.int64)


def _by_score(scores: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The scores (N,) that occur, falling, and their rows (N, 2) added up."""
    occurring, places = np.unique(-scores, return_inverse=True)
    columns = [np.bincount(places, column, len(occurring)) for column in rows.T]
    return -occurring, np.stack(columns, axis=1).astype(np.int64)


def _area(rows: np.ndarray) -> float | None:
    """Area under the ROC curve of rows (P, 2) at falling scores, as `metrics.auc` has it."""
    false, true = np.cumsum(rows, axis=0).T
    if not true[-1] or not false[-1]:
        return None
    return float(np.trapezoid(*reversed(rates(false, true))))


def _exact_sum(values: np.ndarray) -> int:
    """The sum times 2 ** 1126, without rounding.

    >>> _exact_sum(np.array([0.1] * 10)) / 2**1126, sum([0.1] * 10)
    (1.0, 0.9999999999999999)
    """
    fractions, exponents = np.frexp(values)
    whole = (fractions * 2.0**53).astype(np.int64)
    total = 0
    for exponent in np.unique(exponents).tolist():
        these = whole[exponents == exponent]
        high, low = int((these >> 26).sum()), int((these & (2**26 - 1)).sum())
        total += ((high << 26) + low) << (exponent - 53 + _SCALE)
    return total
