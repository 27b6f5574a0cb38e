"""How surprising each word of a text is to a language model."""

from dataclasses import dataclass, replace
from math import log

import numpy as np

from model_zoo.language.likelihood import piece_log_probabilities
from model_zoo.language.models import LanguageModel

MOST_WORDS = 64  # a model that sees both sides reads the text once for every piece


@dataclass(frozen=True, slots=True)
class Surprise:
    """`bits` (W,) for the first W words of the text: -log2 of the probability of all its pieces.

    Unknown words ([UNK]) are None: what stands there was never read. `left_out` counts the words
    behind the first MOST_WORDS, which are not read.
    """

    bits: tuple[float | None, ...]
    left_out: int


def surprise(model: LanguageModel, text: str) -> Surprise:
    """The surprise of each word given what the model may see; TextError for an empty text."""
    encoded = model.read(text)
    count = min(len(encoded.words), MOST_WORDS)
    asked = encoded
    if count < len(encoded.words):  # for time's sake the rest is not read at all
        cut = next(i for i, word in enumerate(encoded.word_of) if word == count)
        asked = replace(
            encoded,
            ids=(*encoded.ids[:cut], encoded.ids[-1]),
            word_of=(*encoded.word_of[:cut], None),
        )
    (values,) = piece_log_probabilities(model, [asked])
    sums = np.zeros(count)
    unknown = set()
    pieces = zip(asked.ids[1:-1], asked.word_of[1:-1], values, strict=True)
    for id, word, value in pieces:
        if word is not None:
            sums[word] -= value / log(2)
            if id == model.vocabulary.unknown:
                unknown.add(word)
    bits = tuple(None if word in unknown else float(sums[word]) for word in range(count))
    return Surprise(bits, len(encoded.words) - count)
