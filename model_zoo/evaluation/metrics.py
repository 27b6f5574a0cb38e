"""How sure a count is, whether two models differ, and how far scores can be taken at their word.

`scores` (N,) are what rows were given, probabilities as a rule; `hits` (N,) say which of the rows
are what the score is for: 1 or True for yes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import erfc, exp, fsum, lgamma, log, sqrt
from typing import TypeVar

import numpy as np

CHANCE = 0.05  # p from which a difference of two models could well be chance
_Z95 = 1.959963984540054
Pair = TypeVar("Pair")  # what a test is called by


@dataclass(frozen=True, slots=True)
class McNemar:
    """A paired comparison of two models on the same rows (McNemar 1947).

    `b` rows only the first got right, `c` only the second; `p` is the two-sided probability of a
    split at least this uneven if neither were better. `adjusted` is raised for the number of
    comparisons looked at (see `together`); of a single one it is `p`.
    """

    b: int
    c: int
    p: float
    adjusted: float = -1.0

    def __post_init__(self) -> None:
        if self.adjusted < 0:
            object.__setattr__(self, "adjusted", self.p)

    @property
    def chance(self) -> bool:
        """Whether the difference could well be chance."""
        return self.adjusted >= CHANCE


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose probability lies in one tenth.

    How many, the mean of their probabilities, and the share of them that are hits with its 95 %
    Wilson interval.
    """

    rows: int
    mean: float
    share: float
    ci95: tuple[float, float]


