"""How good the models are on labelled rows, and whether their differences could be chance."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import erfc, exp, lgamma, log, sqrt
from pathlib import Path
from time import perf_counter

from model_zoo.errors import DataError
from model_zoo.predict import predict
from model_zoo.registry import Model
from model_zoo.results import LABELS, Prediction

CHUNK = 1024  # rows predicted between two reports of progress
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Score:
    """One model on labelled rows: fractions, 95 % Wilson interval, F1 of "positive", seconds."""

    accuracy: float
    ci95: tuple[float, float]
    f1: float
    seconds: float


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
class Evaluation:
    """Scores of several models on the same `rows`, and each pair compared."""

    rows: int
    scores: dict[str, Score]
    pairs: dict[tuple[str, str], McNemar]


def evaluate(
    models: Sequence[Model],
    texts: Sequence[str],
    labels: Sequence[int],
    *,
    batch_size: int = 32,
    advance: Callable[[str, int], None] = lambda model, rows: None,
) -> Evaluation:
    """Every model on every row; `advance(model name, rows done since)` is called as it goes.

    `labels` index LABELS. Raises TextError for a row without text.
    """
    right: dict[str, list[bool]] = {}
    scores: dict[str, Score] = {}
    for model in models:
        started = perf_counter()
        predictions: list[Prediction] = []
        for start in range(0, len(texts), CHUNK):
            part = predict(model, texts[start : start + CHUNK], batch_size=batch_size)
            predictions += part
            advance(model.name, len(part))
        seconds = perf_counter() - started
        answers = [LABELS.index(prediction.label) for prediction in predictions]
        right[model.name] = [a == b for a, b in zip(answers, labels, strict=True)]
        hits = sum(right[model.name])
        scores[model.name] = Score(
            hits / len(texts), wilson(hits, len(texts)), f1(answers, labels), seconds
        )
    pairs = {
        (one, other): mcnemar(
            sum(x and not y for x, y in zip(right[one], right[other], strict=True)),
            sum(y and not x for x, y in zip(right[one], right[other], strict=True)),
        )
        for one, other in combinations(right, 2)
    }
    return Evaluation(len(texts), scores, pairs)


def wilson(hits: int, rows: int) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927), within 0 and 1 even for few rows."""
    share, square = hits / rows, _Z95**2
    centre = (share + square / (2 * rows)) / (1 + square / rows)
    reach = _Z95 * sqrt(share * (1 - share) / rows + square / (4 * rows**2)) / (1 + square / rows)
    # rounding must not leave the share itself outside
    return max(0.0, min(share, centre - reach)), min(1.0, max(share, centre + reach))


def f1(answers: Sequence[int], labels: Sequence[int]) -> float:
    """Harmonic mean of precision and recall of class 1; 0 where nothing is or should be 1."""
    both = sum(a == b == 1 for a, b in zip(answers, labels, strict=True))
    return 2 * both / total if (total := sum(answers) + sum(labels)) else 0.0


def mcnemar(b: int, c: int) -> McNemar:
    """Exact two-sided binomial test of b against c; the normal approximation beyond 10,000."""
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


def read_labelled(file: Path, text: str, label: str) -> tuple[list[str], list[int]]:
    """(texts, labels) from columns of a CSV or TSV; labels are 0 or 1, negative or positive.

    A name ending in .tsv is read as tab-separated without quoting, anything else as CSV. Raises
    DataError, naming file, column or line, where something cannot be used.
    """
    if not file.is_file():
        raise DataError(f"{file} does not exist, or is not a file.")
    tabbed = file.suffix.lower() == ".tsv"
    values = {"0": 0, "1": 1, LABELS[0]: 0, LABELS[1]: 1}
    texts: list[str] = []
    labels: list[int] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = (
                csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
                if tabbed
                else csv.DictReader(stream)
            )
            names = list(reader.fieldnames or [])
            for column in (text, label):
                if column not in names:
                    there = ", ".join(names) or "none"
                    raise DataError(f"{file} has no column {column!r}. Its columns: {there}.")
            for row in reader:
                at = f"{file}, line {reader.line_num}"
                if not (row[text] or "").strip():
                    raise DataError(f"{at}: column {text!r} is empty. Remove the row.")
                found = values.get((row[label] or "").strip().lower())
                if found is None:
                    raise DataError(
                        f"{at}: label {row[label]!r} is none of 0, 1, negative, positive."
                    )
                texts.append(row[text])
                labels.append(found)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{file} is not a UTF-8 {file.suffix or 'CSV'} file: {error}.") from error
    if not texts:
        raise DataError(f"{file} has a header but no rows.")
    return texts, labels
