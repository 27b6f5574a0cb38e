"""The visitor's own texts: rows of a file, which columns matter, and what was made of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow

from model_zoo.cluster.summary import Totals
from model_zoo.errors import DataError
from model_zoo.evaluation.classification import Quality
from model_zoo.inference.score import Scored, join
from model_zoo.labels import Meanings
from model_zoo.tables.columns import guess_label, guess_mapping, guess_text, most_values
from model_zoo.tables.source import Row, Values
from model_zoo.tables.table import Table, chunked
from model_zoo.tables.types import ColumnTypes

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
    are the figures of what was asked last. `totals` are those of the run that the rows are a sample
    of. `notes` say how the file was read; `nested` are columns of lists and objects, which are no
    texts; `typed` has the values of columns that are not text in the file.
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
    notes: list[str] = field(default_factory=list)
    nested: frozenset[str] = frozenset()
    typed: dict[str, pyarrow.ChunkedArray] = field(default_factory=dict)
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
            plain = self.frame.drop(columns=list(self.nested))
            self.label = guess_label(plain.columns, _head(plain), self.text, labels) or (
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
    rows = table.pairs()
    kept = _within_memory(islice(rows, MAX_ROWS), table.name)
    blocks, original = [], Typed(table)
    for chunk in chunked(kept, max(1, 100_000 // len(table.columns))):
        cells = zip(*(row for _, row in chunk), strict=True)
        blocks.append([pyarrow.array(column, pyarrow.string()) for column in cells])
        original.add([values for values, _ in chunk])
    left_out = sum(1 for _ in islice(rows, MOST_COUNTED))
    columns = [pyarrow.chunked_array(parts) for parts in zip(*blocks, strict=True)]
    frame = pyarrow.table(columns, names=list(table.columns)).to_pandas()
    nested = frozenset(table.content.nested)
    plain = [column for column in table.columns if column not in nested]
    if not plain:
        table.column(table.columns[0])  # which says what is wrong
    head = _head(frame[plain])
    text = guess_text(plain, head)
    label = guess_label(plain, head, text, labels)
    mapping = guess_meanings(frame, label, labels)
    return Dataset(
        table.name,
        frame,
        left_out,
        text,
        label,
        labels,
        mapping,
        nested=nested,
        typed=original.columns(),
    )


class Typed:
    """The values of a table's columns that are not text, as the file has them, block by block."""

    def __init__(self, table: Table) -> None:
        self._names = () if table.content.plain else table.columns
        self._types = ColumnTypes(self._names, table.content.types)
        self._blocks: dict[str, list[Sequence[object] | None]] = {n: [] for n in self._names}

    def add(self, rows: Sequence[Values]) -> None:
        """Take a block of rows."""
        self._types.see(rows)
        for name, values in zip(self._names, zip(*rows, strict=True), strict=False):
            text = any(isinstance(value, str) for value in values)
            self._blocks[name].append(None if text else values)  # held once, in the frame

    def columns(self) -> dict[str, pyarrow.ChunkedArray]:
        """Name -> values, of the columns that have a type of their own."""
        return {
            name: pyarrow.chunked_array(
                [pyarrow.array(values, kind) for values in self._blocks[name]], kind
            )
            for name, kind in self._types.arrow().items()
            if all(values is not None for values in self._blocks[name])
        }


def _head(frame: pd.DataFrame) -> list[Row]:
    return list(frame.head(GUESSED_FROM).itertuples(index=False, name=None))


def _within_memory(rows: Iterator[tuple[Values, Row]], name: str) -> Iterator[tuple[Values, Row]]:
    """The rows, as long as memory for all of them is not out of proportion; then DataError."""
    size = 0
    for values, row in rows:
        size += sum(16 + len(cell.encode()) for cell in row)
        if size > MAX_TEXT_MB * 1_000_000:
            raise DataError(
                f"{name} takes more than {MAX_TEXT_MB} MB once it is unpacked. Leave columns or "
                "rows out, or score it on the command line, which reads files of any size."
            )
        yield values, row


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
