"""The missing word: what a language model would put into the blanks of a text."""

from collections.abc import Collection
from dataclasses import dataclass
from math import exp, log

import numpy as np

from model_zoo.errors import TextError
from model_zoo.language_models.models import LanguageModel
from model_zoo.language_models.vocabulary import Vocabulary
from model_zoo.text.tokens import MASK, Encoded

MOST_BLANKS = 20


@dataclass(frozen=True, slots=True)
class Guess:
    """A word for a blank, and its probability among all whole words of the vocabulary."""

    word: str
    probability: float


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank of a text and what one model guesses there.

    `word` is its index among the text's words. `truth` is the word that was blanked, None where the
    text itself has [MASK] there. `rank` (1 for the best guess) and `probability` are the true
    word's; None where there is none, or where it is no single entry of the vocabulary and can
    therefore not be guessed. `best` are the best guesses in order.
    """

    word: int
    truth: str | None
    rank: int | None
    probability: float | None
    best: tuple[Guess, ...]


def guess(
    model: LanguageModel, text: str, blanks: Collection[int] = (), top: int = 10
) -> tuple[Blank, ...]:
    """What the model guesses for each blank, in order: the words `blanks`, and each typed [MASK].

    A blank is read as one [MASK], however long its word is, and all are blank at once: no guess
    sees the word of another. Raises TextError where there is nothing to guess, for indices that are
    no word of the text, and for more than MOST_BLANKS.
    """
    encoded, words = model.read(text), model.vocabulary
    wanted = sorted({*_in(encoded, blanks), *typed(encoded, words)})
    if not wanted:
        if encoded.dropped and MASK in text:
            raise TextError(
                f"The blank is behind the first {len(encoded.ids)} tokens, which are all that is "
                "read. Shorten the text before it."
            )
        raise TextError("There is no blank in the text. Blank a word, or write [MASK] for it.")
    if len(wanted) > MOST_BLANKS:
        raise TextError(f"{len(wanted)} blanks are too many; leave at most {MOST_BLANKS}.")
    ids, at = blanked(encoded, wanted, words)
    rows = whole_words(model.log_probabilities([ids], [(0, at[word]) for word in wanted]), words)
    return tuple(
        _blank(row, encoded, word, words, top) for row, word in zip(rows, wanted, strict=True)
    )


def typed(encoded: Encoded, words: Vocabulary) -> list[int]:
    """The words of the text that are [MASK] already."""
    pairs = zip(encoded.ids, encoded.word_of, strict=True)
    return [word for id, word in pairs if id == words.mask and word is not None]


def blanked(
    encoded: Encoded, blanks: Collection[int], words: Vocabulary
) -> tuple[list[int], dict[int, int]]:
    """The text's token ids with one [MASK] for each word in `blanks`, and where each stands."""
    ids: list[int] = []
    at: dict[int, int] = {}
    for id, word in zip(encoded.ids, encoded.word_of, strict=True):
        if word is None or word not in blanks:
            ids.append(id)
        elif word not in at:
            at[word] = len(ids)
            ids.append(words.mask)
    return ids, at


def whole_words(log_probabilities: np.ndarray, words: Vocabulary) -> np.ndarray:
    """Log probabilities (N, V) made those among whole words alone; -inf for all other entries."""
    rows = np.where(words.whole, log_probabilities.astype(np.float64), -np.inf)
    highest = rows.max(axis=-1, keepdims=True)
    return rows - highest - np.log(np.exp(rows - highest).sum(axis=-1, keepdims=True))


def entry_of(encoded: Encoded, word: int, words: Vocabulary) -> int | None:
    """The vocabulary's entry that the word is by itself; None for one of several pieces."""
    pieces = [at for at, of in enumerate(encoded.word_of) if of == word]
    cut = encoded.dropped and encoded.spans[pieces[-1]][1] < encoded.words[word][1]
    entry = encoded.ids[pieces[0]]
    return entry if len(pieces) == 1 and not cut and words.whole[entry] else None


def _blank(row: np.ndarray, encoded: Encoded, word: int, words: Vocabulary, top: int) -> Blank:
    best = np.argsort(-row, kind="stable")[:top]
    guesses = tuple(Guess(words.entries[i], exp(row[i])) for i in best)
    start, end = encoded.words[word]
    if word in typed(encoded, words):
        return Blank(word, None, None, None, guesses)
    truth = entry_of(encoded, word, words)
    if truth is None:
        return Blank(word, encoded.text[start:end], None, None, guesses)
    rank = 1 + int((row > row[truth]).sum())
    return Blank(word, encoded.text[start:end], rank, exp(row[truth]), guesses)


def _in(encoded: Encoded, blanks: Collection[int]) -> Collection[int]:
    count = len(encoded.words)
    if strange := [word for word in blanks if not 0 <= word < count]:
        raise TextError(
            f"The text has {count} words, numbered from 0; there is no word {strange[0]}."
        )
    return blanks


def bits(probability: float) -> float:
    """How surprising something of that probability is: 0 for the certain, 1 for a coin's side.

    >>> bits(0.125)
    3.0
    """
    return -log(max(probability, 1e-300)) / log(2)
