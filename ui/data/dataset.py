"""The visitor's own texts: rows of a file, which columns matter, and what was made of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow

from model_zoo.errors import DataError
from model_zoo.reading.score import Scored
from model_zoo.tables.columns import MAX_VALUES, guess_label, guess_mapping, guess_text
from model_zoo.tables.source import Row
from model_zoo.tables.table import Table

MAX_ROWS = 100_000
MAX_TEXT_MB = 100  # of all cells together, once unpacked
MOST_COUNTED = 1_000_000  # rows beyond MAX_ROWS: a small Parquet file may hold billions
ScoringKey = tuple[
    str, tuple[str, ...], tuple[str, ...]
]  # column of the texts, models, their weights
Meanings = dict[str, int | None]  # value of the label column -> 1, 0, or None for left out


@dataclass(slots=True)
class Dataset:
    """Rows, which of their columns are texts and labels, and what has been scored of them so far.

    `scored` maps the column of the texts, the models and their weights to blocks of rows in order;
    `running` says whether the visitor wants more of them.
    """

    name: str
    frame: pd.DataFrame
    left_out: int  # rows beyond MAX_ROWS, as far as they were counted: MOST_COUNTED at most
    text: str
    label: str | None
    mapping: Meanings
    scored: dict[ScoringKey, list[Scored]] = field(default_factory=dict)
    running: bool = False

    @property
    def texts(self) -> list[str]:
        """The text of every row, as it stands in the file."""
        return self.frame[self.text].tolist()

    @property
    def more_left_out(self) -> bool:
        """Whether there may be more rows than those counted in `left_out`."""
        return self.left_out == MOST_COUNTED

    @property
    def labels(self) -> np.ndarray | None:
        """1, 0 or -1 (left out) for every row (N,); None where no column holds labels."""
        if self.label is None:
            return None
        known = {value: label for value, label in self.mapping.items() if label is not None}
        if not known:
            return None
        return self.frame[self.label].str.strip().map(known).fillna(-1).to_numpy(dtype=int)


def read_dataset(table: Table) -> Dataset:
    """The first MAX_ROWS rows, with columns and labels as they are guessed from them.

    DataError where the table cannot be read, or takes more than MAX_TEXT_MB once unpacked.
    """
    rows = table.rows()
    kept = _within_memory(islice(rows, MAX_ROWS), table.name)
    blocks = []
    while chunk := list(islice(kept, max(1, 100_000 // len(table.columns)))):
        blocks.append(
            [pyarrow.array(column, pyarrow.string()) for column in zip(*chunk, strict=True)]
        )
    left_out = sum(1 for _ in islice(rows, MOST_COUNTED))
    columns = [pyarrow.chunked_array(parts) for parts in zip(*blocks, strict=True)]
    frame = pyarrow.table(columns, names=list(table.columns)).to_pandas()
    head = list(frame.head(500).itertuples(index=False, name=None))
    text = guess_text(table.columns, head)
    label = guess_label(table.columns, head, text)
    return Dataset(table.name, frame, left_out, text, label, guess_meanings(frame, label))


def _within_memory(rows: Iterator[Row], name: str) -> Iterator[Row]:
    """The rows, as long as memory for all of them is not out of proportion; then DataError."""
    size = 0
    for row in rows:
        size += sum(16 + len(cell.encode()) for cell in row)
        if size > MAX_TEXT_MB * 1_000_000:
            raise DataError(
                f"{name} takes more than {MAX_TEXT_MB} MB once it is unpacked. Leave columns or "
                "rows out, or score it on the command line, which reads files of any size."
            )
        yield row


def guess_meanings(frame: pd.DataFrame, label: str | None) -> Meanings:
    """What each value of the column `label` means, as far as that can be guessed.

    >>> guess_meanings(pd.DataFrame({"verdict": ["pos", "neg", "pos"]}), "verdict")
    {'pos': 1, 'neg': 0}
    >>> guess_meanings(pd.DataFrame({"verdict": ["up", "down", "up"]}), "verdict")
    {'up': None, 'down': None}
    """
    if label is None:
        return {}
    values = _values(frame, label)
    return guess_mapping(values) or dict.fromkeys(values)


def _values(frame: pd.DataFrame, column: str) -> list[str]:
    """The column's different values, the commonest first; no more than are fit for labels."""
    return frame[column].str.strip().value_counts().index[: MAX_VALUES + 1].tolist()
