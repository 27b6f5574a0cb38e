"""How good the models are on labelled rows, and whether their differences could be chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from model_zoo.errors import DataError, TextError
from model_zoo.labels import LABELS
from model_zoo.models.loading import Model
from model_zoo.quality.metrics import McNemar, Quality, compare, quality
from model_zoo.reading.predict import BATCH_SIZE
from model_zoo.reading.score import WINDOW, join, score
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

    `labels` index LABELS. Raises TextError for a row with nothing to read.
    """
    scored = join(
        [
            score(models, texts[at : at + WINDOW], batch_size=batch_size, advance=advance)
            for at in range(0, len(texts), WINDOW)
        ]
    )
    if len(empty := np.flatnonzero(np.isnan(scored.positive[:, 0]))):
        raise TextError(f"Text {empty[0] + 1} of {len(texts)} is empty. Leave that row out.")
    truth = np.asarray(labels)
    return Evaluation(
        rows=len(texts),
        qualities={
            name: quality(scored.positive[:, i], truth) for i, name in enumerate(scored.models)
        },
        seconds=dict(zip(scored.models, scored.seconds.tolist(), strict=True)),
        pairs={
            (scored.models[first], scored.models[second]): compare(
                scored.positive[:, first] > 0.5, scored.positive[:, second] > 0.5, truth
            )
            for first, second in combinations(range(len(scored.models)), 2)
        },
    )


def read_labelled(
    file: Path, text: str, label: str, *, header: bool = True
) -> tuple[list[str], list[int]]:
    """(texts, labels) from two columns of a table; labels are 0 or 1, negative or positive.

    Raises DataError, naming file, column or row, where something cannot be used.
    """
    table = open_table(file, header=header)
    text_at, label_at = table.column(text), table.column(label)
    values = {"0": 0, "1": 1, LABELS[0]: 0, LABELS[1]: 1}
    texts: list[str] = []
    labels: list[int] = []
    for number, row in enumerate(table.rows(), start=1):
        if not row[text_at].strip():
            raise DataError(f"{file}, row {number}: column {text!r} is empty. Remove the row.")
        value = values.get(row[label_at].strip().lower())
        if value is None:
            raise DataError(
                f"{file}, row {number}: label {row[label_at]!r} is none of 0, 1, negative, "
                "positive. Change the labels to these."
            )
        texts.append(row[text_at])
        labels.append(value)
    return texts, labels
