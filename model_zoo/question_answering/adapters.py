"""Low-rank updates: what fine-tuning changed in a network, in a fraction of its size.

A linear layer's weight W becomes W + scale · up · down, where `down` (r, in) and `up` (out, r) have
few rows and columns (LoRA, Hu et al. 2021). While it is trained, the layer keeps W as it is; to be
used, both are merged, so that a merged network is a plain one, as quick as any.

A file of differences holds, by the names of the network: `NAME.down` and `NAME.up` for layers with
an update, and parameters that were trained as a whole, as they are.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

DOWN, UP = "down", "up"


class LowRankLinear(nn.Module):
    """A frozen linear layer with a trained update of rank `rank`, nothing at first."""

    def __init__(self, layer: nn.Linear, rank: int, scale: float) -> None:
        super().__init__()
        self.weight, self.bias = layer.weight, layer.bias
        self.scale = scale
        self.down = nn.Parameter(torch.empty(rank, layer.in_features))
        self.up = nn.Parameter(torch.zeros(layer.out_features, rank))
        nn.init.normal_(self.down, std=layer.in_features**-0.5)

    def forward(self, inputs: Tensor) -> Tensor:
        """(..., in) -> (..., out)."""
        plain = nn.functional.linear(inputs, self.weight, self.bias)
        low = nn.functional.linear(inputs, self.down)
        return plain + self.scale * nn.functional.linear(low, self.up)


def inject(
    network: nn.Module, rank: int, scale: float, *, whole: Sequence[str], kept: Sequence[str] = ()
) -> None:
    """Freeze the network, and give each of its linear layers an update of this rank to be trained.

    Parameters whose names hold one of `whole` are trained as they are; linear layers whose names
    hold one of `kept` get no update.
    """
    network.requires_grad_(False)
    for path, layer in list(network.named_modules()):
        if type(layer) is nn.Linear and not any(part in path for part in kept):
            network.set_submodule(path, LowRankLinear(layer, rank, scale))
    for path, parameter in network.named_parameters():
        if any(part in path for part in whole):
            parameter.requires_grad_(True)


def differences(network: nn.Module) -> dict[str, Tensor]:
    """What training changed, float16, by name: as `merge` takes it."""
    return {
        name: parameter.detach().half().contiguous()
        for name, parameter in network.named_parameters()
        if parameter.requires_grad
    }


def merge(weights: Mapping[str, Tensor], changed: Mapping[str, Tensor], scale: float) -> None:
    """Make the `weights` of a plain network those with all that was `changed`, in place.

    A layer at a time, so that no second copy of them is ever in memory. Raises KeyError for an
    update of a layer that they lack, RuntimeError where sizes differ.

    >>> weights = {"layer.weight": torch.eye(2), "layer.bias": torch.zeros(2)}
    >>> down, up = torch.tensor([[0.0, 1.0]]), torch.tensor([[3.0], [0.0]])
    >>> merge(weights, {"layer.down": down, "layer.up": up}, scale=2.0)
    >>> weights["layer.weight"].tolist()
    [[1.0, 6.0], [0.0, 1.0]]
    """
    for name, tensor in changed.items():
        layer, _, part = name.rpartition(".")
        if part == UP:
            continue
        if part == DOWN:
            name = f"{layer}.weight"
            tensor = weights[name] + scale * (changed[f"{layer}.{UP}"].float() @ tensor.float())
        if weights[name].shape != tensor.shape:  # copying would stretch it
            raise RuntimeError(f"{name} is {tuple(weights[name].shape)}, not {tuple(tensor.shape)}")
        weights[name].copy_(tensor)
