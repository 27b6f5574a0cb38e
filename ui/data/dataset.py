"""The visitor's own texts: rows of a file, which columns matter, and what was made of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow

from model_zoo.cluster.summary import Totals
from model_zoo.errors import DataError
from model_zoo.labels import Meanings
from model_zoo.quality.classification import Quality
from model_zoo.reading.score import Scored, join
from model_zoo.tables.columns import guess_label, guess_mapping, guess_text, most_values
from model_zoo.tables.source import Row
from model_zoo.tables.table import Table

MAX_ROWS = 100_000
MAX_NUMBERS = 10_000_000  # probabilities of all models for all rows that are scored: 80 MB
MAX_TEXT_MB = 100  # of all cells together, once unpacked
MOST_COUNTED = 1_000_000  # rows beyond MAX_ROWS: a small Parquet file may hold billions
GUESSED_FROM = 500  # rows
ScoringKey = tuple[
    str, tuple[str, ...], tuple[str, ...]
]  # column of the texts, models, their weights


@dataclass(slots=True)
class Dataset:
    """Rows, which of their columns are texts and labels, and what has been scored of them so far.

    `mapping` says which of `meant`, the labels of the set in view, the values of the column `label`
    stand for; `fresh` that this was not shown yet. `others` keeps column and mapping for labels
    that were in view before. `scored` maps the column of the texts, the models and their weights to
    blocks of rows in order; `running` says whether the visitor wants more of them. `awaited` are
    models that all rows of a column are to be scored by as well, once they can be asked. `measured`
    are the figures of what was asked last. `totals` are those of the
    run that the rows are a sample of.
    """

    name: str
    frame: pd.DataFrame
    left_out: int  # rows beyond MAX_ROWS, as far as they were counted: MOST_COUNTED at most
    text: str
    label: str | None
    meant: tuple[str, ...]
    mapping: Meanings
    fresh: bool = True
    others: dict[tuple[str, ...], tuple[str | None, Meanings]] = field(default_factory=dict)
    scored: dict[ScoringKey, list[Scored]] = field(default_factory=dict)
    running: bool = False
    awaited: tuple[str, frozenset[str]] | None = None
    measured: tuple[Scored, tuple[object, ...], dict[str, Quality]] | None = None
    totals: Totals | None = None
    _joined: tuple[ScoringKey, int, Scored] | None = None

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
        """The index in `meant` of every row's label (N,), -1 for rows left out.

        None where no column holds labels.
        """
        if self.label is None:
            return None
        known = {value: label for value, label in self.mapping.items() if label is not None}
        if not known:
            return None
        return self.frame[self.label].str.strip().map(known).fillna(-1).to_numpy(dtype=int)

    def mean(self, labels: tuple[str, ...]) -> None:
        """Have values stand for these `labels`, as they did before or as it is guessed."""
        if labels == self.meant:
            return
        self.others[self.meant] = self.label, self.mapping
        if labels in self.others:
            self.label, self.mapping = self.others.pop(labels)
        else:
            self.label = guess_label(self.frame.columns, _head(self.frame), self.text, labels) or (
                self.label if self.label != self.text else None
            )
            self.mapping = guess_meanings(self.frame, self.label, labels)
        self.meant, self.fresh = labels, True

    def labelled_by(self, column: str | None) -> None:
        """Have labels in another column, or in none."""
        self.label, self.fresh = column, True
        self.mapping = guess_meanings(self.frame, column, self.meant)

    def blocks(self, key: ScoringKey, numbers: int) -> list[Scored]:
        """The blocks scored under `key`, to be added to; of `numbers` probabilities a row.

        Those of other choices of models are forgotten, the oldest first, where all together could
        come to hold more than twice MAX_NUMBERS.
        """
        blocks = self.scored.pop(key, [])
        room = 2 * MAX_NUMBERS - numbers * rows_to_score(self, numbers)
        for other in reversed(list(self.scored)):
            room -= sum(rows.size for block in self.scored[other] for rows in block.probabilities)
            if room < 0:
                del self.scored[other]
        self.scored[key] = blocks
        return blocks

    def so_far(self, key: ScoringKey) -> Scored | None:
        """What has been scored under `key`, the same object until there is more; None for none."""
        blocks = self.scored.get(key)
        if not blocks:
            return None
        if self._joined is None or self._joined[:2] != (key, len(blocks)):
            self._joined = key, len(blocks), join(blocks)
        return self._joined[2]


def rows_to_score(data: Dataset, numbers: int) -> int:
    """How many rows are scored where there are `numbers` probabilities for each of them."""
    return min(len(data.frame), max(1, MAX_NUMBERS // max(1, numbers)))


def read_dataset(table: Table, labels: tuple[str, ...]) -> Dataset:
    """The first MAX_ROWS rows, with columns and what they say of `labels` as it is guessed.

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
    head = _head(frame)
    text = guess_text(table.columns, head)
    label = guess_label(table.columns, head, text, labels)
    mapping = guess_meanings(frame, label, labels)
    return Dataset(table.name, frame, left_out, text, label, labels, mapping)


def _head(frame: pd.DataFrame) -> list[Row]:
    return list(frame.head(GUESSED_FROM).itertuples(index=False, name=None))


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


def guess_meanings(frame: pd.DataFrame, label: str | None, labels: Sequence[str]) -> Meanings:
    """What each value of the column `label` means, as far as that can be guessed.

    >>> guess_meanings(pd.DataFrame({"verdict": ["b", "A", "b"]}), "verdict", ["a", "b", "c"])
    {'b': 1, 'A': 0}
    >>> guess_meanings(pd.DataFrame({"verdict": ["up", "down", "up"]}), "verdict", ["a", "b"])
    {'up': None, 'down': None}
    """
    if label is None:
        return {}
    values = frame[label].str.strip().value_counts().index[: most_values(labels) + 1].tolist()
    return guess_mapping(values, labels) or dict.fromkeys(values)
