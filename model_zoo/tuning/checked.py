"""Figures from a JSON file that anybody may have written: each is what it has to be, or ValueError.

`row` is an object of the file, and `key` the figure's name in it, which the error says.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

_MOST_BYTES = 16_000_000  # of a file: 200 labels by 200, four times, are a tenth of it
_MOST = 1e12  # of any figure: bytes, seconds, rows
_SLACK = 1e-6  # by which sums of shares miss 0 and 1
Read = TypeVar("Read")


def read_json(file: Path) -> Mapping[str, Any]:
    """The object in a JSON file; ValueError or OSError where it is none, or is too large."""
    if file.exists() and not file.is_file():  # opening it may take for ever
        raise ValueError("it is no file")
    with file.open("rb") as stream:
        content = stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES // 10**6} MB")
    try:
        return mapping(json.loads(content), "it")
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """The value, which is an object."""
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no object")
    return value


def listed(
    row: Mapping[str, Any], key: str, read: Callable[[Any], Read], least: int, most: int
) -> list[Read]:
    """What `read` makes of each value of a list of `least` to `most`."""
    values = row.get(key)
    if not isinstance(values, list | tuple) or not least <= len(values) <= most:
        raise ValueError(f"{key!r} is no list of {least} to {most}")
    return [read(value) for value in values]


def text(value: Any, what: str, most: int) -> str:
    """A text that is not blank and can be shown, of up to `most` characters."""
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise ValueError(f"{what} is no text of up to {most} characters")
    value.encode()  # half of a surrogate pair cannot be: UnicodeEncodeError, a ValueError
    return value


def one_of(value: Any, what: str, choices: Sequence[str]) -> str:
    """One of the `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{what} is none of {', '.join(choices)}")
    return value


def figure(row: Mapping[str, Any], key: str, least: float = 0, most: float = _MOST) -> float:
    """A number within these bounds."""
    value = row.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
        return float(value)
    raise ValueError(f"{key!r} is no number from {least:g} to {most:g}")  # as NaN is none


def whole(row: Mapping[str, Any], key: str, least: int = 0) -> int:
    """A whole number of `least` and more."""
    if not isinstance(row.get(key), int):
        raise ValueError(f"{key!r} is no whole number")
    return int(figure(row, key, least))


def share(row: Mapping[str, Any], key: str, least: float = 0) -> float:
    """A number from `least` to 1."""
    return min(1.0, max(least, figure(row, key, least - _SLACK, 1 + _SLACK)))


def interval(row: Mapping[str, Any], key: str, least: float = 0) -> tuple[float, float]:
    """Two numbers from `least` to 1, the lower one first."""
    low, high = listed(row, key, lambda end: share({key: end}, key, least), 2, 2)
    if low > high:
        raise ValueError(f"{key!r} ends before it begins")
    return low, high
