"""Rows to learn from, to choose by and to compare on: three parts, no text in two of them.

Texts are the same where the models read them alike.
"""

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model_zoo.errors import DataError
from model_zoo.labels import LabelReader, named, written_twice
from model_zoo.models.files import sha256_of
from model_zoo.models.registry import spec
from model_zoo.text.tokens import TextTokenizer
from model_zoo.tuning.rows import (
    LEAST_ROWS,
    Cleaned,
    Rows,
    check_labels,
    read_rows,
)
from model_zoo.tuning.settings import TrainingSettings

TOKENIZER = "bert"  # the four share one, which the bundled models have
_SAMPLE = 2000  # rows that lengths are estimated from
LOPSIDED = 3.0  # so many times more rows of one label than of another: the rare one counts more


@dataclass(frozen=True, slots=True)
class Inspection:
    """What there is to know of a labelled file before training on it.

    `counts` are rows a label, all parts together, in the labels' order. `train`, `validation` and
    `test` are rows of each part. `shared` rows stood in a later part as well and were taken out of
    the earlier one: out of train where validation or test has them. `tokens` are mean and 95th
    percentile a row, and `cut` the share of rows longer than the models read, from a sample.
    `sha256` vouches for the files' bytes. `remarks` say how files and labels were read.
    """

    counts: Mapping[str, int]
    train: int
    validation: int
    test: int
    cleaned: Cleaned
    shared: int
    tokens: tuple[float, float]
    cut: float
    sha256: str
    remarks: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels in order."""
        return tuple(self.counts)

    @property
    def lopsided(self) -> bool:
        """Whether the labels' rows differ so much that rare labels are given more weight."""
        return max(self.counts.values()) > LOPSIDED * min(self.counts.values())


@dataclass(frozen=True, slots=True)
class Part:
    """Texts and the index of each one's label."""

    texts: list[str]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, slots=True)
class Split:
    """The three parts of a file, and what was seen on the way."""

    labels: tuple[str, ...]
    train: Part
    validation: Part
    test: Part
    inspection: Inspection


def prepare(
    settings: TrainingSettings,
    data: bytes | None = None,
    advance: Callable[[int], None] = lambda rows: None,
) -> Split:
    """The file of `settings`, or `data` that came under its name, in three parts.

    Shares are of all rows and drawn label by label, the same for the same rows and seed. `advance`
    is told how many rows of a file were read. Raises DataError, naming what is wrong and what to
    do, where the file cannot be used: too few rows or labels, or labels too rare to be in every
    part.
    """
    name = settings.file.name
    given: bytes | Path = settings.file if data is None else data
    tokenizer = TextTokenizer(spec(TOKENIZER).folder)
    remarks: list[str] = []
    columns: dict[str, Any] = {
        "text": settings.text,
        "label": settings.label,
        "tokenizer": tokenizer,
        "header": settings.header,
        "tell": remarks.append,
    }
    rows, cleaned = read_rows(given, name, **columns, sheet=settings.sheet, advance=advance)
    if len(rows) < LEAST_ROWS:
        raise DataError(
            f"{name} has {len(rows)} usable rows (texts with a label that the models can tell "
            f"apart); training needs {LEAST_ROWS} at least. Label some more."
        )
    labels = check_labels(name, rows.labels)
    parts: dict[str, Rows] = {}
    for part in ("test", "validation"):
        source = getattr(settings, part)
        if isinstance(source, Path):
            parts[part] = read_rows(source, source.name, **columns)[0]
            remarks += _read_labels(source.name, parts[part], labels)
    remarks += [
        f"The labels {named(twice)} are the same number, written in several ways, and learnt as "
        "different labels. Write them alike if they are one."
        for twice in written_twice(labels)
    ]
    _check_rare(name, rows.labels, 3 - len(parts))
    counts, still = Counter(rows.labels), 3 - len(parts)
    for part in ("test", "validation"):
        if part not in parts:
            still -= 1
            share = getattr(settings, part)
            wanted = {label: max(1, round(share * count)) for label, count in counts.items()}
            chosen, others = draw(rows.labels, wanted, f"{settings.seed} {part}", leave=still)
            parts[part], rows = rows.take(chosen), rows.take(others)
    shared = 0
    taken = set(parts["test"].keys)
    parts["validation"], gone = _without(parts["validation"], taken)
    taken |= set(parts["validation"].keys)
    shared += gone
    rows, gone = _without(rows, taken)
    shared += gone
    parts["train"] = rows
    _check_left(name, parts, labels)
    index = {label: number for number, label in enumerate(labels)}
    everything = Counter(label for part in parts.values() for label in part.labels)
    mean, high, cut = _lengths(rows.texts, tokenizer, settings.seed)
    ready = {
        part: Part(of.texts, np.array([index[label] for label in of.labels], dtype=np.int64))
        for part, of in parts.items()
    }
    inspection = Inspection(
        counts={label: everything[label] for label in labels},
        train=len(ready["train"]),
        validation=len(ready["validation"]),
        test=len(ready["test"]),
        cleaned=cleaned,
        shared=shared,
        tokens=(mean, high),
        cut=cut,
        sha256=checksum(settings, data),
        remarks=tuple(remarks),
    )
    return Split(labels, ready["train"], ready["validation"], ready["test"], inspection)


