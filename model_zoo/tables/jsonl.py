"""JSON lines: an object a line, whose keys are the columns."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from model_zoo.errors import DataError
from model_zoo.tables.source import Row, Source, cell_text, check_width
from model_zoo.text.tokens import without_surrogates


def columns(source: Source) -> tuple[str, ...]:
    """The keys of the first hundred lines, in the order they are met.

    Raises DataError if there are none, or too many.

    >>> columns(Source(b'{"text": "Good."}\\n{"label": 1}', "a.jsonl"))
    ('text', 'label')
    """
    keys: dict[str, None] = {}
    for _, record in islice(_numbered_records(source), 100):
        keys |= dict.fromkeys(map(without_surrogates, record))
        check_width(source.name, len(keys))
    if not keys:
        raise DataError(f"{source.name} holds no JSON object with a key. Write one a line.")
    return tuple(keys)


def rows(source: Source, columns: tuple[str, ...]) -> Iterator[Row]:
    """Every object's values, "" where it lacks a key; DataError at a line that is no object."""
    for number, record in _numbered_records(source):
        where = f"{source.name}, line {number}"
        yield tuple(cell_text(record.get(column), where, column) for column in columns)


def _numbered_records(source: Source) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of every line that is not blank."""
    for number, line in enumerate(source.lines(), start=1):
        if line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                record = None
            if not isinstance(record, dict):
                raise DataError(
                    f"{source.name}, line {number} is not a JSON object. Write one object a line, "
                    'as in {"text": "Great fun.", "label": 1}.'
                )
            yield number, record
