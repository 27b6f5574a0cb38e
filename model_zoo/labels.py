"""Labels: sentiment's, and what the values of a label column mean, whoever wrote them.

One way of reading them serves the command line, the app and training.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

SENTIMENT = ("negative", "positive")  # index in this tuple = class index in the bundled models

Meanings = dict[str, int | None]  # value of a label column -> class index, None to be left out

_SHOWN = 8  # values that a sentence names before it only counts
_NEGATIVE = ("negative", "neg", "n", "bad", "false", "no", "unfavorable", "label0", "0")  # bare
_POSITIVE = ("positive", "pos", "p", "good", "true", "yes", "favorable", "label1", "1")
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
_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})", re.ASCII)


def plain_name(label: str) -> str:
    """A label as it is compared at first.

    >>> plain_name(" Not_so good ")
    'not so good'
    """
    return " ".join(label.replace("_", " ").casefold().split())


def bare_name(label: str) -> str:
    """A label as it is compared at last: numbers by their value, else letters and digits alone.

    >>> bare_name("Card_lost!"), bare_name("01.0"), bare_name("-1"), bare_name("?")
    ('cardlost', '1', '-1', '?')
    """
    folded = unicodedata.normalize("NFKC", label).strip().casefold()
    if _NUMBER.fullmatch(folded):
        number = Decimal(folded).normalize()
        return f"{number:f}" if number else "0"
    return "".join(char for char in folded if char.isalnum()) or folded


def is_sentiment(labels: Sequence[str]) -> bool:
    """Whether the labels are negative and positive, in this order.

    >>> is_sentiment(["NEGATIVE", "POSITIVE"]), is_sentiment(["ham", "spam"])
    (True, False)
    """
    return tuple(label.lower() for label in labels) == SENTIMENT


class LabelReader:
    """What the values of a column stand for among some `labels`.

    Values stand for the labels whose names they are, whatever their case, spaces and punctuation
    and however a number is written; of two labels that say no and yes also for words that say so;
    or else for labels by number, from 0 or from 1 on. For negative and positive numbers are a
    scale, whose middle is left out, if there is one. Of these the first counts that reads all
    `values`; where none does, names and words alone. `by_name` says whether a value is a name.

    >>> LabelReader(SENTIMENT, ["1.0", "0.0"]).of("1"), LabelReader(["no", "yes"], ["NO"]).of("0")
    (1, 0)
    """

    def __init__(self, labels: Sequence[str], values: Collection[str]) -> None:
        """`values` are those of the column, or of its beginning; none of them need be a label."""
        self.labels = tuple(labels)
        given = {value.strip() for value in values} - {""}
        named = _names([(label, at) for at, label in enumerate(self.labels)])
        told = {**_words(self.labels), **named}
        self.by_name = any(_found(named, value) for value in given)
        whole = (
            table
            for table in (told, *_numbers(self.labels, given))
            if all(_found(table, value) for value in given)
        )
        self._table = next(whole, told)

    def of(self, value: str) -> int | None:
        """The index of the label that the value stands for; None for none."""
        return next(iter(_found(self._table, value)), None)

    def is_middle(self, value: str) -> bool:
        """Whether the value is on the scale, and on neither side of it."""
        return None in _found(self._table, value)

    def meanings(self, values: Collection[str]) -> Meanings:
        """Value -> index of the label it stands for, None to be left out."""
        return {value: self.of(value) for value in values}

    def said(self, values: Collection[str]) -> str:
        """A sentence on how they are read; "" where all are names of labels as these are written.

        >>> LabelReader(SENTIMENT, ["0", "1"]).said(["0", "1"])
        "Labels are read as: '0' negative, '1' positive."
        """
        read = [(value, at) for value in sorted(set(values)) if (at := self.of(value)) is not None]
        if all(value.strip() == self.labels[at] for value, at in read):
            return ""
        first = read[:_SHOWN]
        shown = ", ".join(f"{value.strip()[:40]!r} {self.labels[at]}" for value, at in first)
        more = f", and {len(read) - _SHOWN} more" if len(read) > _SHOWN else ""
        return f"Labels are read as: {shown}{more}."


Table = Mapping[str, int | None]  # what is read, in one of its forms -> index of a label
_FORMS = (str.strip, plain_name, bare_name)  # the first by which a value is found counts


def _found(table: Table, value: str) -> list[int | None]:
    """What the value stands for in the table, in a list; an empty one where it is not there."""
    return [table[form(value)] for form in _FORMS if form(value) in table][:1]


def _names(names: Sequence[tuple[str, int]]) -> Table:
    """Each name in all forms -> its index, but for forms that names of other labels have, too."""
    table: dict[str, int | None] = {}
    for form in _FORMS:
        owners: dict[str, set[int]] = {}
        for name, at in names:
            owners.setdefault(form(name), set()).add(at)
        alone = {key: at for key, (at, *more) in owners.items() if not more}
        table = {**alone, **table}
    return table


def _numbers(labels: tuple[str, ...], values: Collection[str]) -> list[Table]:
    """Ways to read numbers that are no names, in the order in which they are tried."""
    if is_sentiment(labels):
        return [_scale(values)]
    return [_names([(str(at + first), at) for at in range(len(labels))]) for first in (0, 1)]


def _words(labels: Sequence[str]) -> Table:
    """Words for no and for yes, where the two labels say one of these each."""
    sides = [[bare_name(label) in words for words in (_NEGATIVE, _POSITIVE)] for label in labels]
    if sorted(sides) != [[False, True], [True, False]]:
        return {}
    no = sides.index([True, False])
    return _names([(word, no) for word in _NEGATIVE] + [(word, 1 - no) for word in _POSITIVE])


def _scale(values: Collection[str]) -> Table:
    """Negative below the middle of the scale that holds all values, positive above it."""
    numbers = set(map(bare_name, values))
    scale = next((known for known in _SCALES if numbers <= set(map(str, known))), ())
    middle = sum(scale) / max(1, len(scale))
    return {str(n): None if n == middle else int(n > middle) for n in scale}


def named(labels: Sequence[str]) -> str:
    """Labels for a sentence: the first few, and how many more.

    >>> named(["a", "b"]), named([str(n) for n in range(10)])[-14:]
    ("'a', 'b'", "'7' and 2 more")
    """
    shown = ", ".join(repr(label[:40]) for label in labels[:_SHOWN])
    more = len(labels) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def without_rows(labels: Sequence[str], rows: Sequence[int]) -> str:
    """A sentence on the labels that none of the `rows`, counted by label, has; "" if all occur.

    >>> without_rows(["a", "b", "c"], [3, 0, 1])
    "No row has the label 'b': macro F1 says nothing of it, or is lowered by answers with it."
    """
    absent = [label for label, count in zip(labels, rows, strict=True) if not count]
    if not absent:
        return ""
    which, it = ("label", "it") if len(absent) == 1 else ("labels", "them")
    return (
        f"No row has the {which} {named(absent)}: macro F1 says nothing of {it}, or is lowered by "
        f"answers with {it}."
    )


def written_twice(labels: Collection[str]) -> list[tuple[str, ...]]:
    """Groups of labels that are the same number, written in several ways.

    >>> written_twice(["1", "01", "2", "card lost", "card-lost"])
    [('01', '1')]
    """
    groups: dict[str, list[str]] = {}
    for label in sorted(labels):
        if _NUMBER.fullmatch(label.strip()):
            groups.setdefault(bare_name(label), []).append(label)
    return [tuple(group) for group in groups.values() if len(group) > 1]
