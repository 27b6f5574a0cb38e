"""An LSTM taken apart: its gates and states at every position, recomputed from its weights.

`nn.LSTM` gives only its hidden states. Equations and the order of the four gates in the weights
(input, forget, candidate, output) are those of torch's documentation of nn.LSTM.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence

from model_zoo.models.classifier import Classifier
from model_zoo.models.network import Capability, Layer, States


def states(lstm: nn.LSTM, embedded: Tensor, *, backward: bool = False) -> States:
    """Gates and states of one direction of an LSTM reading `embedded` (T, E) from zero.

    Of its last layer, if there are several; each reads the states of the one below it, both
    directions joined. Hochreiter & Schmidhuber (1997), with the forget gate of Gers et al. (2000).
    """
    for below in range(lstm.num_layers - 1):
        ways = (False, True)[: 1 + lstm.bidirectional]
        embedded = torch.cat(
            [_layer_states(lstm, embedded, way, below).hidden for way in ways], dim=-1
        )
    return _layer_states(lstm, embedded, backward, lstm.num_layers - 1)


def _layer_states(lstm: nn.LSTM, inputs: Tensor, backward: bool, layer: int) -> States:
    """Gates and states of one direction of a layer over what it reads, (T, E) or (T, D * H)."""
    order = range(len(inputs) - 1, -1, -1) if backward else range(len(inputs))
    weights = _weights(lstm, backward, layer)
    hidden = cell = inputs.new_zeros(1, lstm.hidden_size)
    rows: list[tuple[Tensor, ...]] = [()] * len(inputs)
    with torch.inference_mode():
        for t in order:
            rows[t] = _step(weights, inputs[t : t + 1], hidden, cell)
            cell, hidden = rows[t][-2:]
        return States(*(torch.cat(column) for column in zip(*rows, strict=True)))


def read_one_more(
    lstm: nn.LSTM, embedded: Tensor, after: States, *, backward: bool = False
) -> Tensor:
    """Hidden states (T, H) if `embedded` (E,) were read next, after each of the T states.

    Raises ValueError for an LSTM of several layers.
    """
    if lstm.num_layers != 1:
        raise ValueError("What is read next, a layer above reads as the one below has it.")
    with torch.inference_mode():
        inputs = embedded.expand(len(after.cell), -1)  # (T, E)
        return _step(_weights(lstm, backward, 0), inputs, after.hidden, after.cell)[-1]


def _weights(lstm: nn.LSTM, backward: bool, layer: int) -> tuple[Tensor, Tensor, Tensor]:
    """Input weights (4H, E), recurrent weights (4H, H) and the sum of both biases (4H,)."""
    end = f"_l{layer}_reverse" if backward else f"_l{layer}"
    bias = getattr(lstm, "bias_ih" + end) + getattr(lstm, "bias_hh" + end)
    return getattr(lstm, "weight_ih" + end), getattr(lstm, "weight_hh" + end), bias


def _step(
    weights: tuple[Tensor, Tensor, Tensor], embedded: Tensor, hidden: Tensor, cell: Tensor
) -> tuple[Tensor, ...]:
    """Input, forget, candidate, output, cell, hidden (each (B, H)) after one more (B, E)."""
    from_input, from_hidden, bias = weights
    gates = embedded @ from_input.T + hidden @ from_hidden.T + bias  # (B, 4H)
    i, f, g, o = gates.chunk(4, dim=-1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    cell = f * cell + i * g
    return i, f, g, o, cell, o * cell.tanh()


_AT_ONCE = 4096  # tokens of beginnings that are read together


def _ends(lstm: nn.LSTM, embedded: Tensor, backward: bool) -> Tensor:
    """(T - 2, H): where the last layer ends over every beginning of a text (T, E), closed.

    Backward, a beginning is what is read first: the text's end. A layer above reads what the one
    below makes of the whole beginning, so each is read by itself.
    """
    insides, between = range(1, len(embedded) - 1), max(1, _AT_ONCE // len(embedded))
    first, last = embedded[:1], embedded[-1:]
    parts = [
        torch.cat([first, embedded[at:]]) if backward else torch.cat([embedded[: at + 1], last])
        for at in insides
    ]
    ends = embedded.new_zeros(0, lstm.hidden_size)
    with torch.inference_mode():
        for start in range(0, len(parts), between):
            some = pack_sequence(parts[start : start + between], enforce_sorted=False)
            hidden = lstm(some)[1][0]  # (layers * directions, B, H)
            way = hidden[-1 if backward or not lstm.bidirectional else -2]
            ends = torch.cat([ends, way])
    return ends


class RecurrentClassifier(Classifier):
    """An LSTM or BiLSTM with a head on the state of its last layer at the end of each direction."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.readings = ("forward", "backward")[: 1 + self.module.config.bidirectional]

    def layers(self, ids: Tensor) -> Iterator[Layer]:
        """Word embeddings, then hidden states, both directions joined: two spaces."""
        self.check(Capability.LAYERS)
        embedded = self.embed(ids)
        yield Layer("embeddings", 0, embedded)
        yield Layer("hidden states", 1, self.module.lstm(embedded)[0])

    def steps(self, ids: Tensor) -> Iterator[tuple[str, Tensor]]:
        """One reading a direction; element i of T - 2 is closed after the text's token i.

        Reading forward, that is with the last token, [SEP], read next; backward, with the first,
        [CLS]. Each direction has its own part of the head's weights; the bias is in both.
        """
        self.check(Capability.STEPS)
        embedded = self.embed(ids)[0]  # (T, E)
        lstm, head, size = self.module.lstm, self.module.classifier, self.module.config.hidden_size
        for number, reading in enumerate(self.readings):
            backward = reading == "backward"
            if lstm.num_layers > 1:
                ends = _ends(lstm, embedded, backward)
            else:
                inside = embedded[1:] if backward else embedded[:-1]
                last = embedded[0] if backward else embedded[-1]
                after = states(lstm, inside, backward=backward)
                ends = read_one_more(lstm, last, after, backward=backward)  # (T - 1, H)
                ends = ends[:-1] if backward else ends[1:]  # (T - 2, H)
            own = head.weight[:, number * size : (number + 1) * size]
            yield reading, self.in_order(ends @ own.T + head.bias)

    def gates(self, ids: Tensor) -> Iterator[States]:
        """Gates and states of the last layer over `ids` (1, T), one record a reading."""
        self.check(Capability.GATES)
        embedded = self.embed(ids)[0]  # (T, E)
        for reading in self.readings:
            yield states(self.module.lstm, embedded, backward=reading == "backward")
