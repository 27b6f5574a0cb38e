"""Which columns of a table hold the texts and the labels, guessed from names and some rows."""

from collections.abc import Mapping, Sequence
from statistics import mean

from model_zoo.labels import SENTIMENT
from model_zoo.tables.source import Row

Meanings = dict[str, int | None]  # value of a label column -> class index, None to be left out
_TEXT_NAMES = ("text", "sentence", "review", "comment", "message", "content", "body", "tweet")
_LABEL_NAMES = (
    "label", "sentiment", "target", "class", "polarity", "rating", "stars", "score", "category",
    "intent", "topic", "emotion",
)  # fmt: skip
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


def guess_label(
    columns: Sequence[str], rows: Sequence[Row], text: str, labels: Sequence[str]
) -> str | None:
    """The column whose values can be told apart as `labels`; None if there is none.

    Whole numbers count as the indices of labels other than sentiment's only in a column with a
    telling name: ages and ratings are such numbers too.

    >>> guess_label(["text", "stars"], [("Great fun.", "5"), ("A bore.", "1")], "text", SENTIMENT)
    'stars'
    """
    named: list[str] = []
    unnamed: list[str] = []
    for i, column in enumerate(columns):
        values = sorted({row[i].strip() for row in rows})
        if column != text and guess_mapping(values, labels):
            if any(name in column.lower() for name in _LABEL_NAMES):
                named.append(column)
            elif is_sentiment(labels) or _by_name(values, labels):
                unnamed.append(column)
    return next(iter(named + unnamed), None)


def guess_mapping(values: Sequence[str], labels: Sequence[str]) -> Meanings:
    """Label value -> index of the label it stands for, None to be left out; empty if unclear.

    Values stand for the labels whose names they are, whatever their case, spaces and punctuation,
    or else for labels by number, from 0 or from 1 on. For negative and positive they are read as
    words for these, or as a scale with the middle left out, if there is one. Two labels at least
    must occur.

    >>> guess_mapping(["1", "3", "5"], SENTIMENT), guess_mapping(["apple", "pear"], SENTIMENT)
    ({'1': 0, '3': None, '5': 1}, {})
    >>> guess_mapping(["Card lost", "top_up", "?"], ["top-up", "card_lost", "refund"])
    {'Card lost': 1, 'top_up': 0, '?': None}
    """
    if not 1 < len(values) <= most_values(labels):
        return {}
    if is_sentiment(labels):
        mapping = _as_sentiment(values)
    else:
        mapping = _by_name(values, labels) or _by_number(values, len(labels))
    if len({label for label in mapping.values() if label is not None}) < 2:
        return {}
    return {value: mapping.get(value) for value in values}


def is_sentiment(labels: Sequence[str]) -> bool:
    """Whether the labels are negative and positive, in this order.

    >>> is_sentiment(["NEGATIVE", "POSITIVE"]), is_sentiment(["ham", "spam"])
    (True, False)
    """
    return tuple(label.lower() for label in labels) == SENTIMENT


def most_values(labels: Sequence[str]) -> int:
    """How many different values a column may hold to be one of labels.

    >>> most_values(SENTIMENT), most_values(["label"] * 200)
    (20, 400)
    """
    return max(20, 2 * len(labels))


def _by_name(values: Sequence[str], labels: Sequence[str]) -> Meanings:
    """The values that are names of labels; empty where they name fewer than two."""
    names: dict[str, int] = {}
    for index, label in enumerate(labels):
        names.setdefault(_bare(label), index)
    mapping = {value: names[bare] for value in values if (bare := _bare(value)) in names}
    return dict(mapping) if len(set(mapping.values())) > 1 else {}


def _bare(name: str) -> str:
    """A name without case, spaces and punctuation, unless nothing else is in it.

    >>> _bare("Card_lost!"), _bare("?")
    ('cardlost', '?')
    """
    folded = name.strip().casefold()
    return "".join(char for char in folded if char.isalnum()) or folded


def _by_number(values: Sequence[str], labels: int) -> Meanings:
    """Indices of labels, from 0 or from 1 on; empty where a value is no such number.

    >>> _by_number(["0", "2"], 3), _by_number(["1.0", "3.0", ""], 3), _by_number(["0", "3"], 3)
    ({'0': 0, '2': 2}, {'1.0': 0, '3.0': 2}, {})
    """
    numbers = [_whole(value) for value in values if value]
    for first in (0, 1):
        if all(number is not None and 0 <= number - first < labels for number in numbers):
            return {
                value: number - first
                for value, number in zip(filter(None, values), numbers, strict=True)
                if number is not None
            }
    return {}


def _as_sentiment(values: Sequence[str]) -> Meanings:
    """Negative and positive, said in words or on a scale."""
    numbers = {value: number for value in values if (number := _whole(value)) is not None}
    if len(numbers) == len([value for value in values if value]):
        return _scale(numbers)
    return {
        value: 0 if value.lower() in _NEGATIVE else 1 if value.lower() in _POSITIVE else None
        for value in values
    }


def _scale(numbers: Mapping[str, int]) -> Meanings:
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
