"""An LSTM taken apart gives what torch's own LSTM gives."""

import shutil

import pytest
import torch
from torch import nn

from model_zoo.models.loading import load
from model_zoo.models.network import Capability
from model_zoo.models.own import add_folder
from model_zoo.models.recurrence import read_one_more, states
from model_zoo.models.recurrent import RecurrentConfig
from tests import foreign


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


def several(bidirectional, layers=3):
    torch.manual_seed(1)
    return nn.LSTM(7, 5, num_layers=layers, batch_first=True, bidirectional=bidirectional)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_of_several_layers_the_last_is_shown(bidirectional):
    lstm, embedded = several(bidirectional), torch.randn(9, 7)
    whole, (_, last_cell) = lstm(embedded[None])
    for backward in (False, True)[: 1 + bidirectional]:
        gates = states(lstm, embedded, backward=backward)
        half = slice(5, 10) if backward else slice(0, 5)
        assert torch.allclose(gates.hidden, whole[0, :, half], atol=1e-6)
        end, place = (0, -1) if backward else (-1, -2 if bidirectional else -1)
        assert torch.allclose(gates.cell[end], last_cell[place, 0], atol=1e-6)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_folder_of_several_layers_shows_all_that_it_declares(tmp_path, bidirectional):
    """Gates and steps, too: the last step of a reading is the whole text's answer."""
    config = RecurrentConfig(
        embedding_size=16,
        hidden_size=24,
        num_hidden_layers=2,
        bidirectional=bidirectional,
        id2label={0: "negative", 1: "positive"},
    )
    foreign.network(config).save_pretrained(tmp_path / "deep")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(foreign.BUNDLED_TOKENIZER / name, tmp_path / "deep")
    model = load(add_folder(tmp_path / "deep"))
    ids = torch.tensor([model.read("Not bad at all, but not good either.").ids])
    network = model.network
    *_, layer = network.layers(ids)
    joined = torch.cat([gates.hidden for gates in network.gates(ids)], dim=-1)
    assert Capability.GATES in network.capabilities
    assert torch.allclose(joined, layer.states[0], atol=1e-5)
    head, whole = network.module.classifier, network.logits(ids, torch.ones_like(ids))
    steps = dict(network.steps(ids))
    assert list(steps) == list(network.readings)
    assert all(len(logits) == ids.shape[1] - 2 for logits in steps.values())
    closed = [steps["forward"][-1], *(steps[name][0] for name in network.readings[1:])]
    assert torch.allclose(sum(closed) - head.bias * (len(closed) - 1), whole[0], atol=1e-5)
