"""What the heads of a Transformer attend to, and ways to sum them up.

Attention shows where a layer takes its input from. It is not an explanation of the answer: see
Jain & Wallace (2019), and Wiegreffe & Pinter (2019) for what may be said in its favour.
"""

from dataclasses import dataclass

import numpy as np

from model_zoo.internals.arrays import read_only
from model_zoo.models.loading import Model

FLOAT32_TOKENS = 128  # longer texts are kept in float16: at 512 tokens, 12 x 12 heads take 75 MB
RESTING = 0.5  # of the words' attention on [CLS] or on [SEP]: the head hardly reads any words
EVEN = 0.98  # from this spread on, a head tells no token from any other


@dataclass(frozen=True, slots=True, eq=False)
class Attention:
    """What every head of a Transformer attends to while it reads one text.

    `weights[l, h, i, j]` is the share of position i's attention that head h of layer l gives to
    position j: an array (L, H, T, T) over the T `tokens`, [CLS] and [SEP] included. Rows sum to 1.
    """

    model: str
    text: str
    tokens: tuple[str, ...]
    weights: np.ndarray


def attention(model: Model, text: str) -> Attention:
    """The attention weights of every layer and head of a Transformer over `text`.

    They are float32, above FLOAT32_TOKENS tokens float16, and cannot be written to.

    Raises TextError where there is nothing to read, CapabilityError for a model without attention.
    """
    encoded = model.read(text)
    import torch

    precise = len(encoded.ids) <= FLOAT32_TOKENS
    layers = []
    with torch.inference_mode():
        for weights in model.network.attention(torch.tensor([encoded.ids])):  # (1, H, T, T)
            layers.append((weights[0] if precise else weights[0].half()).numpy())
    return Attention(model.id, text, encoded.tokens, read_only(np.stack(layers)))


def mean_heads(weights: np.ndarray) -> np.ndarray:
    """(..., H, T, T) -> (..., T, T): the heads' average, in float32.

    >>> mean_heads(np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.5, 0.5], [0.0, 1.0]]])).tolist()
    [[0.75, 0.25], [0.0, 1.0]]
    """
    return weights.mean(axis=-3, dtype=np.float32)


def rollout(weights: np.ndarray) -> np.ndarray:
    """(L, H, T, T) -> (T, T): attention followed through all layers. Rows sum to 1.

    Abnar & Zuidema (2020): heads are averaged, half of each layer passes straight on (the
    residual connection), and the layers are multiplied up. Row i says from which tokens position
    i of the last layer can have got its content, if every layer did no more than mix.

    >>> rollout(np.array([[[[0.5, 0.5], [0.0, 1.0]]]])).tolist()
    [[0.75, 0.25], [0.0, 1.0]]
    """
    straight_on = np.eye(weights.shape[-1], dtype=np.float32)
    through = straight_on
    for layer in weights:
        mixed = 0.5 * mean_heads(layer) + 0.5 * straight_on
        through = mixed / mixed.sum(-1, keepdims=True) @ through
    return through


def hide_special(weights: np.ndarray) -> np.ndarray:
    """(..., T, T) -> (..., T - 2, T - 2) without [CLS], the first, and [SEP], the last.

    What is left in a row is brought back to a sum of 1; a row that had all its weight on the two
    stays zero.

    >>> hide_special(np.full((4, 4), 0.25)).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    inner = weights[..., 1:-1, 1:-1].astype(np.float32)
    sums = inner.sum(-1, keepdims=True)
    return np.divide(inner, sums, out=np.zeros_like(inner), where=sums > 0)


def entropy(weights: np.ndarray) -> np.ndarray:
    """(L, H, T, T) -> (L, H): how widely each head spreads its attention, averaged over positions.

    The entropy of a row over that of an even spread: 0 for one token only, 1 for all alike.
    """
    most = np.log(weights.shape[-1])

    def of_heads(layer: np.ndarray) -> np.ndarray:  # layer by layer, to need little memory
        shares = layer.astype(np.float32)
        logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
        return -(shares * logs).sum(-1).mean(-1) / most

    return np.stack([of_heads(layer) for layer in weights])


def on_cls(weights: np.ndarray) -> np.ndarray:
    """(L, H, T, T) -> (L, H): the share of the words' attention that ends on [CLS]."""
    return weights[..., 1:-1, 0].mean(-1, dtype=np.float32)


def on_sep(weights: np.ndarray) -> np.ndarray:
    """(L, H, T, T) -> (L, H): the share of the words' attention that ends on [SEP]."""
    return weights[..., 1:-1, -1].mean(-1, dtype=np.float32)


def no_op(weights: np.ndarray) -> np.ndarray:
    """(L, H, T, T) -> (L, H), true for heads that do next to nothing in this text.

    Clark et al. (2019) found that heads of BERT-base rest on [SEP] where what they look for is
    not there. Here, resting is RESTING of the words' attention on [SEP], or on [CLS]; a head
    that spreads its attention EVENly does no more.
    """
    resting = np.maximum(on_cls(weights), on_sep(weights)) >= RESTING
    return resting | (entropy(weights) >= EVEN)


def received(weights: np.ndarray) -> np.ndarray:
    """(..., T, T) -> (..., T): the attention each token receives, averaged over all positions.

    >>> received(np.array([[1.0, 0.0], [0.5, 0.5]])).tolist()
    [0.75, 0.25]
    """
    return weights.mean(axis=-2, dtype=np.float32)


def twin(layer: int) -> int:
    """The DistilBERT layer (from 1) to be seen beside BERT's `layer` (from 1).

    DistilBERT's layer i started as BERT's layer 2i - 1; BERT's even layers were left out, and are
    shown beside the same one as the layer before them.

    >>> [twin(layer) for layer in (1, 2, 3, 12)]
    [1, 1, 2, 6]
    """
    return (layer + 1) // 2


def origin(layer: int) -> int:
    """The BERT layer (from 1) that DistilBERT's `layer` (from 1) started as.

    >>> [origin(layer) for layer in (1, 2, 6)]
    [1, 3, 11]
    """
    return 2 * layer - 1
