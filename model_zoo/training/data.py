"""Training rows, and a held-out part of them that does not flatter.

The rows of SST-2's training file are phrases of one another: "great" and "the acting is great"
stand beside the sentence they were cut from. A random split therefore tests on what was trained
on. Here whole sentences are held out together with every phrase contained in one of them. Texts
are the same where the models read them alike ("Café ." and "cafe."), whichever file they are from.
"""

import csv
import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from model_zoo.errors import DataError
from model_zoo.text.tokens import TextTokenizer


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled text; `label` indexes SENTIMENT."""

    text: str
    label: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a training run reads: rows to learn from, to choose by, and to report on at the end.

    `reported` are named sets of rows that training must not look at. `sha256` is over the bytes
    (texts and labels) of all of them, in order.
    """

    train: tuple[Row, ...]
    held_out: tuple[Row, ...]
    reported: dict[str, tuple[Row, ...]]
    sha256: str


def read_corpus(
    source: str,
    tokenizer: TextTokenizer,
    *,
    extra: Path | None = None,
    held_out: int = 1000,
    limit: int | None = None,
) -> Corpus:
    """SST-2 from a folder with train.tsv and validation.tsv, or from the Hub where source = "hub".

    `extra` adds a fixed half of another labelled file to the training rows and the other half to
    `reported`, as "unseen_half". `held_out` is the number of whole sentences kept for choosing;
    `limit` cuts every part to that many rows, for a trial run. What `tokenizer` reads alike is the
    same text: none that is reported is chosen by, none of both, nor a phrase of the chosen ones, is
    learnt from. Raises DataError where the data are not to be had.
    """
    train, validation = _from_hub() if source == "hub" else _from_folder(Path(source))
    learn, chosen = hold_out(train, held_out)
    reported = {"validation": validation}
    if extra is not None:
        added, unseen = halves(extra)
        learn = learn + added
        once = dict(zip(_keys(unseen, tokenizer), unseen, strict=True))  # of two sources, maybe
        reported["unseen_half"] = list(once.values())
    kept = {key for rows in reported.values() for key in _keys(rows, tokenizer)}
    chosen = _without(chosen, kept, tokenizer)
    parts = list(dict.fromkeys(phrases_of(row.text for row in chosen)))
    learn = _without(learn, kept.union(tokenizer.keys(parts)), tokenizer)
    digest = hashlib.sha256()
    for row in (*learn, *chosen, *(row for rows in reported.values() for row in rows)):
        digest.update(f"{row.text}\t{row.label}\n".encode())
    if limit is not None:
        learn = random.Random(0).sample(learn, min(limit, len(learn)))
        chosen = chosen[:limit]
        reported = {name: rows[:limit] for name, rows in reported.items()}
    return Corpus(
        tuple(learn),
        tuple(chosen),
        {name: tuple(rows) for name, rows in reported.items()},
        digest.hexdigest(),
    )


def read_tsv(file: Path, *, group: str | None = None) -> dict[str, list[Row]]:
    """Rows of a tab-separated file with columns sentence and label, by the value of column `group`.

    Without `group` all rows are under "". Raises DataError where file or columns are missing or a
    label is neither 0 nor 1.
    """
    if not file.is_file():
        raise DataError(f"{file} does not exist. Name a folder with train.tsv and validation.tsv.")
    rows: dict[str, list[Row]] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = {"sentence", "label", *([group] if group else [])} - set(reader.fieldnames or ())
        if missing:
            raise DataError(f"{file} has no column named {' or '.join(sorted(missing))}. Add it.")
        for line, row in enumerate(reader, start=2):
            if row["label"] not in ("0", "1"):
                raise DataError(
                    f"{file}, line {line}: label {row['label']!r} is neither 0 nor 1. Mend it."
                )
            labelled = Row(row["sentence"].strip(), int(row["label"]))
            rows.setdefault(row[group] if group else "", []).append(labelled)
    return rows


def _from_folder(folder: Path) -> tuple[list[Row], list[Row]]:
    train, validation = (read_tsv(folder / f"{part}.tsv") for part in ("train", "validation"))
    return train[""], validation[""]


def _from_hub() -> tuple[list[Row], list[Row]]:
    from datasets import load_dataset

    try:
        parts = load_dataset("stanfordnlp/sst2")
    except Exception as error:  # the library raises many kinds, all meaning the same here
        raise DataError(
            f"SST-2 could not be fetched from the Hub ({error}). "
            "Check the connection, or give a folder with train.tsv and validation.tsv."
        ) from error
    train, validation = (
        [Row(row["sentence"].strip(), row["label"]) for row in parts[part]]
        for part in ("train", "validation")
    )
    return train, validation


def halves(file: Path) -> tuple[list[Row], list[Row]]:
    """A labelled file cut in two, each of its sources (a column) in half by sha256 of the text.

    The cut depends on nothing but the texts, so the second half stays unseen in every run.
    """
    first: list[Row] = []
    second: list[Row] = []
    for rows in read_tsv(file, group="source").values():
        order = sorted(set(rows), key=lambda row: hashlib.sha256(row.text.encode()).digest())
        first += order[: len(order) // 2]
        second += order[len(order) // 2 :]
    return first, second


def _keys(rows: Sequence[Row], tokenizer: TextTokenizer) -> list[bytes]:
    return tokenizer.keys([row.text for row in rows])


def _without(rows: Sequence[Row], keys: set[bytes], tokenizer: TextTokenizer) -> list[Row]:
    """The rows whose texts are read as none of those with these keys."""
    pairs = zip(rows, _keys(rows, tokenizer), strict=True)
    return [row for row, key in pairs if key not in keys]


def hold_out(rows: Sequence[Row], sentences: int, seed: int = 0) -> tuple[list[Row], list[Row]]:
    """(training rows, held-out whole sentences), without a phrase of the latter in the former.

    Repeated rows are dropped. Which sentences are held out depends on `seed` and the texts alone.
    """
    unique = sorted(set(rows), key=lambda row: (-row.text.count(" "), row.text, row.label))
    seen: set[str] = set()
    whole: list[Row] = []
    for row in unique:  # longest first, so a sentence comes before its phrases
        if row.text not in seen:
            whole.append(row)
            seen.update(phrases(row.text))
    chosen = random.Random(seed).sample(whole, min(sentences, len(whole) // 2))
    forbidden = set(phrases_of(row.text for row in chosen))
    return [row for row in unique if row.text not in forbidden], chosen


def phrases(text: str) -> Iterator[str]:
    """Every run of whole words of `text`, itself included.

    >>> list(phrases("great fun"))
    ['great', 'great fun', 'fun']
    """
    words = text.split()
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            yield " ".join(words[start:end])


def phrases_of(texts: Iterable[str]) -> Iterator[str]:
    """The phrases of all of `texts`."""
    for text in texts:
        yield from phrases(text)
