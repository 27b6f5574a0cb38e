"""An LSTM taken apart: its gates and states at every position, recomputed from its weights.

`nn.LSTM` gives only its hidden states. Equations and the order of the four gates in the weights
(input, forget, candidate, output) are those of torch's documentation of nn.LSTM.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class States:
    """One direction over T positions, each tensor (T, H), row t for position t of the text.

    Reading forward, row t is the state after positions 0 to t; reading backward, after T-1 to t.
    Gates are 0 to 1, `candidate` and `hidden` -1 to 1; `cell` is unbounded.
    """

    input: Tensor
    forget: Tensor
    candidate: Tensor
    output: Tensor
    cell: Tensor
    hidden: Tensor


def states(lstm: nn.LSTM, embedded: Tensor, *, backward: bool = False) -> States:
    """Gates and states of one direction of a one-layer LSTM reading `embedded` (T, E) from zero."""
    order = range(len(embedded) - 1, -1, -1) if backward else range(len(embedded))
    weights = _weights(lstm, backward)
    hidden = cell = embedded.new_zeros(1, lstm.hidden_size)
    rows: list[tuple[Tensor, ...]] = [()] * len(embedded)
    with torch.inference_mode():
        for t in order:
            rows[t] = _step(weights, embedded[t : t + 1], hidden, cell)
            cell, hidden = rows[t][-2:]
        return States(*(torch.cat(column) for column in zip(*rows, strict=True)))


def read_one_more(
    lstm: nn.LSTM, embedded: Tensor, after: States, *, backward: bool = False
) -> Tensor:
    """Hidden states (T, H) if `embedded` (E,) were read next, after each of the T states."""
    with torch.inference_mode():
        inputs = embedded.expand(len(after.cell), -1)  # (T, E)
        return _step(_weights(lstm, backward), inputs, after.hidden, after.cell)[-1]


def _weights(lstm: nn.LSTM, backward: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Input weights (4H, E), recurrent weights (4H, H) and the sum of both biases (4H,)."""
    if lstm.num_layers != 1:
        raise ValueError("Only LSTMs of one layer can be taken apart.")
    end = "_l0_reverse" if backward else "_l0"
    both = getattr(lstm, "bias_ih" + end) + getattr(lstm, "bias_hh" + end)
    return getattr(lstm, "weight_ih" + end), getattr(lstm, "weight_hh" + end), both


def _step(weights: tuple, embedded: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, ...]:
    """Input, forget, candidate, output, cell, hidden (each (B, H)) after one more (B, E)."""
    from_input, from_hidden, bias = weights
    gates = embedded @ from_input.T + hidden @ from_hidden.T + bias  # (B, 4H)
    i, f, g, o = gates.chunk(4, dim=-1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    cell = f * cell + i * g
    return i, f, g, o, cell, o * cell.tanh()
