"""A file of texts to a file of answers, in bounded memory; a run that was killed goes on.

Answers are first appended to a journal beside the output, a line that says what they are answers
to and then records of a fixed size; the output is written at the end and moved into place whole.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from model_zoo.errors import DataError
from model_zoo.models.files import sha256_of
from model_zoo.models.loading import Model
from model_zoo.reading.predict import BATCH_SIZE
from model_zoo.reading.score import (
    WINDOW,
    answer_cells,
    answer_columns,
    number_columns,
    score,
)
from model_zoo.tables.source import Row
from model_zoo.tables.table import FORMATS, Table, open_table
from model_zoo.tables.writer import Writer


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """How many rows `file` now holds; how many of them were taken over from a run that had been
    stopped, and how many texts held nothing that every model could read: answers are missing."""

    file: Path
    rows: int
    resumed: int
    unread: int


def score_file(
    models: Sequence[Model],
    file: Path,
    out: Path,
    *,
    text: str,
    header: bool = True,
    batch_size: int = BATCH_SIZE,
    safe: bool = True,
    begin: Callable[[int], None] = lambda rows: None,
    advance: Callable[[str, int], None] = lambda model, rows: None,
) -> ScoredFile:
    """Every row of `file` with columns more for each model: its label, and its probability of each
    label there is; empty where the text holds nothing to read.

    `begin(rows)` is told how many there are, `advance(model name, rows done since)` of progress.
    Raises DataError where the file, the column or the output cannot be used; nothing is written
    then that was not there before.
    """
    kind = out.suffix.lower()
    if kind not in FORMATS:
        raise DataError(f"{out} must end in one of {', '.join(FORMATS)}. Name it so.")
    table = open_table(file, header=header)
    column = table.column(text)
    labels = [model.labels for model in models]
    names = [model.id for model in models]
    added = answer_columns(names, labels)
    if taken := set(added) & set(table.columns):
        raise DataError(f"{file} has a column {min(taken)!r} already. Rename it.")
    rows = sum(len(chunk) for chunk in table.chunks())  # also: no bad row is met half-way
    begin(rows)
    conditions = {
        "input": sha256_of(file),
        "column": column,
        "header": header,
        "models": {model.id: model.checksum for model in models},
        "labels": labels,
        "batch_size": batch_size,
        "torch": version("torch"),
    }
    width = sum(map(len, labels))
    journal = out.with_name(out.name + ".part")
    unfinished = out.with_name(out.name + ".new")
    try:
        done = _resume(journal, json.dumps(conditions).encode() + b"\n", rows, width)
        for model in models:
            advance(model.id, done)
        with journal.open("ab") as stream:
            for chunk in _chunks(table, done):
                texts = [row[column] for row in chunk]
                scored = score(models, texts, batch_size=batch_size, advance=advance)
                stream.write(np.hstack(scored.probabilities).astype(_NUMBER).tobytes())
                stream.flush()
                os.fsync(stream.fileno())
        with unfinished.open("wb") as stream:
            numbers = number_columns(names, labels)
            with Writer(stream, kind, [*table.columns, *added], numbers=numbers, safe=safe) as to:
                unread = _merge(table, journal, labels, to)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(out)
        journal.unlink()
    except OSError as error:
        raise DataError(
            f"{out} cannot be written ({error.strerror}). Make room, or choose another place."
        ) from error
    return ScoredFile(out, rows, done, unread)


_NUMBER = np.dtype("<f8")


def _resume(journal: Path, head: bytes, rows: int, width: int) -> int:
    """How many rows of `journal` hold; it is cut to them, or begun anew if they are of no use."""
    record = width * _NUMBER.itemsize
    done = 0
    if journal.is_file():
        with journal.open("rb") as stream:
            if stream.readline(len(head)) == head:
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


def _merge(table: Table, journal: Path, labels: Sequence[Sequence[str]], writer: Writer) -> int:
    """Rows and their answers, each model's by its own `labels`; how many rows lack some."""
    unread = 0
    ends = np.cumsum([len(own) for own in labels])
    with journal.open("rb") as answered:
        answered.readline()
        for chunk in table.chunks(WINDOW):
            size = len(chunk) * int(ends[-1]) * _NUMBER.itemsize
            numbers = np.frombuffer(answered.read(size), _NUMBER).reshape(len(chunk), -1)
            unread += int(np.isnan(numbers).any(axis=1).sum())
            answers = answer_cells(np.split(numbers, ends[:-1], axis=1), labels)
            writer.write([[*row, *cells] for row, cells in zip(chunk, answers, strict=True)])
    return unread
