"""What a language model is asked for in training: which positions, and what stands there."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model_zoo.language_models.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Asked:
    """A batch as it is read: `ids` (B, T), the positions asked for, a (B, T) bool, and the words
    that stood there (N,)."""

    ids: Tensor
    positions: Tensor
    targets: Tensor


def every_word(ids: Tensor, mask: Tensor, ends: Tensor, noise: float, words: Vocabulary) -> Asked:
    """All positions but the first and [UNK]; for models that do not see the word asked for.

    [SEP] is asked for where it ends a text (`ends` (B,) is 1). A share of `noise` of the words is
    read as [MASK], so that blanks are no surprise.
    """
    special = of_tokens(words.special, ids)
    last = (ids == words.end) & (ends[:, None] == 1)
    positions = (mask == 1) & (~special | last)
    blank = (torch.rand(ids.shape) < noise) & ~special
    return Asked(ids.masked_fill(blank, words.mask), positions, ids[positions])


def whole_words(ids: Tensor, share: float, words: Vocabulary) -> Asked:
    """A `share` of the words, all pieces of each: nine of ten read as [MASK], one as it is.

    Of every row at least one word is asked for.
    """
    special, inner = of_tokens(words.special, ids), of_tokens(words.inner, ids)
    inner = inner & ~torch.roll(special, 1, dims=1)  # a piece behind [CLS] begins a row's word
    starts = ~inner & ~special
    number = starts.long().cumsum(1)  # (B, T): the word that a piece belongs to, from 1
    chance = torch.rand(ids.shape).masked_fill(~starts, 2.0)
    lowest = chance == chance.min(1, keepdim=True).values
    chosen = starts & ((chance < share) | lowest)
    per_word = torch.zeros(ids.shape[0], ids.shape[1] + 1, dtype=torch.bool)
    per_word.scatter_(1, torch.where(starts, number, 0), chosen)
    positions = per_word.gather(1, number) & ~special
    hidden = torch.rand(ids.shape) < 0.9
    return Asked(ids.masked_fill(positions & hidden, words.mask), positions, ids[positions])


def of_tokens(kind: np.ndarray, ids: Tensor) -> Tensor:
    """What a table over the vocabulary (V,) says of each token, (B, T) bool."""
    return torch.from_numpy(kind)[ids]
