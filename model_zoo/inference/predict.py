"""Texts -> predictions, with the time each part took."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from model_zoo.errors import WeightsError
from model_zoo.models.loading import Model
from model_zoo.models.network import softmax
from model_zoo.text.tokens import Encoded, check_readable

BATCH_SIZE = 32  # texts that are computed together
MAX_BATCH_TOKENS = 4096  # bounds memory: 32 texts of 512 tokens would take half a GB in BERT


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one model makes of one text.

    `probabilities` follow `labels` and sum to 1. `tokenize_ms` and `forward_ms` are wall-clock
    milliseconds for this text; in a batch they are the batch's time shared out equally over the
    texts that were computed together. `unknown` counts tokens outside the vocabulary.

    >>> p = Prediction("m", "Why?", ("who", "why", "how"), (0.25, 0.5, 0.25), (), 0, 0, 0.1, 0.2)
    >>> p.label, p.confidence, p.margin, p.of("how"), p.top(2)
    ('why', 0.5, 0.25, 0.25, [('why', 0.5), ('who', 0.25)])
    """

    model: str
    text: str
    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    tokens: tuple[str, ...]
    unknown: int
    dropped: int
    tokenize_ms: float
    forward_ms: float

    @property
    def truncated(self) -> bool:
        """Whether tokens were cut off."""
        return self.dropped > 0

    @property
    def label(self) -> str:
        """The likeliest label, the first of those that are."""
        return self.labels[self.probabilities.index(self.confidence)]

    @property
    def confidence(self) -> float:
        """Probability of the predicted label."""
        return max(self.probabilities)

    @property
    def margin(self) -> float:
        """How far the likeliest label is ahead of the next, 0 to 1."""
        first, second = sorted(self.probabilities)[:-3:-1]
        return first - second

    def top(self, count: int = 3) -> list[tuple[str, float]]:
        """The likeliest labels with their probabilities, the likeliest first."""
        ranked = sorted(zip(self.labels, self.probabilities, strict=True), key=lambda at: -at[1])
        return ranked[:count]

    def of(self, label: str) -> float:
        """Probability of `label`; ValueError where the model has no such label."""
        return self.probabilities[self.labels.index(label)]


def predict(
    model: Model, texts: Sequence[str], *, batch_size: int = BATCH_SIZE
) -> list[Prediction]:
    """One Prediction a text, in the order given.

    Inside, texts are sorted by length and computed `batch_size` at a time, so that little is
    padded; in a batch of several, times are shared out equally. Raises TextError, with the
    position, for a text without anything to read (empty, blank or control characters only).
    """
    started = perf_counter()
    encoded = model.encode(texts)
    tokenize_ms = 1e3 * (perf_counter() - started) / max(1, len(encoded))
    check_readable(encoded)

    predictions: dict[int, Prediction] = {}
    for batch in batches(encoded, batch_size):
        started = perf_counter()
        rows = probabilities(model, [encoded[i] for i in batch])
        forward_ms = 1e3 * (perf_counter() - started) / len(batch)
        for i, row in zip(batch, rows, strict=True):
            predictions[i] = Prediction(
                model=model.id,
                text=encoded[i].text,
                labels=model.labels,
                probabilities=row,
                tokens=encoded[i].tokens,
                unknown=encoded[i].tokens.count(model.network.tokenizer.unknown),
                dropped=encoded[i].dropped,
                tokenize_ms=tokenize_ms,
                forward_ms=forward_ms,
            )
    return [predictions[i] for i in range(len(encoded))]


def batches(encoded: Sequence[Encoded], size: int = BATCH_SIZE) -> Iterator[list[int]]:
    """Positions of `encoded`, shortest first; at most `size` texts, MAX_BATCH_TOKENS a batch."""
    batch: list[int] = []
    for i in sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids)):
        padded = (len(batch) + 1) * len(encoded[i].ids)  # the batch with this one: it is longest
        if batch and (len(batch) == size or padded > MAX_BATCH_TOKENS):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def probabilities(model: Model, encoded: Sequence[Encoded]) -> list[tuple[float, ...]]:
    """Each text's probabilities of the model's labels, computed as one batch; each sums to 1.

    Raises WeightsError where a network gives what is no number.
    """
    tokenizer = model.network.tokenizer
    lengths = np.array([len(item.ids) for item in encoded])
    places = np.arange(lengths.max())
    if tokenizer.pad_left:
        real = places >= len(places) - lengths[:, None]  # (B, T)
    else:
        real = places < lengths[:, None]
    ids = np.full(real.shape, tokenizer.pad_id)
    ids[real] = np.concatenate([item.ids for item in encoded])
    logits = model.network.classify(ids, real.astype(np.int64))  # (B, C)
    if not np.isfinite(logits).all():
        raise WeightsError(
            f"{model.title} answers a text with what is no number. Its weights are not fit for it; "
            "choose another model."
        )
    return [tuple(row) for row in softmax(logits).tolist()]
