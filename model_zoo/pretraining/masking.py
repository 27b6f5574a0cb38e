"""What a language model is asked for in training: which positions, and what stands there."""

from dataclasses import dataclass

import torch
from torch import Tensor

from model_zoo.text.tokens import SPECIAL_TOKENS, TextTokenizer


class Vocabulary:
    """Which of the V entries are special and which go on a word; `mask` is the number of [MASK]."""

    def __init__(self, tokenizer: TextTokenizer) -> None:
        entries = tokenizer.backend.get_vocab()
        self.special = torch.zeros(len(entries), dtype=torch.bool)
        self.special[[entries[token] for token in SPECIAL_TOKENS]] = True
        self.inner = torch.zeros(len(entries), dtype=torch.bool)
        self.inner[[i for entry, i in entries.items() if entry.startswith("##")]] = True
        self.mask = entries["[MASK]"]
        self.unknown = entries["[UNK]"]
        self.end = entries["[SEP]"]

    def __len__(self) -> int:
        return len(self.special)


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
    special = words.special[ids]
    last = (ids == words.end) & (ends[:, None] == 1)
    positions = (mask == 1) & (~special | last)
    blank = (torch.rand(ids.shape) < noise) & ~special
    return Asked(ids.masked_fill(blank, words.mask), positions, ids[positions])


def whole_words(ids: Tensor, share: float, words: Vocabulary) -> Asked:
    """A `share` of the words, all pieces of each: nine of ten read as [MASK], one as it is.

    Of every row at least one word is asked for.
    """
    special, inner = words.special[ids], words.inner[ids]
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
