"""How good the models are on labelled rows, and whether their differences could be chance."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from model_zoo.errors import DataError, TextError
from model_zoo.labels import SENTIMENT
from model_zoo.models.classes import plain_name
from model_zoo.models.loading import Model
from model_zoo.quality.classification import Quality, decide, quality
from model_zoo.quality.metrics import McNemar, compare
from model_zoo.reading.predict import BATCH_SIZE
from model_zoo.reading.score import WINDOW, join, score
from model_zoo.tables.columns import is_sentiment
from model_zoo.tables.table import open_table


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Several models on the same `rows`: how good each is, its seconds, and each pair compared."""

    rows: int
    qualities: dict[str, Quality]
    seconds: dict[str, float]
    pairs: dict[tuple[str, str], McNemar]


def evaluate(
    models: Sequence[Model],
    texts: Sequence[str],
    labels: Sequence[int],
    *,
    batch_size: int = BATCH_SIZE,
    advance: Callable[[str, int], None] = lambda model, rows: None,
) -> Evaluation:
    """Every model on every row; `advance(model name, rows done since)` is called as it goes.

    `labels` are indices of the models' labels, which are the same for all of them. Raises TextError
    for a row with nothing to read.
    """
    scored = join(
        [
            score(models, texts[at : at + WINDOW], batch_size=batch_size, advance=advance)
            for at in range(0, len(texts), WINDOW)
        ]
    )
    if len(empty := np.flatnonzero(~scored.read)):
        raise TextError(f"Text {empty[0] + 1} of {len(texts)} is empty. Leave that row out.")
    truth = np.asarray(labels)
    by_model = dict(zip(scored.models, scored.probabilities, strict=True))
    answers = {name: decide(probabilities) for name, probabilities in by_model.items()}
    return Evaluation(
        rows=len(texts),
        qualities={name: quality(probabilities, truth) for name, probabilities in by_model.items()},
        seconds=dict(zip(scored.models, scored.seconds.tolist(), strict=True)),
        pairs={
            (first, second): compare(answers[first], answers[second], truth)
            for first, second in combinations(answers, 2)
        },
    )


def read_labelled(
    file: Path, text: str, label: str, labels: Sequence[str], *, header: bool = True
) -> tuple[list[str], list[int]]:
    """(texts, indices of `labels`) from two columns of a table.

    Labels are given by name or, if all of them are, as their numbers from 0 on; negative and
    positive may be mixed with 0 and 1. Raises DataError, naming file, column or row, where
    something cannot be used.
    """
    table = open_table(file, header=header)
    text_at, label_at = table.column(text), table.column(label)
    texts: list[str] = []
    values: list[str] = []
    for number, row in enumerate(table.rows(), start=1):
        if not row[text_at].strip():
            raise DataError(f"{file}, row {number}: column {text!r} is empty. Remove the row.")
        texts.append(row[text_at])
        values.append(row[label_at])
    known = meanings(set(values), labels)
    for number, value in enumerate(values, start=1):
        if plain_name(value) not in known:
            raise DataError(unknown_label(f"{file}, row {number}", value, labels))
    return texts, [known[plain_name(value)] for value in values]


def meanings(values: Collection[str], labels: Sequence[str]) -> dict[str, int]:
    """The index of the label that each plain name stands for in a column with these `values`.

    They are the labels' names, or where not all values are and all could be, their numbers.

    >>> meanings({"1", "0"}, ["ham", "spam"]), meanings({"Spam", "?"}, ["ham", "spam"])
    ({'0': 0, '1': 1}, {'ham': 0, 'spam': 1})
    """
    names = {plain_name(name): index for index, name in enumerate(labels)}
    numbers = {str(index): index for index in range(len(labels))}
    if is_sentiment(labels):
        return names | numbers
    plain = set(map(plain_name, values))
    return numbers if not plain <= set(names) and plain <= set(numbers) else names


def unknown_label(where: str, value: str, labels: Sequence[str]) -> str:
    """A sentence that says that a value is no label."""
    return f"{where}: label {value!r} is none of {_choice(labels)}. Change the labels to these."


def _choice(labels: Sequence[str]) -> str:
    """What values may be, for a sentence: the first labels where there are many.

    >>> _choice(SENTIMENT)
    '0, 1, negative, positive'
    >>> _choice([f"topic {n}" for n in range(150)])
    'topic 0, topic 1, topic 2, topic 3, … (150 labels), nor is every one a number from 0 to 149'
    """
    if is_sentiment(labels):
        return ", ".join(("0", "1", *SENTIMENT))
    shown = ", ".join(labels[:4]) + (f", … ({len(labels)} labels)" if len(labels) > 4 else "")
    return f"{shown}, nor is every one a number from 0 to {len(labels) - 1}"
