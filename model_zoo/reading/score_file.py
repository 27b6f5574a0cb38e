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
from typing import IO

import numpy as np

from model_zoo.errors import DataError
from model_zoo.models.files import sha256_of
from model_zoo.models.loading import Model
from model_zoo.reading.predict import BATCH_SIZE
from model_zoo.reading.score import WINDOW, answer_cells, answer_columns, score
from model_zoo.tables.source import Row
from model_zoo.tables.table import FORMATS, Table, open_table
from model_zoo.tables.writer import Writer


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """How many rows `file` now holds; how many of them were taken over from a run that had been
    stopped, and how many texts held nothing to read and have no answer."""

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
    """Every row of `file` with two columns more for each model: its label and its probability of
    positive, empty where the text holds nothing to read.

    `begin(rows)` is told how many there are, `advance(model name, rows done since)` of progress.
    Raises DataError where the file, the column or the output cannot be used; nothing is written
    then that was not there before.
    """
    kind = out.suffix.lower()
    if kind not in FORMATS:
        raise DataError(f"{out} must end in one of {', '.join(FORMATS)}. Name it so.")
    table = open_table(file, header=header)
    column = table.column(text)
    added = answer_columns([model.id for model in models])
    if taken := set(added) & set(table.columns):
        raise DataError(f"{file} has a column {min(taken)!r} already. Rename it.")
    rows = sum(len(chunk) for chunk in table.chunks())  # also: no bad row is met half-way
    begin(rows)
    conditions = {
        "input": sha256_of(file),
        "column": column,
        "header": header,
        "models": {model.id: model.checksum for model in models},
        "batch_size": batch_size,
        "torch": version("torch"),
    }
    journal = out.with_name(out.name + ".part")
    unfinished = out.with_name(out.name + ".new")
    try:
        done = _resume(journal, json.dumps(conditions).encode() + b"\n", rows, len(models))
        for model in models:
            advance(model.id, done)
        with journal.open("ab") as stream:
            for chunk in _chunks(table, done):
                texts = [row[column] for row in chunk]
                scored = score(models, texts, batch_size=batch_size, advance=advance)
                stream.write(scored.positive.astype(_NUMBER).tobytes())
                stream.flush()
                os.fsync(stream.fileno())
        with unfinished.open("wb") as stream:
            unread = _merge(table, journal, stream, kind, added, safe)
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


def _resume(journal: Path, head: bytes, rows: int, models: int) -> int:
    """How many rows of `journal` hold; it is cut to them, or begun anew if they are of no use."""
    record = models * _NUMBER.itemsize
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


def _merge(
    table: Table, journal: Path, stream: IO[bytes], kind: str, added: Sequence[str], safe: bool
) -> int:
    """Rows and their answers into `stream`; how many of the texts have none."""
    unread = 0
    models = len(added) // 2
    columns = [*table.columns, *added]
    with (
        journal.open("rb") as answered,
        Writer(stream, kind, columns, numbers=added[1::2], safe=safe) as writer,
    ):
        answered.readline()
        for chunk in table.chunks(WINDOW):
            size = len(chunk) * models * _NUMBER.itemsize
            positive = np.frombuffer(answered.read(size), _NUMBER).reshape(len(chunk), models)
            unread += int(np.isnan(positive[:, 0]).sum())
            answers = answer_cells(positive)
            writer.write([[*row, *cells] for row, cells in zip(chunk, answers, strict=True)])
    return unread
