"""Frozen records that cross the border between the library and whoever shows them.

They hold text, numbers and tuples, never tensors, so that they can be cached, compared,
sent to JSON and drawn without importing torch.
"""

from dataclasses import dataclass

LABELS = ("negative", "positive")  # index in this tuple = class index in every model


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text as the models read it; the tuples run over its N tokens.

    `spans[i]` is the half-open range of characters of `text` that token i was made from, (0, 0)
    for the special tokens around the text. `word_of[i]` is the index into `words` of the word
    that token i belongs to, None for special tokens. `words` are half-open ranges of characters,
    in order, none overlapping. `dropped` counts the tokens cut off at the model's limit.
    """

    text: str
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    word_of: tuple[int | None, ...]
    words: tuple[tuple[int, int], ...]
    dropped: int

    @property
    def truncated(self) -> bool:
        return self.dropped > 0

    @property
    def word_texts(self) -> tuple[str, ...]:
        """The words as typed."""
        return tuple(self.text[start:end] for start, end in self.words)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one model makes of one text.

    `probabilities` follow LABELS and sum to 1. `tokenize_ms` and `forward_ms` are wall-clock
    milliseconds for this text; in a batch they are the batch's time shared out equally over the
    texts that were computed together. `unknown` counts tokens outside the vocabulary.
    """

    model: str
    text: str
    label: str
    probabilities: tuple[float, float]
    tokens: tuple[str, ...]
    unknown: int
    dropped: int
    tokenize_ms: float
    forward_ms: float

    @property
    def truncated(self) -> bool:
        return self.dropped > 0

    @property
    def confidence(self) -> float:
        """Probability of the predicted label, 0.5 to 1."""
        return max(self.probabilities)

    @property
    def positive(self) -> float:
        """Probability of the positive label, 0 to 1."""
        return self.probabilities[1]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What there is to know of a model without loading it.

    `parameters` counts every weight; `core_parameters` leaves out the word embeddings and the
    classification head, so that the recurrent or encoder parts can be compared. `size_bytes` is
    the weights file on disk. `accuracy` and `ci95` (fractions) come from the model's own metrics
    file, None where it has none.
    """

    name: str
    title: str
    architecture: str
    layers: int
    parameters: int
    core_parameters: int
    size_bytes: int
    accuracy: float | None
    ci95: tuple[float, float] | None
