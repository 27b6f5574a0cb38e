"""How good answers among any number of labels are, in all and label by label.

With two labels the second is the one that is looked for, as usual: precision, recall, F1, the area
under the ROC curve and calibration are its. With more of them these are means over the labels
("macro"), each against all others, and calibration is that of the likeliest label's probability.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_zoo.evaluation.metrics import auc, calibration_error, reliability, wilson

_RESAMPLES = 2000
_AT_ONCE = 4_000_000  # counts of a bootstrap that are in memory together: 32 MB


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows by true label (in rows) and answer (in columns), both in the order of the labels."""

    counts: tuple[tuple[int, ...], ...]

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(map(sum, self.counts))

    @property
    def hits(self) -> int:
        """Those answered with their label."""
        return sum(row[i] for i, row in enumerate(self.counts))

    @property
    def commonest(self) -> float:
        """The share that always giving the commonest label would be right for.

        >>> Confusion(((3, 1), (5, 1))).commonest
        0.6
        """
        return max(map(sum, self.counts)) / self.rows


@dataclass(frozen=True, slots=True)
class LabelQuality:
    """One label against all others: fractions, and `support`, the rows that have it.

    `auc` is None where all rows have the label or none has.
    """

    precision: float
    recall: float
    f1: float
    auc: float | None
    support: int


@dataclass(frozen=True, slots=True)
class Quality:
    """One model on labelled rows; fractions, with 95 % intervals.

    Accuracy's interval is Wilson's, F1's a percentile bootstrap. Of two labels, precision, recall,
    F1 and `auc` are the second's, and `ece` is how far its probability is off. Of more, the first
    three are means over the labels that occur in truth or answers, `auc` is one over those that
    some rows have and others have not, and `ece` is how far the likeliest label's probability is
    off. `auc` is None where no label sets rows apart. `labels` are all of them, one by one.
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
    labels: tuple[LabelQuality, ...]

    @property
    def occurring(self) -> int:
        """How many labels occur in truth or answers: those that means are over."""
        answered = map(sum, zip(*self.confusion.counts, strict=True))
        return sum(
            label.support + answers > 0
            for label, answers in zip(self.labels, answered, strict=True)
        )


def quality(probabilities: np.ndarray, truth: np.ndarray, threshold: float = 0.5) -> Quality:
    """How good a model's probabilities (N, C) are where `truth` (N,) are the rows' class indices.

    Answers are those of `decide`.
    """
    counts = confusion(decide(probabilities, threshold), truth, probabilities.shape[1])
    areas = [auc(column, truth == label) for label, column in enumerate(probabilities.T)]
    return of_counts(counts, areas, calibration_error(reliability(*beliefs(probabilities, truth))))


def of_counts(counts: Confusion, areas: Sequence[float | None], ece: float) -> Quality:
    """The figures that follow from counts, each label's area under the ROC curve, and the ECE."""
    labels = _by_label(counts, areas)
    if len(labels) == 2:
        precision, recall, f1, area = (
            labels[1].precision, labels[1].recall, labels[1].f1, labels[1].auc,
        )  # fmt: skip
    else:
        table = np.array(counts.counts)
        occurs = table.sum(axis=0) + table.sum(axis=1) > 0
        precision, recall, f1 = (
            float(np.array([getattr(label, name) for label in labels])[occurs].mean())
            for name in ("precision", "recall", "f1")
        )
        apart = [area for area in areas if area is not None]
        area = float(np.mean(apart)) if apart else None
    return Quality(
        confusion=counts,
        accuracy=counts.hits / counts.rows,
        accuracy_ci95=wilson(counts.hits, counts.rows),
        precision=precision,
        recall=recall,
        f1=f1,
        f1_ci95=_f1_interval(counts),
        auc=area,
        ece=ece,
        labels=labels,
    )


