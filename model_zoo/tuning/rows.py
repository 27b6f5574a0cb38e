"""The rows of a labelled file: read, checked, and counted, with what was wrong with them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from model_zoo.errors import DataError
from model_zoo.labels import plain_name
from model_zoo.models.classes import MOST_LABEL_CHARACTERS, MOST_LABELS
from model_zoo.tables.table import open_table
from model_zoo.text.tokens import TextTokenizer

LEAST_ROWS, MOST_ROWS = 50, 1_000_000


@dataclass(slots=True)
class Rows:
    """Texts, the label of each, and its key: equal for texts that the models read alike."""

    texts: list[str]
    labels: list[str]
    keys: list[bytes]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, places: Sequence[int]) -> "Rows":
        """The rows at these places, in their order."""
        return Rows(
            [self.texts[i] for i in places],
            [self.labels[i] for i in places],
            [self.keys[i] for i in places],
        )


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What reading a file left out, in rows.

    `unreadable` hold no text that a model reads; `unlabelled` no label; `repeated` are read as an
    earlier row with the same label; `contradicting` as one with another label, which is kept.
    """

    unreadable: int = 0
    unlabelled: int = 0
    repeated: int = 0
    contradicting: int = 0


def read_rows(
    file: Path | bytes,
    name: str,
    text: str,
    label: str,
    tokenizer: TextTokenizer,
    *,
    header: bool = True,
    sheet: str | None = None,
    tell: Callable[[str], None] | None = None,
    advance: Callable[[int], None] = lambda rows: None,
) -> tuple[Rows, Cleaned]:
    """The usable rows of a table, each text once, and what was left out.

    `file` is a path, or bytes that came under `name`; texts that `tokenizer` reads alike are one
    text; `advance` is told how many rows were read. For `header`, `sheet` and `tell` see
    `open_table`.
    Labels are without spaces around them. Raises DataError where the file, or one of the two
    columns, cannot be used, or it has more than MOST_ROWS rows.
    """
    table = open_table(file, name, header=header, sheet=sheet, tell=tell)
    text_at, label_at = table.column(text), table.column(label)
    rows = Rows([], [], [])
    first: dict[bytes, str] = {}
    left = Counter[str]()
    read = 0
    for chunk in table.chunks():
        read += len(chunk)
        if read > MOST_ROWS:
            raise DataError(f"{name} has more than {MOST_ROWS:,} rows. Give a random part of them.")
        keys = tokenizer.keys([row[text_at] for row in chunk])
        for row, key in zip(chunk, keys, strict=True):
            meant = row[label_at].strip()
            if not key:
                left["unreadable"] += 1
            elif not meant:
                left["unlabelled"] += 1
            elif key in first:
                left["repeated" if first[key] == meant else "contradicting"] += 1
            else:
                first[key] = meant
                rows.texts.append(row[text_at])
                rows.labels.append(meant)
                rows.keys.append(key)
        advance(read)
    return rows, Cleaned(**left)


def check_labels(name: str, labels: Sequence[str]) -> tuple[str, ...]:
    """The different labels in order, by number where all are numbers; DataError if they are unfit.

    >>> check_labels("a.csv", ["10", "9", "10"])
    ('9', '10')
    """
    kinds = sorted(set(labels))
    if len(kinds) < 2:
        only = f"only one label, {kinds[0][:40]!r}" if kinds else "no labels"
        raise DataError(f"{name} has {only}. Training needs at least two.")
    if len(kinds) > MOST_LABELS:
        raise DataError(
            f"{name} has {len(kinds):,} different labels, and {MOST_LABELS} are the most. Is this "
            "the column of labels? Merge some, or choose another column."
        )
    if long := [kind for kind in kinds if len(kind) > MOST_LABEL_CHARACTERS]:
        raise DataError(
            f"{name} has a label longer than {MOST_LABEL_CHARACTERS} characters, "
            f"{long[0][:40]!r}…. Is this the column of labels? Shorten it, or choose another one."
        )
    if all(kind.isdecimal() for kind in kinds):
        kinds.sort(key=int)
    same: dict[str, str] = {}
    for kind in kinds:
        other = same.setdefault(plain_name(kind), kind)
        if other != kind:
            raise DataError(
                f"{name}: the labels {other!r} and {kind!r} differ in case, spaces or underscores "
                "only. Write both alike."
            )
    return tuple(kinds)
