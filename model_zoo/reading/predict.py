"""Texts -> predictions, with the time each part took."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from model_zoo.labels import LABELS
from model_zoo.models.loading import Model
from model_zoo.text.tokens import Encoded, check_readable

BATCH_SIZE = 32  # texts that are computed together
MAX_BATCH_TOKENS = 4096  # bounds memory: 32 texts of 512 tokens would take half a GB in BERT


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
        """Whether tokens were cut off."""
        return self.dropped > 0

    @property
    def confidence(self) -> float:
        """Probability of the predicted label, 0.5 to 1."""
        return max(self.probabilities)

    @property
    def positive(self) -> float:
        """Probability of the positive label, 0 to 1."""
        return self.probabilities[1]


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
        for i, (negative, positive) in zip(batch, rows, strict=True):
            predictions[i] = Prediction(
                model=model.id,
                text=encoded[i].text,
                label=LABELS[positive > negative],
                probabilities=(negative, positive),
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


def probabilities(model: Model, encoded: Sequence[Encoded]) -> list[tuple[float, float]]:
    """(negative, positive) for each text, computed as one batch; each pair sums to 1."""
    import torch

    longest = max(len(item.ids) for item in encoded)
    pad = model.network.tokenizer.pad_id
    padded = [list(item.ids) + [pad] * (longest - len(item.ids)) for item in encoded]
    ids = torch.tensor(padded)  # (B, T)
    lengths = torch.tensor([len(item.ids) for item in encoded])
    mask = (torch.arange(longest) < lengths[:, None]).long()  # (B, T)
    with torch.inference_mode():
        logits = model.network.logits(ids, mask)  # (B, 2)
        # in float64 the pair sums to 1 to the last printed digit
        return [tuple(row) for row in logits.double().softmax(-1).tolist()]
