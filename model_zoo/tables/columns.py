"""Which columns of a table hold the texts and the labels, guessed from names and some rows."""

from collections.abc import Mapping, Sequence
from statistics import mean

from model_zoo.tables.source import Row

MAX_VALUES = 20  # different labels; a column with more is none of labels
_TEXT_NAMES = ("text", "sentence", "review", "comment", "message", "content", "body", "tweet")
_LABEL_NAMES = ("label", "sentiment", "target", "class", "polarity", "rating", "stars", "score")
_NEGATIVE = {"negative", "neg", "n", "bad", "false", "no", "unfavorable", "label_0", "-1"}
_POSITIVE = {"positive", "pos", "p", "good", "true", "yes", "favorable", "label_1"}
_SCALES = (  # whole numbers that ratings are given in, the shortest that fits is taken
    (0, 1),
    (1, 2),
    (-1, 1),
    (0, 4),
    (-1, 0, 1),
    (0, 1, 2),
    (0, 1, 2, 3, 4),
    (1, 2, 3, 4, 5),
    tuple(range(1, 11)),
)


def guess_text(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """The column with the longest cells, one with a telling name before any other.

    >>> guess_text(["id", "remark"], [("7", "Great fun."), ("8", "A dull, long film.")])
    'remark'
    """

    def rank(i: int) -> tuple[bool, float]:
        named = any(name in columns[i].lower() for name in _TEXT_NAMES)
        wordy = mean(len(row[i].split()) for row in rows)
        return named and wordy >= 1, wordy

    return columns[max(range(len(columns)), key=rank)]


def guess_label(columns: Sequence[str], rows: Sequence[Row], text: str) -> str | None:
    """The column whose values can be told apart as negative and positive; None if there is none.

    >>> guess_label(["text", "stars"], [("Great fun.", "5"), ("A bore.", "1")], "text")
    'stars'
    """
    named: list[str] = []
    unnamed: list[str] = []
    for i, column in enumerate(columns):
        values = {row[i].strip() for row in rows}
        if column != text and guess_mapping(sorted(values)):
            telling = any(name in column.lower() for name in _LABEL_NAMES)
            (named if telling else unnamed).append(column)
    return next(iter(named + unnamed), None)


def guess_mapping(values: Sequence[str]) -> dict[str, int | None]:
    """Label value -> 1 for positive, 0 for negative, None to be left out; empty if unclear.

    Both sides must occur. Numbers are read as a scale with the middle left out, if there is one.

    >>> guess_mapping(["1", "3", "5"]), guess_mapping(["apple", "pear"])
    ({'1': 0, '3': None, '5': 1}, {})
    """
    if not 1 < len(values) <= MAX_VALUES:
        return {}
    numbers = {value: number for value in values if (number := _whole(value)) is not None}
    if len(numbers) == len([value for value in values if value]):
        mapping = _scale(numbers)
    else:
        mapping = {
            value: 0 if value.lower() in _NEGATIVE else 1 if value.lower() in _POSITIVE else None
            for value in values
        }
    if not {0, 1} <= set(mapping.values()):
        return {}
    return {value: mapping.get(value) for value in values}


def _scale(numbers: Mapping[str, int]) -> dict[str, int | None]:
    """Negative below the middle of the scale that holds all `numbers`, positive above it."""
    seen = set(numbers.values())
    scale = next((known for known in _SCALES if seen <= set(known)), None)
    if scale is None:
        return {}
    middle = sum(scale) / len(scale)
    return {
        value: None if number == middle else int(number > middle)
        for value, number in numbers.items()
    }


def _whole(value: str) -> int | None:
    try:
        return int(number) if (number := float(value)).is_integer() else None
    except (ValueError, OverflowError):
        return None
