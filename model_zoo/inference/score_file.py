"""A file of texts to a file of answers, in bounded memory; a run that was killed goes on.

Answers are first appended to a journal beside the output, a line that says what they are answers
to and then records of a fixed size; the output is written at the end and moved into place whole.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from model_zoo.errors import DataError
from model_zoo.host import libraries, threads
from model_zoo.inference.predict import BATCH_SIZE
from model_zoo.inference.score import (
    WINDOW,
    answer_cells,
    answer_columns,
    number_columns,
    score,
)
from model_zoo.locks import check_apart, writing
from model_zoo.models.files import reading_checksum, sha256_of
from model_zoo.models.loading import Model
from model_zoo.tables.source import Row
from model_zoo.tables.table import WRITTEN, Table, chunked, open_table
from model_zoo.tables.types import ColumnTypes
from model_zoo.tables.writer import Writer
from model_zoo.whole_files import replacing


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """How many rows `file` now holds; how many of them were taken over from a run that had been
    stopped; how many texts held nothing that every model could read: answers are missing; and how
    many have tokens outside the first model's vocabulary, or were cut off at its limit."""

    file: Path
    rows: int
    resumed: int
    unread: int
    unknown: int
    cut: int


def score_file(
    models: Sequence[Model],
    file: Path,
    out: Path,
    *,
    text: str,
    header: bool = True,
    sheet: str | None = None,
    batch_size: int = BATCH_SIZE,
    safe: bool = True,
    tell: Callable[[str], None] = lambda sentence: None,
    begin: Callable[[int], None] = lambda rows: None,
    advance: Callable[[str, int], None] = lambda model, rows: None,
) -> ScoredFile:
    """Every row of `file` with columns more for each model: its label, and its probability of each
    label there is; empty where the text holds nothing to read.

    The input's own columns keep their types where the format that is written has such. `tell` is
    told how the file was read, if there is something to be known of that, `begin(rows)` how many
    rows there are, and `advance(model name, rows done since)` of progress.
    Raises DataError where the file, the column or the output cannot be used, the output is the
    file, or another run is writing it; nothing is written then that was not there before.
    """
    kind = out.suffix.lower()
    if kind not in WRITTEN:
        raise DataError(f"{out} must end in one of {', '.join(WRITTEN)}. Name it so.")
    journal = out.with_name(out.name + ".part")
    check_apart(journal, file)
    with writing(out, file):
        table = open_table(file, header=header, sheet=sheet, tell=tell)
        column = table.column(text)
        labels = [model.labels for model in models]
        names = [model.id for model in models]
        added = answer_columns(names, labels)
        if taken := set(added) & set(table.columns):
            raise DataError(f"{file} has a column {min(taken)!r} already. Rename it.")
        rows, types = 0, ColumnTypes(table.columns, table.content.types)
        for pairs in chunked(table.pairs(), WINDOW):  # also: no bad row is met half-way
            rows += len(pairs)
            if kind == ".parquet":
                types.see([values for values, _ in pairs])
        begin(rows)
        conditions = {
            "input": sha256_of(file),
            "column": column,
            "header": header,
            "sheet": sheet,
            "models": {
                model.id: [model.checksum, reading_checksum(model.spec)] for model in models
            },
            "labels": labels,
            "batch_size": batch_size,
            "threads": threads(),
            "counts": _COUNTS,
            "versions": libraries(),
        }
        try:
            head = json.dumps(conditions).encode() + b"\n"
            done = _resume(journal, head, rows, sum(map(len, labels)) + _COUNTS)
            for model in models:
                advance(model.id, done)
            with journal.open("ab") as stream:
                for chunk in _chunks(table, done):
                    texts = [row[column] for row in chunk]
                    scored = score(models, texts, batch_size=batch_size, advance=advance)
                    counts = np.stack([scored.unknown, scored.dropped], axis=1)
                    record = np.hstack([*scored.probabilities, counts])
                    stream.write(record.astype(_NUMBER).tobytes())
                    _sync(stream)
            with replacing(out) as aside, aside.open("wb") as stream:
                columns, own = [*table.columns, *added], types.arrow()
                numbers = number_columns(names, labels)
                with Writer(stream, kind, columns, numbers=numbers, types=own, safe=safe) as to:
                    unread, unknown, cut = _merge(table, journal, labels, to)
                _sync(stream)
                if sha256_of(file) != conditions["input"]:
                    raise DataError(
                        f"{file} has changed while it was read. Give the command again."
                    )
            journal.unlink()
        except OSError as error:
            raise DataError(
                f"{out} cannot be written ({error.strerror}). Make room, or choose another place."
            ) from error
    return ScoredFile(out, rows, done, unread, unknown, cut)


def _sync(stream: IO[bytes]) -> None:
    """Have what was written on the disk, not only on its way."""
    stream.flush()
    os.fsync(stream.fileno())


_COUNTS = 2  # behind a row's probabilities: its tokens outside the vocabulary, and those cut off
_NUMBER = np.dtype("<f8")
_BEGINNING = b'{"input":'  # of a journal


def _resume(journal: Path, head: bytes, rows: int, width: int) -> int:
    """How many rows of `journal` hold; it is cut to them, or begun anew if they are of no use.

    DataError where it is no journal.
    """
    record = width * _NUMBER.itemsize
    done = 0
    if journal.is_file():
        with journal.open("rb") as stream:
            beginning = stream.readline(len(head))
            if beginning[: len(_BEGINNING)] != _BEGINNING[: len(beginning)]:
                raise DataError(
                    f"{journal} is where a run keeps what it has so far, and holds something else. "
                    "Move it away, or choose another --out."
                )
            if beginning == head:
                done = (journal.stat().st_size - len(head)) // record
    if done < rows:
        done -= done % WINDOW  # texts of a window are computed together
    if done:
        os.truncate(journal, len(head) + done * record)
    else:
        journal.write_bytes(head)
    return done


def _chunks(table: Table, done: int) -> Iterator[list[Row]]:
    """The windows that come after the rows done."""
    seen = 0
    for chunk in table.chunks(WINDOW):
        seen += len(chunk)
        if seen > done:
            yield chunk


def _merge(
    table: Table, journal: Path, labels: Sequence[Sequence[str]], writer: Writer
) -> tuple[int, int, int]:
    """Rows and their answers, each model's by its own `labels`.

    How many rows lack some, how many have unknown tokens, and how many were cut.
    """
    unread = unknown = cut = 0
    ends = np.cumsum([len(own) for own in labels])
    with journal.open("rb") as answered:
        answered.readline()
        for chunk in chunked(table.values(), WINDOW):
            size = len(chunk) * (int(ends[-1]) + _COUNTS) * _NUMBER.itemsize
            numbers = np.frombuffer(answered.read(size), _NUMBER).reshape(len(chunk), -1)
            unread += int(np.isnan(numbers).any(axis=1).sum())
            *shares, counts = np.split(numbers, ends, axis=1)
            rows_unknown, rows_cut = (counts > 0).sum(axis=0).tolist()
            unknown, cut = unknown + rows_unknown, cut + rows_cut
            answers = answer_cells(shares, labels)
            writer.write([[*row, *cells] for row, cells in zip(chunk, answers, strict=True)])
    return unread, unknown, cut
