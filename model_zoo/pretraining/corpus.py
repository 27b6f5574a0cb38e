"""Texts to learn a language from: whole rows, cut where they are longer than training reads."""

import hashlib
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_zoo.errors import DataError
from model_zoo.language_models.texts import sources_of, texts_of
from model_zoo.tables.table import open_table
from model_zoo.text.tokens import TextTokenizer
from model_zoo.training.data import phrases, read_tsv
from model_zoo.tuning.token_rows import TokenRows

LONGEST = 128  # tokens a row, special ones counted
_PARTS = ("train", "validation", "test")
_CHUNK = 4096  # texts that are tokenised at once
_RUN = 8  # words in a row that make two texts overlap
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')]*\s+|\n+")
# tokens of a row of sentences: texts with a blank in them are of all lengths
_ROW_SIZES = (32, 64, 128, 128)


@dataclass(frozen=True, slots=True)
class Texts:
    """What language models learn from, choose by, and are tested on.

    `sources` says how many texts of the training part come from where, as far as its file does;
    `sha256` is over all three parts.
    """

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    sources: Mapping[str, int]
    sha256: str


def read_texts(folder: Path, extra: Path | None = None) -> Texts:
    """Column `text` of the folder's train.tsv, validation.tsv and test.tsv.

    `extra` is a labelled file (columns sentence, label) whose whole sentences are added to the
    training texts, each once and without the phrases cut from it. Raises DataError where files,
    columns or texts are missing.
    """
    parts = [texts_of(folder / f"{part}.tsv") for part in _PARTS]
    for part, texts in zip(_PARTS, parts, strict=True):
        if not texts:
            raise DataError(f"{folder / f'{part}.tsv'} holds no text. Give texts to learn from.")
    if extra is not None:
        parts[0] += whole_sentences(row.text for row in read_tsv(extra)[""])
    digest = hashlib.sha256("\n".join(text for part in parts for text in part).encode())
    train, validation, test = map(tuple, parts)
    return Texts(train, validation, test, sources_of(folder / "train.tsv"), digest.hexdigest())


def long_texts(files: Sequence[Path], kept: Iterable[str]) -> list[str]:
    """Column `text` of the files, without the texts that overlap with one of `kept`.

    Two runs of eight words that stand in a kept text are an overlap: what models are tested on is
    not trained on. Raises DataError where a file cannot be read or lacks the column.
    """
    forbidden = {run for text in kept for run in _runs(text)}
    texts: list[str] = []
    for file in files:
        table = open_table(file)
        at = table.column("text")
        texts += [row[at] for row in table.rows()]
    return [text for text in texts if sum(run in forbidden for run in _runs(text)) < 2]


def _runs(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.lower())
    return (" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))


def in_sentences(texts: Sequence[str], seed: int = 0) -> list[str]:
    """The texts cut at ends of sentences into parts of about 30, 60 or 120 words, drawn by `seed`.

    >>> in_sentences(["One. Two."])
    ['One. Two.']
    """
    draw = random.Random(seed)
    parts: list[str] = []
    for text in texts:
        part, size = "", draw.choice(_ROW_SIZES)
        for sentence in filter(str.strip, _SENTENCE_END.split(text)):
            if part and part.count(" ") + sentence.count(" ") + 2 > 0.8 * size:
                parts.append(part)
                part, size = "", draw.choice(_ROW_SIZES)
            part = f"{part} {sentence}".strip()
        if part:
            parts.append(part)
    return parts


def whole_sentences(texts: Iterator[str]) -> list[str]:
    """The texts that are no part of another, longest first.

    >>> whole_sentences(iter(["great", "the acting is great", "great", "fun"]))
    ['the acting is great', 'fun']
    """
    seen: set[str] = set()
    whole = []
    for text in sorted(set(texts), key=lambda text: (-text.count(" "), text)):
        if text not in seen:
            whole.append(text)
            seen.update(phrases(text))
    return whole


def tokenised(texts: Sequence[str], tokenizer: TextTokenizer, longest: int = LONGEST) -> TokenRows:
    """The texts as rows of token ids between [CLS] and [SEP], none longer than `longest`.

    Longer ones go on in the next row. A row's label is 1 where its [SEP] ends the text, 0 where
    the text goes on.
    """
    flat: list[np.ndarray] = []
    lengths: list[int] = []
    ends: list[int] = []
    inside = longest - 2
    for at in range(0, len(texts), _CHUNK):
        chunk = list(map(tokenizer.without_blanks, texts[at : at + _CHUNK]))
        for encoding in tokenizer.backend.encode_batch(chunk):
            first, *ids, last = encoding.ids
            for start in range(0, len(ids), inside):
                part = ids[start : start + inside]
                flat.append(np.array([first, *part, last], dtype=np.uint16))
                lengths.append(len(part) + 2)
                ends.append(int(start + inside >= len(ids)))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return TokenRows(np.concatenate(flat), starts, np.array(ends, dtype=np.int64))


def batches_of_tokens(lengths: np.ndarray, tokens: int, seed: int) -> list[list[int]]:
    """Places of every batch of one epoch: shuffled, of like lengths, at most `tokens` with padding.

    >>> sorted(map(sorted, batches_of_tokens(np.array([2, 4, 2, 4]), 4, seed=0)))
    [[0, 2], [1], [3]]
    """
    draw = np.random.default_rng(seed)
    order = draw.permutation(len(lengths))
    like = order[np.argsort(lengths[order], kind="stable")]  # rows of one length stay shuffled
    batches: list[list[int]] = [[]]
    for place in like.tolist():
        if batches[-1] and (len(batches[-1]) + 1) * lengths[place] > tokens:
            batches.append([])
        batches[-1].append(place)
    return [batches[i] for i in draw.permutation(len(batches))]
