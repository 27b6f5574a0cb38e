"""JSON files that are one value: an array of objects, or what pandas' `to_json()` makes of a table.

Such a value is in memory as a whole, so it is bounded before it is parsed.
"""

import json
from typing import Any

from model_zoo.errors import DataError
from model_zoo.tables.source import MAX_LINE_CHARACTERS, Source

MAX_BYTES = 100_000_000
MAX_VALUES = 5_000_000  # counted by what stands between them
_LONGEST_NUMBER = 40  # digits: more are no number to anybody, and take long to turn into one


def records(source: Source) -> list[dict[str, Any]] | None:
    """The objects of a file that is one value; None where it has an object a line.

    Raises DataError where it is an array of something else, or is too large to be read at once.
    """
    with source.opened() as stream:
        head = stream.read(MAX_LINE_CHARACTERS)
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if start[:1] not in (b"[", b"{") or (start[:1] == b"{" and _object_a_line(start)):
            return None
        whole = head + stream.read(MAX_BYTES + 1 - len(head))
    array = start[:1] == b"["
    if len(whole) > MAX_BYTES or sum(map(whole.count, (b",", b"[", b"{"))) > MAX_VALUES:
        if array:
            raise DataError(f"{source.name} is too large for one value. Write one object a line.")
        return None
    try:
        value = parsed(whole.decode(source.encoding or "utf-8-sig"))
    except RecursionError:
        problem = "line 1 is not a JSON object: it is nested too deep"
    except ValueError as error:
        problem = f"line {getattr(error, 'lineno', 1)} is not JSON that can be read"
    else:
        rows = _rows(value)
        if rows is not None or not array:
            return rows
        problem = "line 1 is not a JSON object"
    if not array:
        return None  # read line by line, the line that is no object is named
    raise DataError(
        f"{source.name}, {problem}. Write an array of objects, what pandas' to_json() makes of a "
        "table, or one object a line."
    )


def parsed(text: str) -> Any:
    """A JSON value; ValueError or RecursionError where it is none.

    >>> parsed("[1, 1.5, true, null]"), parsed("9" * 50) == "9" * 50
    ([1, 1.5, True, None], True)
    """
    return json.loads(text, parse_int=_whole)


def _whole(digits: str) -> int | str:
    """A whole number; one too long for any use as it is written, and ValueError beyond that."""
    return int(digits) if not _LONGEST_NUMBER < len(digits) < 4300 else digits


def _object_a_line(start: bytes) -> bool:
    """Whether what begins so is an object on a line of its own, with something below it."""
    line, _, rest = start.partition(b"\n")
    if not rest.strip():
        return False
    try:
        return isinstance(parsed(line.decode("utf-8", "replace")), dict)
    except (ValueError, RecursionError):
        return False


def _rows(value: Any) -> list[dict[str, Any]] | None:
    """The rows of a table that is one JSON value, however pandas oriented it; None for no table.

    >>> _rows({"text": {"0": "Good.", "1": "Bad."}, "label": {"0": 1, "1": None}})
    [{'text': 'Good.', 'label': 1}, {'text': 'Bad.', 'label': None}]
    >>> _rows({"columns": ["text"], "index": [0], "data": [["Good."]]}), _rows({"text": "Good."})
    ([{'text': 'Good.'}], None)
    """
    if _are(value, dict):
        return value
    if not isinstance(value, dict) or not value:
        return None
    names, data, columns = value.get("columns"), value.get("data"), list(value.values())
    if "schema" in value and _are(data, dict):
        return data
    if isinstance(names, list) and isinstance(data, list) and _are(data, list):
        if any(len(row) != len(names) for row in data):
            return None
        return [dict(zip(map(str, names), row, strict=True)) for row in data]
    if not _are(columns, dict) or any(column.keys() != columns[0].keys() for column in columns):
        return None
    places = list(columns[0])
    if all(map(str.isdecimal, value)) and not all(map(str.isdecimal, places)):
        return columns  # a row for each of its keys
    return [{name: value[name][place] for name in value} for place in places]


def _are(values: Any, kind: type) -> bool:
    """Whether this is a list with something in it, all of one kind."""
    return bool(values) and isinstance(values, list) and all(isinstance(v, kind) for v in values)
