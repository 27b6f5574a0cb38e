"""The next word: what a language model expects behind a beginning, and writing on word by word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import exp

import numpy as np

from model_zoo.errors import CapabilityError
from model_zoo.language_models.guess import Guess, whole_words
from model_zoo.language_models.models import LanguageModel
from model_zoo.text.tokens import MAX_TOKENS, check_readable

MOST_WORDS = 60
_PIECES = 6  # a word on average, at most: some models never end a word


@dataclass(frozen=True, slots=True)
class Written:
    """A word that was written: its text, and the probability that its pieces had together.

    `spaced` says whether a space belongs before it.
    """

    text: str
    probability: float
    spaced: bool


def next_words(model: LanguageModel, beginning: str, top: int = 10) -> tuple[Guess, ...]:
    """The words the model expects next, best first; TextError for an empty beginning.

    A model that reads from the left was trained for just this. The others are given a [MASK] behind
    the beginning, and see that nothing follows it: they expect what ends a text. Of a beginning
    that is longer than they read, the end is read.
    """
    words = model.vocabulary
    ids = [*read_end(model, beginning)[0], words.mask, words.end]
    (row,) = whole_words(model.log_probabilities([ids], [(0, len(ids) - 2)]), words)
    best = np.argsort(-row, kind="stable")[:top]
    return tuple(Guess(words.entries[i], exp(row[i])) for i in best)


def write(
    model: LanguageModel,
    beginning: str,
    *,
    most_words: int = 20,
    top_k: int = 1,
    temperature: float = 1.0,
    seed: int = 0,
) -> tuple[Written, ...]:
    """What the model writes behind `beginning`, until it ends the text or has `most_words`.

    Of the `top_k` most probable pieces one is drawn each time, by their probabilities at
    `temperature` (below 1: bolder on the best); `top_k` 1 always takes the best ("greedy"). The
    same `seed` draws the same. Of a long beginning the end is read, as `next_words` does. Raises
    CapabilityError for a model that does not read from the left.
    """
    if not model.left_only:
        raise CapabilityError(
            f"{model.title} reads from both sides and cannot write on from the left alone. "
            "Choose the LSTM for this."
        )
    draw = np.random.default_rng(seed)
    pieces = _pieces(model, read_end(model, beginning)[0], top_k, temperature, draw)
    most = min(most_words, MOST_WORDS)
    return tuple(islice(_words(model, beginning, islice(pieces, most * _PIECES)), most))


def joined(beginning: str, written: Sequence[Written]) -> str:
    """The text with what was written behind it.

    >>> joined("The film", [Written("was", 0.5, True), Written(".", 0.5, False)])
    'The film was.'
    """
    return beginning.rstrip() + "".join(f"{' ' * word.spaced}{word.text}" for word in written)


def read_end(model: LanguageModel, beginning: str) -> tuple[list[int], int]:
    """[CLS] and the last pieces of the text, so many that a [MASK] and [SEP] still go behind.

    And how many pieces before them are left out. TextError for an empty beginning.
    """
    (encoded,) = model.tokenizer.encode([beginning], max_tokens=len(beginning) + 2)  # all of it
    check_readable([encoded])
    first, *pieces, _ = encoded.ids
    kept = pieces[-(MAX_TOKENS - 3) :]
    return [first, *kept], len(pieces) - len(kept)


def _pieces(
    model: LanguageModel, ids: list[int], top_k: int, temperature: float, draw: np.random.Generator
) -> Iterator[tuple[int, float]]:
    """(entry, probability) one after the other, until the model ends the text."""
    import torch

    network, words = model.network, model.vocabulary
    barred = words.special.copy()
    barred[words.end] = False
    with torch.inference_mode():
        embedded = network.norm(network.embeddings(torch.tensor([ids])))
        states, memory = network.lstm(embedded)
        while True:
            scores = network.scores(network.transformed(states[:, -1]))[0]
            row = scores.log_softmax(-1).double().numpy()
            row = np.where(barred, -np.inf, row)
            best = np.argsort(-row, kind="stable")[: max(1, top_k)]
            weights = np.exp((row[best] - row[best[0]]) / max(temperature, 1e-6))
            chosen = int(draw.choice(best, p=weights / weights.sum()))
            if chosen == words.end:
                return
            yield chosen, exp(row[chosen])
            embedded = network.norm(network.embeddings(torch.tensor([[chosen]])))
            states, memory = network.lstm(embedded, memory)


def _words(
    model: LanguageModel, before: str, pieces: Iterator[tuple[int, float]]
) -> Iterator[Written]:
    """Pieces put together to words; each is known to be whole once the next one begins.

    `before` is the text so far. A first piece that belongs inside a word goes on with its last one.
    """
    before, text, probability, goes_on = before.rstrip(), "", 1.0, False
    for entry, chance in pieces:
        piece, inner = model.vocabulary.entries[entry], bool(model.vocabulary.inner[entry])
        if text and not inner:
            yield Written(text, probability, spaced := not goes_on and _spaced(before, text))
            before += " " * spaced + text
            text, probability, goes_on = "", 1.0, False
        goes_on = goes_on or (inner and not text)
        text += piece.removeprefix("##")
        probability *= chance
    if text:
        yield Written(text, probability, not goes_on and _spaced(before, text))


_BEHIND, _BEFORE = ".,:;!?%)]}…’", "([{$#"  # what stands close to the word before it, or behind it
_CLOSE = "'-/"  # on both sides
_SHORTENED = ("s", "t", "d", "m", "re", "ve", "ll")  # what may follow an apostrophe


def _spaced(before: str, word: str) -> bool:
    """Whether a space belongs between the text and the word behind it.

    >>> _spaced("I", "was"), _spaced("I don'", "t"), _spaced("I", "."), _spaced('He said "', "I")
    (True, False, False, False)
    """
    last = before[-1:]
    if word[0] == '"':  # it opens where all that came before are closed
        return last not in _BEFORE and before.count('"') % 2 == 0
    if last == '"':
        return before.count('"') % 2 == 0 and word[0] not in _BEHIND
    if last in ("'", "’"):
        return not (before[-2:-1].isalpha() and word in _SHORTENED)
    return word[0] not in _BEHIND + _CLOSE and last not in tuple(_BEFORE + _CLOSE)
