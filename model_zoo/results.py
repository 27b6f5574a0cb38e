"""Frozen records that cross the border between the library and whoever shows them.

They hold text, numbers and tuples, never tensors, so that they can be cached, compared,
sent to JSON and drawn without importing torch.
"""

from dataclasses import dataclass
from math import ceil
from statistics import median

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


@dataclass(frozen=True, slots=True)
class Course:
    """How one model's answer forms: its probability of positive after each step.

    `reading` says what a step is. "forward": element i is after the text's tokens 0 to i,
    "backward": after its last token down to token i (special tokens have no element). "layers":
    element i is after layer i, 0 being the embeddings.
    """

    model: str
    reading: str
    positive: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one model took for one text, again and again.

    `samples_ms` are wall-clock milliseconds of whole calls, from text to probabilities, in the
    order they were made, after `warm_up` calls that are not counted. Each call reads `batch`
    copies of the text, of `tokens` tokens each, on `threads` torch threads.
    """

    model: str
    tokens: int
    batch: int
    threads: int
    warm_up: int
    samples_ms: tuple[float, ...]

    @property
    def median_ms(self) -> float:
        """Median over the calls, milliseconds a call."""
        return median(self.samples_ms)

    @property
    def p95_ms(self) -> float:
        """95th percentile by nearest rank, milliseconds a call; under 20 calls, the slowest."""
        return sorted(self.samples_ms)[ceil(0.95 * len(self.samples_ms)) - 1]


@dataclass(frozen=True, slots=True)
class Host:
    """The machine something was measured on. `memory_bytes` is what this process may use:
    the machine's memory, or its control group's limit where `memory_limited`."""

    processor: str
    cores: int
    memory_bytes: int
    memory_limited: bool
    python: str
    torch: str
