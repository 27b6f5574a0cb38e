"""An LSTM taken apart gives what torch's own LSTM gives."""

import pytest
import torch
from torch import nn

from model_zoo.models.recurrence import read_one_more, states


@pytest.fixture
def lstm():
    torch.manual_seed(0)
    return nn.LSTM(7, 5, batch_first=True, bidirectional=True)


@pytest.mark.parametrize("backward", [False, True])
def test_hidden_and_cell_equal_torchs(lstm, backward):
    embedded = torch.randn(9, 7)
    whole, (last_hidden, last_cell) = lstm(embedded[None])
    half = slice(5, 10) if backward else slice(0, 5)
    gates = states(lstm, embedded, backward=backward)
    assert torch.allclose(gates.hidden, whole[0, :, half], atol=1e-6)
    end = 0 if backward else -1
    assert torch.allclose(gates.cell[end], last_cell[int(backward), 0], atol=1e-6)
    assert torch.allclose(gates.hidden[end], last_hidden[int(backward), 0], atol=1e-6)


def test_gates_keep_to_their_ranges_and_make_the_cell(lstm):
    gates = states(lstm, torch.randn(6, 7))
    for gate in (gates.input, gates.forget, gates.output):
        assert gate.shape == (6, 5) and gate.min() > 0 and gate.max() < 1
    rebuilt = gates.forget[1:] * gates.cell[:-1] + gates.input[1:] * gates.candidate[1:]
    assert torch.allclose(rebuilt, gates.cell[1:], atol=1e-6)
    assert torch.allclose(gates.output * gates.cell.tanh(), gates.hidden, atol=1e-6)


@pytest.mark.parametrize("backward", [False, True])
def test_one_more_position_is_read_after_each(lstm, backward):
    embedded, closing = torch.randn(4, 7), torch.randn(7)
    hidden = read_one_more(
        lstm, closing, states(lstm, embedded, backward=backward), backward=backward
    )
    for t in range(4):
        if backward:
            text, at, half = torch.cat([closing[None], embedded[t:]]), 0, slice(5, 10)
        else:
            text, at, half = torch.cat([embedded[: t + 1], closing[None]]), -1, slice(0, 5)
        assert torch.allclose(hidden[t], lstm(text[None])[0][0, at, half], atol=1e-6)


def test_several_layers_are_refused():
    with pytest.raises(ValueError, match="one layer"):
        states(nn.LSTM(7, 5, num_layers=2), torch.randn(3, 7))