def checksum(settings: TrainingSettings, data: bytes | None = None) -> str:
    """sha256 over the bytes of the file, or `data` in its place, and of the files of other parts.

    DataError where one is gone.
    """
    parts = [part for part in (settings.validation, settings.test) if isinstance(part, Path)]
    sums = [] if data is None else [hashlib.sha256(data).hexdigest()]
    try:
        sums += [sha256_of(file) for file in ([settings.file] if data is None else []) + parts]
    except OSError as error:
        raise DataError(
            f"{error.filename} cannot be read ({error.strerror}). Put the file back, or name "
            "another."
        ) from None
    return sums[0] if len(sums) == 1 else hashlib.sha256("".join(sums).encode()).hexdigest()


def draw(
    labels: Sequence[str], wanted: Mapping[str, int], seed: str, leave: int = 0
) -> tuple[list[int], list[int]]:
    """Places of (so many rows of every label as `wanted` says, the others), in order.

    Of no label are fewer than `leave` rows left.

    >>> chosen, others = draw(["a"] * 10 + ["b"] * 4, {"a": 2, "b": 4}, "0", leave=3)
    >>> len(chosen), len(others), [place >= 10 for place in chosen]
    (3, 11, [False, False, True])
    """
    by_label = defaultdict(list)
    for place, label in enumerate(labels):
        by_label[label].append(place)
    chosen: set[int] = set()
    for label in sorted(by_label):
        places = by_label[label]
        count = min(wanted[label], len(places) - leave)
        chosen.update(random.Random(f"{seed} {label}").sample(places, count))
    return sorted(chosen), [place for place in range(len(labels)) if place not in chosen]


def _check_rare(name: str, labels: Sequence[str], parts: int) -> None:
    """DataError where a label has fewer rows than there are parts to draw from them."""
    counts = Counter(labels)
    rare = sorted((label for label in counts if counts[label] < parts), key=counts.__getitem__)
    if rare:
        raise DataError(
            f"{name}: too few rows to split ({parts} are needed, one for each part) of "
            f"{'the label' if len(rare) == 1 else 'the labels'} {named(rare)}. Add rows, merge "
            "labels, or take these rows out."
        )


def _read_labels(name: str, rows: Rows, labels: Sequence[str]) -> list[str]:
    """Have the rows of another file bear these labels, as their values stand for them.

    Returns a sentence on how they were read, where that is not plain. DataError where there are
    none, or labels that cannot be learned.
    """
    if not len(rows):
        raise DataError(f"{name} has no usable rows. Give texts with labels.")
    values = set(rows.labels)
    reader = LabelReader(labels, values)
    meanings = {value: at for value, at in reader.meanings(values).items() if at is not None}
    if unknown := sorted(values - set(meanings)):
        raise DataError(
            f"{name} has labels that no training row has: {named(unknown)}. Write labels alike in "
            "both files, or take these rows out."
        )
    rows.labels = [labels[meanings[value]] for value in rows.labels]
    sentence = reader.said(values)
    return [f"{name}: {sentence[0].lower()}{sentence[1:]}"] if sentence else []


def _check_left(name: str, parts: Mapping[str, Rows], labels: Sequence[str]) -> None:
    """DataError where taking out shared rows has left a part, or a label in train, without any."""
    for part, rows in parts.items():
        if not len(rows):
            raise DataError(
                f"No {part} rows are left once texts that stand in two parts are taken out. Give "
                "different rows for each part."
            )
    if gone := sorted(set(labels) - set(parts["train"].labels)):
        raise DataError(
            f"{name}: all rows of {named(gone)} stand among the validation or test rows as well. "
            "Give different rows for each part."
        )


def _without(rows: Rows, taken: set[bytes]) -> tuple[Rows, int]:
    """The rows whose texts are not `taken`, and how many are."""
    kept = [place for place, key in enumerate(rows.keys) if key not in taken]
    return rows.take(kept), len(rows) - len(kept)


def _lengths(
    texts: Sequence[str], tokenizer: TextTokenizer, seed: int
) -> tuple[float, float, float]:
    """Mean and 95th percentile of tokens a row, and the share that is cut, from a sample."""
    sample = random.Random(seed).sample(texts, min(_SAMPLE, len(texts)))
    encoded = tokenizer.encode(sample)
    lengths = np.array([len(item.ids) for item in encoded])
    cut = np.mean([item.truncated for item in encoded])
    return float(lengths.mean()), float(np.quantile(lengths, 0.95)), float(cut)