def wilson(hits: int, rows: int) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927), within 0 and 1 even for few rows.

    >>> low, high = wilson(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    share, square = hits / rows, _Z95**2
    centre = (share + square / (2 * rows)) / (1 + square / rows)
    reach = _Z95 * sqrt(share * (1 - share) / rows + square / (4 * rows**2)) / (1 + square / rows)
    # rounding must not leave the share itself outside
    return max(0.0, min(share, centre - reach)), min(1.0, max(share, centre + reach))


def mcnemar(b: int, c: int) -> McNemar:
    """Exact two-sided binomial test of b against c; the normal approximation beyond 10,000.

    >>> round(mcnemar(9, 1).p, 4)  # 2 (1 + 10) / 2¹⁰
    0.0215
    """
    n, few = b + c, min(b, c)
    if n == 0 or b == c:
        p = 1.0
    elif n > 10_000:
        p = erfc((abs(b - c) - 1) / sqrt(n) / sqrt(2))
    else:
        terms = (
            lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * log(2) for k in range(few + 1)
        )
        p = min(1.0, 2 * sum(exp(term) for term in terms))
    return McNemar(b, c, p)


def holm(p: Sequence[float]) -> list[float]:
    """Probabilities adjusted so that looking at many is no easier than at one (Holm 1979).

    >>> holm([0.5, 0.25, 0.125])
    [0.5, 0.5, 0.375]
    """
    adjusted, highest = [0.0] * len(p), 0.0
    for rank, at in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        highest = max(highest, min(1.0, (len(p) - rank) * p[at]))
        adjusted[at] = highest
    return adjusted


def together(tests: Mapping[Pair, McNemar]) -> dict[Pair, McNemar]:
    """The tests that are looked at together, each with its p adjusted for that.

    >>> together({"a": mcnemar(9, 1), "b": mcnemar(5, 5)})["a"].adjusted == 2 * mcnemar(9, 1).p
    True
    """
    adjusted = holm([test.p for test in tests.values()])
    return {
        pair: replace(test, adjusted=p)
        for (pair, test), p in zip(tests.items(), adjusted, strict=True)
    }


def compare(first: np.ndarray, second: np.ndarray, labels: np.ndarray) -> McNemar:
    """McNemar's test of two models' answers (N,) to the same rows.

    >>> right = np.ones(3, dtype=int)
    >>> compare(np.array([1, 1, 1]), np.array([1, 0, 0]), right)
    McNemar(b=2, c=0, p=0.5, adjusted=0.5)
    """
    first_right, second_right = first == labels, second == labels
    return mcnemar(
        int((first_right & ~second_right).sum()), int((second_right & ~first_right).sum())
    )


@dataclass(frozen=True, slots=True)
class Chance:
    """What comes of an answer that does not look at the text: right for a share `level` of rows.

    `test` compares a model with it, `b` rows being right by the model alone; None where only
    shares are known. `beaten` says whether the model is better, by more than could be chance.
    """

    level: float
    beaten: bool
    test: McNemar | None = None


def against_commonest(counts: Sequence[Sequence[int]], among: int = 1) -> Chance | None:
    """A model with these rows by label and answer (C, C) beside always giving the commonest label.

    It is one of `among` models that are looked at together, of which the best may be so by luck:
    p is raised for that (Bonferroni). None where all rows have one label.

    >>> against_commonest([[26, 24], [24, 26]]).beaten, against_commonest([[9, 1], [1, 9]]).beaten
    (False, True)
    """
    rows = [sum(row) for row in counts]
    most = max(range(len(rows)), key=rows.__getitem__)
    if rows[most] == sum(rows):
        return None
    alone = sum(row[at] for at, row in enumerate(counts) if at != most)
    test = mcnemar(alone, rows[most] - counts[most][most])
    test = replace(test, adjusted=min(1.0, among * test.p))
    return Chance(rows[most] / sum(rows), test.b > test.c and not test.chance, test)


def reliability(scores: np.ndarray, hits: np.ndarray, bins: int = 10) -> tuple[Bin, ...]:
    """Probability said against share found, for rows by tenths of the probability said.

    Tenths without rows are left out (DeGroot and Fienberg 1983).
    """
    tenth = tenths(scores, bins)
    filled = []
    for number in np.unique(tenth):
        inside = tenth == number
        rows, right = int(inside.sum()), int(hits[inside].sum())
        mean = fsum(scores[inside]) / rows  # the same in any order, and in parts
        filled.append(Bin(rows, mean, right / rows, wilson(right, rows)))
    return tuple(filled)


def tenths(scores: np.ndarray, bins: int = 10) -> np.ndarray:
    """Which of the `bins` equal parts of 0 to 1 each score lies in (N,), from 0 on.

    >>> tenths(np.array([0.05, 0.1, 1.0])).tolist()
    [0, 1, 9]
    """
    return np.minimum((scores * bins).astype(int), bins - 1)


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error (Naeini et al. 2015): mean of |share found - probability said|
    over rows; 0 is perfect.

    >>> calibration_error(reliability(np.array([0.75, 0.75]), np.array([1, 0])))
    0.25
    """
    rows = sum(tenth.rows for tenth in bins)
    return sum(tenth.rows * abs(tenth.share - tenth.mean) for tenth in bins) / rows


def roc(scores: np.ndarray, hits: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(false positive rates, true positive rates, thresholds), from strict to lax, (P,) each.

    Point i counts a row as a hit from `thresholds[i]` on; the first point is (0, 0) at infinity.
    """
    order = np.argsort(-scores)  # in any order among equals: they go together
    falling, right = scores[order], hits[order].astype(bool)
    last = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)
    false, true = rates(np.cumsum(~right)[last], np.cumsum(right)[last])
    return false, true, np.concatenate([[np.inf], falling[last]])


def rates(false: np.ndarray, true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(false positive rates, true positive rates) from counts so far (P,), with (0, 0) before."""
    first, second = (np.concatenate([[0.0], count / max(1, count[-1])]) for count in (false, true))
    return first, second


def auc(scores: np.ndarray, hits: np.ndarray) -> float | None:
    """Area under the ROC curve: how often a row that is a hit scores above one that is not.

    None where all rows are hits, or none is.

    >>> auc(np.array([0.9, 0.4, 0.6, 0.1]), np.array([1, 1, 0, 0]))
    0.75
    """
    if not 0 < hits.sum() < len(hits):
        return None
    false, true, _ = roc(scores, hits)
    return float(np.trapezoid(true, false))
