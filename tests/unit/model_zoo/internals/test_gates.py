"""The gates shown are those of the network that answers."""

import numpy as np
import pytest
import torch

from model_zoo.errors import CapabilityError, TextError
from model_zoo.internals.gates import Gates, forgets, gates
from model_zoo.models.loading import load

TEXT = "This is not a bad film at all."


@pytest.fixture(scope="module", params=["lstm", "bilstm"])
def model(request):
    return load(request.param)


def test_hidden_states_are_torchs_own(model):
    directions = gates(model, TEXT)
    network = model.network.torch.module
    ids = torch.tensor([model.encode([TEXT])[0].ids])
    with torch.inference_mode():
        expected, (_, last_cells) = network.lstm(network.embeddings(ids))
    joined = np.concatenate([direction.hidden for direction in directions], axis=1)
    assert np.abs(joined - expected[0].numpy()).max() <= 1e-5
    ends = [states.cell[0 if states.reading == "backward" else -1] for states in directions]
    assert np.abs(np.stack(ends) - last_cells[:, 0].numpy()).max() <= 1e-5


def test_directions_shapes_and_ranges(model):
    directions = gates(model, TEXT)
    both = ["forward", "backward"]
    count = 1 + model.network.torch.module.config.bidirectional
    assert [direction.reading for direction in directions] == both[:count]
    for direction in directions:
        assert direction.tokens[0] == "[CLS]" and direction.tokens[-1] == "[SEP]"
        for gate in (direction.input, direction.forget, direction.output):
            assert gate.shape == (len(direction.tokens), 384) == direction.cell.shape
            assert gate.min() >= 0 and gate.max() <= 1


def test_both_directions_read_from_their_own_end():
    forward, backward = gates(load("bilstm"), TEXT)
    longer_forward, longer_backward = gates(load("bilstm"), TEXT + " Good")
    same = len(forward.tokens) - 1  # all but [SEP]
    assert np.allclose(forward.hidden[:same], longer_forward.hidden[:same], atol=1e-6)
    assert not np.allclose(backward.hidden[:same], longer_backward.hidden[:same], atol=1e-2)


def made(means):
    wide = np.repeat(np.array(means, dtype=np.float32)[:, None], 4, axis=1)
    return Gates("lstm", "forward", ("t",) * len(means), wide, wide, wide, wide, wide)


def test_the_cell_forgets_where_the_gate_is_clearly_shut():
    assert forgets(made([0.1, 0.8, 0.8, 0.3, 0.8, 0.8, 0.8, 0.0])) == (3,)  # not at the ends
    assert forgets(made([0.7, 0.6, 0.6, 0.6, 0.7])) == ()
    assert forgets(made([0.7, 0.6, 0.7])) == ()


def test_transformers_have_no_gates():
    with pytest.raises(CapabilityError, match="DistilBERT is not a model that shows its gates"):
        gates(load("distilbert"), TEXT)


@pytest.mark.parametrize("text", ["", "\x00"])
def test_nothing_to_read_is_refused(model, text):
    with pytest.raises(TextError):
        gates(model, text)