def decide(probabilities: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """Class indices (N,) of the answers that probabilities (N, C) give.

    Of two labels the second above `threshold` and else the first; of more the likeliest, the first
    of those that are equally likely.

    >>> decide(np.array([[0.4, 0.6]]), 0.7), decide(np.array([[0.2, 0.5, 0.3]]))
    (array([0]), array([1]))
    """
    if probabilities.shape[1] == 2:
        return (probabilities[:, 1] > threshold).astype(int)
    return probabilities.argmax(axis=1)


def beliefs(probabilities: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which probabilities (N,) calibration is about, and whether (N,) what they are of is true.

    Of two labels the second's; of more the likeliest's.

    >>> beliefs(np.array([[0.4, 0.6]]), np.array([0]))
    (array([0.6]), array([False]))
    """
    if probabilities.shape[1] == 2:
        return probabilities[:, 1], truth == 1
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == truth


def confusion(answers: np.ndarray, truth: np.ndarray, labels: int) -> Confusion:
    """Counts of class indices answered against true ones, (N,) each, for so many labels.

    >>> confusion(np.array([1, 1, 0]), np.array([1, 0, 0]), 2)
    Confusion(counts=((1, 1), (0, 1)))
    """
    cells = np.bincount(labels * truth.astype(int) + answers, minlength=labels**2)
    return Confusion(tuple(map(tuple, cells.reshape(labels, labels).tolist())))


def _by_label(counts: Confusion, areas: Sequence[float | None]) -> tuple[LabelQuality, ...]:
    """Every label against the others; 0 where there is nothing to take a share of."""
    table = np.array(counts.counts)
    hits, actual, answered = table.diagonal(), table.sum(axis=1), table.sum(axis=0)
    figures = (_share(hits, answered), _share(hits, actual), _share(2 * hits, actual + answered))
    rows = zip(*(each.tolist() for each in figures), areas, actual.tolist(), strict=True)
    return tuple(LabelQuality(*row) for row in rows)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(whole.shape), where=whole > 0)


def macro_f1(counts: Confusion) -> tuple[float, tuple[float, float]]:
    """Mean of F1 over all labels that occur in truth or answers, also of two, and its interval.

    >>> macro_f1(Confusion(((1, 1), (0, 2))))[0]  # (2/3 + 4/5) / 2
    0.7333333333333334
    """
    table = np.array(counts.counts)
    cells = np.flatnonzero(table)
    value = _f1(table.flat[cells][None], cells, len(table), macro=True)
    return float(value[0]), _f1_interval(counts, macro=True)


def _f1_interval(counts: Confusion, *, macro: bool = False) -> tuple[float, float]:
    """95 % percentile bootstrap (Efron 1979) over rows, which are counted, not drawn one by one."""
    table = np.array(counts.counts)  # (C, C)
    cells = np.flatnonzero(table)  # (K,) of the C * C: no row falls into another
    shares = table.flat[cells] / counts.rows
    draw = np.random.default_rng(0)
    size = max(1, _AT_ONCE // max(len(cells), len(table)))
    scores = np.concatenate(
        [
            _f1(draw.multinomial(counts.rows, shares, size=many), cells, len(table), macro=macro)
            for many in [size] * (_RESAMPLES // size) + [_RESAMPLES % size]
            if many
        ]
    )
    low, high = np.quantile(scores, (0.025, 0.975))
    return float(low), float(high)


def _f1(drawn: np.ndarray, cells: np.ndarray, labels: int, *, macro: bool) -> np.ndarray:
    """F1 (R,) of counts drawn (R, K) for `cells` (K,) of a confusion: as in `Quality`.

    With `macro`, of two labels it is the mean of both as well.
    """
    true, answered = np.divmod(cells, labels)
    hits = np.zeros((len(drawn), labels), dtype=drawn.dtype)
    hits[:, true[true == answered]] = drawn[:, true == answered]
    either = _summed(drawn, true, labels) + _summed(drawn, answered, labels)
    scores = _share(2 * hits, either)
    if labels == 2 and not macro:
        return scores[:, 1]
    return scores.sum(axis=1) / (either > 0).sum(axis=1)


def _summed(drawn: np.ndarray, of: np.ndarray, labels: int) -> np.ndarray:
    """The counts (R, K) added up for each of the labels (R, C) that they are `of` (K,)."""
    order = np.argsort(of, kind="stable")
    occurring, starts = np.unique(of[order], return_index=True)
    sums = np.zeros((len(drawn), labels), dtype=drawn.dtype)
    sums[:, occurring] = np.add.reduceat(drawn[:, order], starts, axis=1)
    return sums
