"""What each position of a text can see: which tokens its representation depends on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model_zoo.errors import CapabilityError
from model_zoo.internals.arrays import read_only
from model_zoo.models.loading import Model
from model_zoo.models.network import Network

if TYPE_CHECKING:
    from torch import Tensor

MOST_TOKENS = 64  # that are masked in turn; of a longer text, a window of it
BATCH_TOKENS = 4096  # rows x tokens that are computed together
WORK_TOKENS = 8192  # rows x tokens in all: the window gets smaller as the text gets longer
LEAST_TOKENS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """How much each position of a text depends on each of its tokens.

    `change[i, j]`, an array (N, N) over the N `tokens`, is how far the model's representation at
    token i moves when token j becomes [MASK], as a share of its length; 0 means not at all. The
    tokens are those from number `start` of the `total` ones the text has, special ones not counted.
    """

    model: str
    tokens: tuple[str, ...]
    start: int
    total: int
    change: np.ndarray


def window(total: int) -> int:
    """How many of a text's `total` tokens are masked, one after the other.

    >>> window(40), window(64), window(200), window(510)
    (40, 64, 40, 16)
    """
    if total <= MOST_TOKENS:
        return total
    return min(MOST_TOKENS, max(LEAST_TOKENS, WORK_TOKENS // total))


def influence(
    model: Model,
    text: str,
    start: int = 0,
    *,
    batch_tokens: int = BATCH_TOKENS,
    states: Callable[["Tensor"], "Tensor"] | None = None,
) -> Influence:
    """How much the representation at each token changes when each other token becomes [MASK].

    The representation is the hidden state of LSTM and BiLSTM (both directions joined), or the
    last layer's output of a Transformer; or what `states` makes of ids (B, T): (B, T, E). All
    models read the whole text, as they do to answer; of more than MOST_TOKENS tokens only `window`
    ones from token `start` on are looked at.

    Every masked text is a row of one batch, worked through in chunks of up to `batch_tokens` tokens
    with the unchanged text as first row of each: equal inputs are then computed alike to the last
    bit, and what a position cannot see changes it by exactly 0. So does a [MASK] that was typed.

    Raises TextError where there is nothing to read, CapabilityError for a model that does not show
    its hidden states or has no [MASK].
    """
    encoded = model.read(text)
    import torch

    total = len(encoded.ids) - 2  # without [CLS] and [SEP]
    size = window(total)
    start = max(0, min(start, total - size))
    at = torch.arange(start + 1, start + 1 + size)  # positions in `ids`
    ids = torch.tensor(encoded.ids)
    mask = _mask_id(model.network)
    rows = max(1, batch_tokens // len(ids) - 1)
    change = torch.empty(size, size)
    with torch.inference_mode():
        for chunk in torch.arange(size).split(rows):
            batch = ids.repeat(len(chunk) + 1, 1)  # (1 + C, T)
            batch[range(1, len(batch)), at[chunk]] = mask
            outputs = states(batch) if states else _last_states(model.network, batch)
            outputs = outputs[:, at]  # (1 + C, N, E)
            before, masked = outputs[0], outputs[1:]
            moved = (masked - before).norm(dim=-1)  # (C, N)
            change[:, chunk] = (moved / before.norm(dim=-1)).T
    tokens = encoded.tokens[start + 1 : start + 1 + size]
    return Influence(model.id, tokens, start, total, read_only(change.numpy()))


def _last_states(network: Network, ids: "Tensor") -> "Tensor":
    """What the network's last layer gives: ids (B, T) -> (B, T, E)."""
    for layer in network.layers(ids):
        states = layer.states
    return states


def _mask_id(network: Network) -> int:
    if network.tokenizer.mask_id is None:
        raise CapabilityError(
            f"{network.title} has no [MASK] to put in a word’s place. Ask another model."
        )
    return network.tokenizer.mask_id
