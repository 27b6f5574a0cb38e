"""How good the models are on labelled rows, and whether their differences could be chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from model_zoo.errors import DataError, TextError
from model_zoo.evaluation.classification import Quality, decide, quality
from model_zoo.evaluation.metrics import McNemar, compare, together
from model_zoo.inference.predict import BATCH_SIZE
from model_zoo.inference.score import WINDOW, join, score
from model_zoo.labels import SENTIMENT, LabelReader, is_sentiment
from model_zoo.models.loading import Model
from model_zoo.tables.table import open_table


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Several models on the same `rows`: how good each is, its seconds, and each pair compared.

    `unknown` counts the rows with tokens outside the first model's vocabulary, `cut` those that
    were cut off at its limit.
    """

    rows: int
    qualities: dict[str, Quality]
    seconds: dict[str, float]
    pairs: dict[tuple[str, str], McNemar]
    unknown: int = 0
    cut: int = 0


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
        pairs=together(
            {
                (first, second): compare(answers[first], answers[second], truth)
                for first, second in combinations(answers, 2)
            }
        ),
        unknown=int((scored.unknown > 0).sum()),
        cut=int((scored.dropped > 0).sum()),
    )


def read_labelled(
    file: Path,
    text: str,
    label: str,
    labels: Sequence[str],
    *,
    header: bool = True,
    sheet: str | None = None,
    tell: Callable[[str], None] = lambda sentence: None,
) -> tuple[list[str], list[int]]:
    """(texts, indices of `labels`) from two columns of a table; for the rest see `open_table`.

    What values stand for is read as everywhere (see `LabelReader`); `tell` is told, where that is
    more than their names. Raises DataError, naming file, column or row, where something cannot be
    used.
    """
    table = open_table(file, header=header, sheet=sheet, tell=tell)
    text_at, label_at = table.column(text), table.column(label)
    texts: list[str] = []
    values: list[str] = []
    for number, row in enumerate(table.rows(), start=1):
        if not row[text_at].strip():
            raise DataError(f"{file}, row {number}: column {text!r} is empty. Remove the row.")
        texts.append(row[text_at])
        values.append(row[label_at])
    reader = LabelReader(labels, set(values))
    known = reader.meanings(set(values))
    truth = [known[value] for value in values]
    for number, (value, index) in enumerate(zip(values, truth, strict=True), start=1):
        if index is None:
            raise DataError(unknown_label(f"{file}, row {number}", value, reader))
    if sentence := reader.said(known):
        tell(sentence)
    return texts, [index for index in truth if index is not None]


def unknown_label(where: str, value: str, reader: LabelReader) -> str:
    """A sentence that says that a value is no label."""
    if reader.is_middle(value):
        return f"{where}: label {value!r} is in the middle of the scale. Remove such rows."
    return (
        f"{where}: label {value!r} is none of {_choice(reader.labels)}. Change the labels to these."
    )


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
