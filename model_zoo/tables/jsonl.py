"""JSON: an object a line, whose keys are the columns, or a document that holds all rows."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from model_zoo.errors import DataError
from model_zoo.tables import json_document
from model_zoo.tables.encoding import decided
from model_zoo.tables.source import Content, Source, Values, check_width
from model_zoo.text.tokens import without_surrogates

Numbered = Iterator[tuple[int, Mapping[str, Any]]]


def read(source: Source) -> Content:
    """Every key there is as a column, in the order they are met, and the objects as rows.

    Raises DataError at a line that is no object, and if there are no keys, or too many.

    >>> read(Source(b'{"text": "Good."}\\n{"label": 1}', "a.jsonl")).columns
    ('text', 'label')
    """
    source, notes = decided(source)
    records = json_document.records(source)
    if records is None:
        return _content(source, notes, "line", lambda: _lines(source))
    return _content(source, notes, "row", lambda: enumerate(records, start=1))


def _content(
    source: Source, notes: tuple[str, ...], unit: str, numbered: Callable[[], Numbered]
) -> Content:
    keys: dict[str, str] = {}  # as they are written -> the column's name
    nested: dict[str, str] = {}
    for number, record in numbered():
        for key, value in record.items():
            if key not in keys:
                keys[key] = without_surrogates(key)
            if isinstance(value, (dict, list)) and keys[key] not in nested:
                kind = "a list" if isinstance(value, list) else "an object"
                nested[keys[key]] = f"{unit} {number} holds {kind}"
        check_width(source.name, len(keys))
    if not keys:
        raise DataError(f"{source.name} holds no JSON object with a key. Write one a line.")
    written = dict(zip(keys.values(), keys, strict=True))  # of two that look alike, the last

    def rows() -> Iterator[tuple[int, Values]]:
        for number, record in numbered():
            yield number, tuple(map(record.get, written.values()))

    return Content(tuple(written), rows, unit, notes=notes, nested=nested)


def _lines(source: Source) -> Numbered:
    """(line number, object) of every line that is not blank."""
    for number, line in enumerate(source.lines(), start=1):
        if line.strip():
            try:
                record = json_document.parsed(line)
            except (ValueError, RecursionError):
                record = None
            if not isinstance(record, dict):
                raise DataError(
                    f"{source.name}, line {number} is not a JSON object. Write one object a line, "
                    'as in {"text": "Great fun.", "label": 1}.'
                )
            yield number, record
