"""Cross-entropy over a vocabulary of tens of thousands, at a fraction of its cost.

The sum over all words in softmax's denominator is estimated from some: every word v is drawn with
a probability p(v) that grows with its frequency (frequent ones always are), and counts 1/p(v) times
if it is (Horvitz & Thompson 1952). The estimate of the sum has no bias; most of the sum is exact.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

POWER = 0.75  # flattens frequencies, so that rare words are seen, too (as in Mikolov et al. 2013)


class Candidates:
    """Draws words to stand for the vocabulary, `size` of them on average."""

    def __init__(self, counts: np.ndarray, size: int) -> None:
        """`counts` (V,) is how often the training texts hold each word."""
        shares = (counts + 1.0) ** POWER
        low, high = 0.0, float(size)
        for _ in range(60):  # the factor that gives `size` words on average, by bisection
            factor = (low + high) / 2
            drawn = np.minimum(1.0, factor * shares).sum()
            low, high = (factor, high) if drawn < size else (low, factor)
        self._chance = torch.from_numpy(np.minimum(1.0, high * shares)).float()

    def draw(self) -> tuple[Tensor, Tensor]:
        """Words (K,) and the logarithm of what each counts (K,), by torch's random numbers."""
        words = (torch.rand(len(self._chance)) < self._chance).nonzero()[:, 0]
        return words, -self._chance[words].log()


def logits_of(
    states: Tensor, table: Tensor, bias: Tensor, words: Tensor, log_weight: Tensor
) -> Tensor:
    """Logits (N, K) of `words` (K,), each raised by its `log_weight` (K,).

    *Shape*: `states` (N, E), `table` (V, E), `bias` (V,).
    """
    return F.linear(states, table[words], bias[words] + log_weight)


def cross_entropy(
    states: Tensor,
    table: Tensor,
    bias: Tensor,
    targets: Tensor,
    drawn: tuple[Tensor, Tensor] | None,
) -> Tensor:
    """-log p of each of the `targets`, (N,), exactly where nothing is `drawn`.

    *Shape*: `states` (N, E), `table` (V, E), `bias` (V,), `targets` (N,); `drawn` as from
    `Candidates.draw`.
    """
    if drawn is None:
        return F.cross_entropy(F.linear(states, table, bias), targets, reduction="none")
    words, log_weight = drawn
    own = (states * table[targets]).sum(-1) + bias[targets]  # (N,)
    others = logits_of(states, table, bias, words, log_weight)  # (N, K)
    place = torch.full((len(table),), -1)
    place[words] = torch.arange(len(words))
    among = place[targets]  # (N,), -1 where the target was not drawn
    rows = (among >= 0).nonzero()[:, 0]
    others[rows, among[rows]] = float("-inf")  # counted once, as own
    return torch.logaddexp(own, others.logsumexp(-1)) - own
