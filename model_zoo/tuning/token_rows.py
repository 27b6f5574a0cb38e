"""Rows as numbers, many of them in little memory, and batches of them."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model_zoo.text.tokens import PAD_ID, TextTokenizer
from model_zoo.tuning.split import Part

_CHUNK = 2048  # texts that are tokenised at once
_SORTED = 50  # batches whose rows are sorted by length together: little padding, still shuffled


class Ragged:
    """N rows of several lengths, one after the other: `starts` (N + 1,), `labels` (N,)."""

    __slots__ = ()
    starts: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> np.ndarray:
        """Tokens a row (N,)."""
        return np.diff(self.starts)


@dataclass(frozen=True, slots=True)
class TokenRows(Ragged):
    """N rows: `ids` (all tokens, one row after the other), `starts` (N + 1,), `labels` (N,)."""

    ids: np.ndarray
    starts: np.ndarray
    labels: np.ndarray

    def take(self, places: np.ndarray) -> "TokenRows":
        """The rows at these places, in their order."""
        parts = [self.ids[self.starts[i] : self.starts[i + 1]] for i in places]
        ids = np.concatenate(parts) if parts else self.ids[:0]
        starts = np.concatenate([[0], np.cumsum(self.lengths[places])]).astype(np.int64)
        return TokenRows(ids, starts, self.labels[places])

    @property
    def weights(self) -> np.ndarray:
        """Of each row in a batch's mean loss over its tokens (N,)."""
        return self.lengths

    def batch(self, places: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
        """ids and mask (B, T), padded on the right, and labels (B,)."""
        lengths = self.lengths[list(places)]
        ids = np.full((len(places), lengths.max()), PAD_ID, dtype=np.int64)
        mask = np.arange(lengths.max()) < lengths[:, None]
        ids[mask] = np.concatenate([self.ids[self.starts[i] : self.starts[i + 1]] for i in places])
        return (
            torch.from_numpy(ids),
            torch.from_numpy(mask.astype(np.int64)),
            torch.from_numpy(self.labels[list(places)]),
        )


def tokenised(
    part: Part, tokenizer: TextTokenizer, advance: Callable[[int], None] = lambda rows: None
) -> tuple[TokenRows, int]:
    """The rows as the models read them, and how many of them were cut."""
    flat: list[np.ndarray] = []
    lengths: list[int] = []
    cut = 0
    for at in range(0, len(part), _CHUNK):
        for item in tokenizer.encode(part.texts[at : at + _CHUNK]):
            flat.append(np.array(item.ids, dtype=np.uint16))  # the vocabulary has 30,522 entries
            lengths.append(len(item.ids))
            cut += item.truncated
        flat = [np.concatenate(flat)]
        advance(len(lengths))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    ids = flat[0] if flat else np.empty(0, np.uint16)
    return TokenRows(ids, starts, part.labels), cut


def shuffled_batches(lengths: np.ndarray, size: int, seed: int) -> list[list[int]]:
    """Places of every batch of one epoch: shuffled, but of like lengths within a batch.

    >>> sorted(map(sorted, shuffled_batches(np.array([1, 2, 1, 2]), 2, seed=0)))
    [[0, 2], [1, 3]]
    """
    shuffler = random.Random(seed)
    order = list(range(len(lengths)))
    shuffler.shuffle(order)
    batches = []
    for start in range(0, len(order), size * _SORTED):
        like = sorted(order[start : start + size * _SORTED], key=lambda i: lengths[i])
        batches += [like[i : i + size] for i in range(0, len(like), size)]
    shuffler.shuffle(batches)
    return batches


def pieces(lengths: np.ndarray, places: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """The batch in pieces of at most so many tokens with padding, or of one row.

    >>> list(pieces(np.array([9, 2, 3]), [0, 1, 2], 8))
    [[1, 2], [0]]
    """
    piece: list[int] = []
    for place in sorted(places, key=lambda i: (lengths[i], i)):
        if piece and (len(piece) + 1) * lengths[place] > tokens:
            yield piece
            piece = []
        piece.append(place)
    if piece:
        yield piece


def stratified(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Places (`count`,) of rows, every label in its share and at least once, in order."""
    if count >= len(labels):
        return np.arange(len(labels))
    draw = np.random.default_rng(seed)
    order = draw.permutation(len(labels))
    # rank of each row among those of its label, as a share: the lowest shares are taken
    ranks = np.empty(len(labels))
    for label in np.unique(labels):
        rows = order[labels[order] == label]
        ranks[rows] = (np.arange(len(rows)) + draw.random()) / len(rows)
        ranks[rows[0]] = -1.0
    return np.sort(np.argsort(ranks, kind="stable")[:count])
