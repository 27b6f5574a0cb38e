"""How far an engine's answers are from torch's."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from model_zoo.models.network import softmax
from model_zoo.paths import SAMPLES
from model_zoo.text.tokens import TextTokenizer

LENGTHS = (1, 2, 3, 7, 23, 64, 129, 512)  # tokens
BATCHES = ((2, 9), (3, 33), (8, 23), (32, 12))  # texts, tokens of the longest
SEED = 20
SENTENCES = ("messages.csv", "opinions.csv")  # samples; not more: answers to them are kept

Batch = tuple[np.ndarray, np.ndarray]  # ids and mask (B, T), int64
Classify = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of these, logits (B, C)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The largest difference of logits and of probabilities, that of probabilities on average,
    and the share of texts with the same answer, all between two engines."""

    logits: float
    probability: float
    mean_probability: float
    answers: float


def answers(classify: Classify, batches: Iterable[Batch]) -> np.ndarray:
    """The logits (N, C) that `classify` gives for the N texts in `batches`."""
    return np.concatenate([classify(*batch) for batch in batches])


def agreement(ours: np.ndarray, theirs: np.ndarray) -> Agreement:
    """How the logits (N, C) of two engines for the same texts agree."""
    first, second = ours.astype(np.float64), theirs.astype(np.float64)
    moved = np.abs(softmax(first) - softmax(second)).max(axis=1)
    return Agreement(
        logits=float(np.abs(first - second).max()),
        probability=float(moved.max()),
        mean_probability=float(moved.mean()),
        answers=float((first.argmax(1) == second.argmax(1)).mean()),
    )


def of_all_sizes(tokenizer: TextTokenizer) -> Iterator[Batch]:
    """Texts of 1 to 512 tokens and batches of 2 to 32, of tokens drawn at random but the same ones.

    They are no sentences: they show whether two engines compute the same, at sizes that an export
    may have frozen.
    """
    generator = np.random.default_rng(SEED)
    vocabulary = tokenizer.backend.get_vocab_size()
    for texts, tokens in [(1, length) for length in LENGTHS] + list(BATCHES):
        tokens = min(tokens, tokenizer.max_tokens)
        lengths = generator.integers(1, tokens + 1, texts)
        lengths[0] = tokens
        places = np.arange(tokens)
        if tokenizer.pad_left:
            real = places >= tokens - lengths[:, None]
        else:
            real = places < lengths[:, None]
        ids = generator.integers(0, vocabulary, (texts, tokens))
        yield np.where(real, ids, tokenizer.pad_id), real.astype(np.int64)


def of_sentences(tokenizer: TextTokenizer) -> Iterator[Batch]:
    """Sentences that people wrote, one a batch: those of the samples that come with the app."""
    texts = []
    for name in SENTENCES:
        with (SAMPLES / name).open(encoding="utf-8", newline="") as stream:
            texts += [max(row, key=len) for row in csv.reader(stream)][1:]
    for encoded in tokenizer.encode(texts):
        ids = np.array([encoded.ids], dtype=np.int64)
        yield ids, np.ones_like(ids)
