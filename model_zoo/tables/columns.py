"""Which columns of a table hold the texts and the labels, guessed from names and some rows."""

from collections.abc import Sequence
from statistics import mean

from model_zoo.labels import LabelReader, Meanings, is_sentiment
from model_zoo.tables.source import Row

_TEXT_NAMES = ("text", "sentence", "review", "comment", "message", "content", "body", "tweet")
_LABEL_NAMES = (
    "label", "sentiment", "target", "class", "polarity", "rating", "stars", "score", "category",
    "intent", "topic", "emotion",
)  # fmt: skip


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

    >>> labels = ["negative", "positive"]
    >>> guess_label(["text", "stars"], [("Great fun.", "5"), ("A bore.", "1")], "text", labels)
    'stars'
    """
    named: list[str] = []
    unnamed: list[str] = []
    for i, column in enumerate(columns):
        values = sorted({row[i].strip() for row in rows})
        if column != text and guess_mapping(values, labels):
            if any(name in column.lower() for name in _LABEL_NAMES):
                named.append(column)
            elif is_sentiment(labels) or LabelReader(labels, values).by_name:
                unnamed.append(column)
    return next(iter(named + unnamed), None)


def guess_mapping(values: Sequence[str], labels: Sequence[str]) -> Meanings:
    """Label value -> index of the label it stands for, None to be left out; empty if unclear.

    They are read as everywhere (see `LabelReader`), where two labels at least occur.

    >>> from model_zoo.labels import SENTIMENT
    >>> guess_mapping(["1", "3", "5"], SENTIMENT), guess_mapping(["apple", "pear"], SENTIMENT)
    ({'1': 0, '3': None, '5': 1}, {})
    >>> guess_mapping(["Card lost", "top_up", "?"], ["top-up", "card_lost", "refund"])
    {'Card lost': 1, 'top_up': 0, '?': None}
    """
    if not 1 < len(values) <= most_values(labels):
        return {}
    mapping = LabelReader(labels, values).meanings(values)
    return mapping if len(set(mapping.values()) - {None}) > 1 else {}


def most_values(labels: Sequence[str]) -> int:
    """How many different values a column may hold to be one of labels.

    >>> most_values(["no", "yes"]), most_values(["label"] * 200)
    (20, 400)
    """
    return max(20, 2 * len(labels))
