"""How surprising each word of a text is to a language model."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import log

import numpy as np

from model_zoo.language_models.likelihood import piece_log_probabilities
from model_zoo.language_models.models import LanguageModel

MOST_WORDS = 64  # a model that sees both sides reads the text once for every piece
MOST_PIECES = 160
_BEHIND = 32  # pieces behind the last that is asked for, which are read all the same


@dataclass(frozen=True, slots=True)
class Surprise:
    """`bits` (W,) for the first W words of the text: -log2 of the probability of all its pieces.

    Words that do not stand there as they are meant are None: unknown ones ([UNK]), [MASK], and a
    first one that is longer than MOST_PIECES. `left_out` counts the words that are not asked for:
    those behind the first MOST_WORDS or MOST_PIECES, as far as the tokenizer reads.
    """

    bits: tuple[float | None, ...]
    left_out: int


def surprise(
    model: LanguageModel, text: str, advance: Callable[[int], object] = lambda pieces: None
) -> Surprise:
    """The surprise of each word given what the model may see; TextError for an empty text.

    `advance` is told how many more pieces are done.
    """
    encoded = model.read(text)
    last = {word: at for at, word in enumerate(encoded.word_of) if word is not None}  # its piece
    whole = [word for word, at in last.items() if at <= MOST_PIECES][:MOST_WORDS]
    end = 1 + (last[whole[-1]] if whole else MOST_PIECES)
    read = min(end + _BEHIND, len(encoded.ids) - 1)
    asked = replace(
        encoded,
        ids=(*encoded.ids[:read], encoded.ids[-1]),
        word_of=(*encoded.word_of[:read], None),
    )
    (values,) = piece_log_probabilities(model, [asked], advance, most=end - 1)
    count = max(1, len(whole))
    sums = np.zeros(count)
    unread = set() if whole else {0}
    for id, word, value in zip(asked.ids[1:end], asked.word_of[1:end], values, strict=True):
        if word is not None:
            sums[word] -= value / log(2)
            if id in (model.vocabulary.unknown, model.vocabulary.mask):
                unread.add(word)
    bits = tuple(None if word in unread else float(sums[word]) for word in range(count))
    return Surprise(bits, len(encoded.words) - count)
