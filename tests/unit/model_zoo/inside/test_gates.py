"""The gates shown are those of the network that answers."""

import numpy as np
import pytest
import torch

from model_zoo.errors import CapabilityError, TextError
from model_zoo.inside.gates import Gates, forgets, gates
from model_zoo.models.registry import load

TEXT = "This is not a bad film at all."


@pytest.fixture(scope="module", params=["lstm", "bilstm"])
def model(request):
    return load(request.param)


def test_hidden_states_are_torchs_own(model):
    found = gates(model, TEXT)
    network = model.network.module
    ids = torch.tensor([model.encode([TEXT])[0].ids])
    with torch.inference_mode():
        expected, (_, last_cells) = network.lstm(network.embeddings(ids))
    joined = np.concatenate([one.hidden for one in found], axis=1)
    assert np.abs(joined - expected[0].numpy()).max() <= 1e-5
    ends = [one.cell[0 if one.reading == "backward" else -1] for one in found]
    assert np.abs(np.stack(ends) - last_cells[:, 0].numpy()).max() <= 1e-5


def test_directions_shapes_and_ranges(model):
    found = gates(model, TEXT)
    both = ["forward", "backward"]
    assert [one.reading for one in found] == both[: 1 + model.network.module.config.bidirectional]
    for one in found:
        assert one.tokens[0] == "[CLS]" and one.tokens[-1] == "[SEP]"
        for gate in (one.input, one.forget, one.output):
            assert gate.shape == (len(one.tokens), 384) == one.cell.shape
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
