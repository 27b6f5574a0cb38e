"""Weights kept as they are stored, in float16, and made float32 where they are used.

The same numbers in half the memory.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    import numpy as np
    from transformers import PreTrainedModel

LEAST = 100_000  # weights of a layer: smaller ones save nothing


class HalfEmbedding(nn.Embedding):
    """Word vectors, which are only looked up."""

    def forward(self, ids: Tensor) -> Tensor:
        """(B, T) -> (B, T, E), float32."""
        return super().forward(ids).float()


class HalfLinear(nn.Module):
    """A frozen linear layer."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.bias = bias

    def forward(self, inputs: Tensor) -> Tensor:
        """(..., in) -> (..., out), float32."""
        product: Tensor = _Product.apply(inputs, self.weight, self.bias)
        return product


class _Product(torch.autograd.Function):
    """inputs W^T + b; autograd would keep each W in float32 until gradients are computed."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.weight = weight
        return nn.functional.linear(inputs, weight.float(), bias)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return gradient @ ctx.weight.float(), None, None


def halve_word_vectors(
    module: "PreTrainedModel",
    stored: Mapping[str, Tensor],
    shared: "np.ndarray | None" = None,
) -> set[str]:
    """Have the module look up its `stored` word vectors, if those are in float16; their name.

    They are never made float32, which would take twice their memory more while it is loaded. The
    same ones that are in memory already may be `shared`.
    """
    table = module.get_input_embeddings()
    name = next(name for name, weight in module.named_parameters() if weight is table.weight)
    words = stored.get(name)
    if words is None or words.dtype != torch.float16 or words.shape != table.weight.shape:
        return set()
    half = _own(words) if shared is None else torch.from_numpy(shared)
    module.set_input_embeddings(HalfEmbedding.from_pretrained(half, padding_idx=table.padding_idx))
    return {name}


def halve_linears(module: "PreTrainedModel", stored: Mapping[str, Tensor]) -> set[str]:
    """Have large linear layers use their `stored` weights, those in float16; their names."""
    taken = set()
    for path, layer in list(module.named_modules()):
        name = f"{path}.weight"
        weight = stored.get(name)
        if type(layer) is not nn.Linear or weight is None or weight.dtype != torch.float16:
            continue
        if weight.shape == layer.weight.shape and weight.numel() >= LEAST:  # else it is loaded
            module.set_submodule(path, HalfLinear(_own(weight), layer.bias))
            taken.add(name)
    return taken


def _own(weight: Tensor) -> Tensor:
    """A copy: a mapped file that is cut short takes the process with it."""
    return weight.clone()
