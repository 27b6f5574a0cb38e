"""How good answers are, how sure that is, and how far probabilities can be taken at their word.

Labels are arrays of 0 (negative) and 1 (positive), `positive` arrays of probabilities of 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, lgamma, log, sqrt

import numpy as np

_Z95 = 1.959963984540054
_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class McNemar:
    """A paired comparison of two models on the same rows (McNemar 1947).

    `b` rows only the first got right, `c` only the second; `p` is the two-sided probability of a
    split at least this uneven if neither were better.
    """

    b: int
    c: int
    p: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows by true and predicted label; the first word says whether the prediction is right."""

    true_negative: int
    false_positive: int
    false_negative: int
    true_positive: int

    @property
    def rows(self) -> int:
        """All of them."""
        return self.true_negative + self.false_positive + self.false_negative + self.true_positive


@dataclass(frozen=True, slots=True)
class Quality:
    """One model on labelled rows, at one threshold; fractions, with 95 % intervals.

    Accuracy's interval is Wilson's, F1's a percentile bootstrap. `auc` and `ece` do not depend on
    the threshold; `auc` is None where only one label occurs.
    """

    confusion: Confusion
    accuracy: float
    accuracy_ci95: tuple[float, float]
    precision: float
    recall: float
    f1: float
    f1_ci95: tuple[float, float]
    auc: float | None
    ece: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose probability of positive lies in one tenth.

    How many, their mean probability, and the share of them that is positive with its 95 % Wilson
    interval.
    """

    rows: int
    mean_positive: float
    share_positive: float
    ci95: tuple[float, float]


def quality(positive: np.ndarray, labels: np.ndarray, threshold: float = 0.5) -> Quality:
    """How good a model's probabilities (N,) are; above `threshold` its answer is positive."""
    counts = confusion(positive > threshold, labels)
    hits = counts.true_negative + counts.true_positive
    predicted, actual = counts.true_positive + counts.false_positive, int(labels.sum())
    return Quality(
        confusion=counts,
        accuracy=hits / len(labels),
        accuracy_ci95=wilson(hits, len(labels)),
        precision=counts.true_positive / predicted if predicted else 0.0,
        recall=counts.true_positive / actual if actual else 0.0,
        f1=2 * counts.true_positive / (predicted + actual) if predicted + actual else 0.0,
        f1_ci95=_f1_interval(counts),
        auc=auc(positive, labels),
        ece=calibration_error(reliability(positive, labels)),
    )


def confusion(answers: np.ndarray, labels: np.ndarray) -> Confusion:
    """The four counts of predicted against true labels, (N,) each.

    >>> confusion(np.array([1, 1, 0]), np.array([1, 0, 0]))
    Confusion(true_negative=1, false_positive=1, false_negative=0, true_positive=1)
    """
    counts = np.bincount(2 * labels.astype(int) + answers.astype(int), minlength=4)
    return Confusion(*map(int, counts))


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


def f1(answers: Sequence[int], labels: Sequence[int]) -> float:
    """Harmonic mean of precision and recall of class 1; 0 where nothing is or should be 1.

    >>> f1([1, 1, 0], [1, 0, 0])
    0.6666666666666666
    """
    both = sum(answer == label == 1 for answer, label in zip(answers, labels, strict=True))
    return 2 * both / total if (total := sum(answers) + sum(labels)) else 0.0


def _f1_interval(counts: Confusion) -> tuple[float, float]:
    """95 % percentile bootstrap (Efron 1979) over rows, which are counted, not drawn one by one."""
    cells = np.array(
        [counts.true_negative, counts.false_positive, counts.false_negative, counts.true_positive]
    )
    drawn = np.random.default_rng(0).multinomial(
        counts.rows, cells / counts.rows, size=_RESAMPLES
    )  # (R, 4)
    either = drawn[:, 1] + drawn[:, 2] + 2 * drawn[:, 3]
    scores = np.divide(2 * drawn[:, 3], either, out=np.zeros(len(drawn)), where=either > 0)
    low, high = np.quantile(scores, (0.025, 0.975))
    return float(low), float(high)


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


def compare(first: np.ndarray, second: np.ndarray, labels: np.ndarray) -> McNemar:
    """McNemar's test of two models' answers (N,) to the same rows.

    >>> right = np.ones(3, dtype=int)
    >>> compare(np.array([1, 1, 1]), np.array([1, 0, 0]), right)
    McNemar(b=2, c=0, p=0.5)
    """
    first_right, second_right = first == labels, second == labels
    return mcnemar(
        int((first_right & ~second_right).sum()), int((second_right & ~first_right).sum())
    )


def reliability(positive: np.ndarray, labels: np.ndarray, bins: int = 10) -> tuple[Bin, ...]:
    """Probability said against share found, for rows by tenths of their probability of positive.

    Tenths without rows are left out (DeGroot and Fienberg 1983).
    """
    tenth = np.minimum((positive * bins).astype(int), bins - 1)
    filled = []
    for number in np.unique(tenth):
        inside = tenth == number
        rows, hits = int(inside.sum()), int(labels[inside].sum())
        mean = float(positive[inside].mean())
        filled.append(Bin(rows, mean, hits / rows, wilson(hits, rows)))
    return tuple(filled)


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error (Naeini et al. 2015): mean of |share found - probability said|
    over rows; 0 is perfect.

    >>> calibration_error(reliability(np.array([0.75, 0.75]), np.array([1, 0])))
    0.25
    """
    rows = sum(tenth.rows for tenth in bins)
    off = sum(tenth.rows * abs(tenth.share_positive - tenth.mean_positive) for tenth in bins)
    return off / rows


def roc(positive: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(false positive rates, true positive rates, thresholds), from strict to lax, (P,) each.

    Point i counts a row as positive from `thresholds[i]` on; the first point is (0, 0) at infinity.
    """
    order = np.argsort(-positive, kind="stable")
    scores, hits = positive[order], labels[order].astype(bool)
    last = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)  # equal scores go together
    true, false = np.cumsum(hits)[last], np.cumsum(~hits)[last]
    rate = [np.concatenate([[0.0], count / max(1, count[-1])]) for count in (false, true)]
    return rate[0], rate[1], np.concatenate([[np.inf], scores[last]])


def auc(positive: np.ndarray, labels: np.ndarray) -> float | None:
    """Area under the ROC curve: how often a positive row scores above a negative one.

    None where only one label occurs.

    >>> auc(np.array([0.9, 0.4, 0.6, 0.1]), np.array([1, 1, 0, 0]))
    0.75
    """
    if not 0 < labels.sum() < len(labels):
        return None
    false, true, _ = roc(positive, labels)
    return float(np.trapezoid(true, false))
