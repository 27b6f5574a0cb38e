"""Attention is what the library itself computes, and its summaries are what they are said to be."""

import numpy as np
import pytest
import torch

from model_zoo.errors import CapabilityError, TextError
from model_zoo.internals.attention import (
    FLOAT32_TOKENS,
    attention,
    entropy,
    hide_special,
    mean_heads,
    no_op,
    on_cls,
    on_sep,
    origin,
    received,
    rollout,
    twin,
)
from model_zoo.models.loading import load

TEXT = "This is not a bad film at all."


@pytest.fixture(scope="module", params=["bert", "distilbert"])
def model(request):
    return load(request.param)


def test_rows_sum_to_one(model):
    record = attention(model, TEXT)
    tokens = len(record.tokens)
    assert record.weights.shape[1:] == (12, tokens, tokens)
    assert record.weights.shape[0] == model.network.torch.module.config.num_hidden_layers
    assert record.weights.min() >= 0 and np.allclose(record.weights.sum(-1), 1, atol=1e-5)


def test_equals_what_the_library_gives_when_asked(model):
    another = type(model.network.torch.module).from_pretrained(
        model.spec.folder, dtype=torch.float32, attn_implementation="eager"
    )
    ids = torch.tensor([model.encode([TEXT])[0].ids])
    with torch.inference_mode():
        outputs = another.eval()(input_ids=ids, output_attentions=True).attentions
    expected = torch.cat(outputs).numpy()
    assert np.abs(attention(model, TEXT).weights - expected).max() <= 1e-5


def test_nothing_is_left_on_the_shared_network(model):
    before = model.network.torch.module.config.to_dict()
    attention(model, TEXT)
    assert model.network.torch.module.config.to_dict() == before
    assert model.network.torch.module.config._attn_implementation == "sdpa"
    for module in model.network.torch.module.modules():
        assert not module._forward_hooks and not module._forward_pre_hooks


def test_shared_weights_cannot_be_written_to(model):
    with pytest.raises(ValueError, match="read-only"):
        attention(model, "Good.").weights[0] = 0


def test_a_long_text_is_kept_small():
    model = load("distilbert")
    record = attention(model, "good film " * 600)
    assert len(record.tokens) == 512 > FLOAT32_TOKENS and record.weights.dtype == np.float16
    for summary in (rollout(record.weights), mean_heads(record.weights[0])):
        assert summary.dtype == np.float32 and np.allclose(summary.sum(-1), 1, atol=5e-3)
    assert np.isfinite(entropy(record.weights)).all()


@pytest.mark.parametrize("text", ["", "  ", "\x00"])
def test_nothing_to_read_is_refused(model, text):
    with pytest.raises(TextError):
        attention(model, text)


def test_recurrent_models_have_none():
    with pytest.raises(CapabilityError, match="LSTM is not a model that shows what its heads"):
        attention(load("lstm"), TEXT)


# Two layers of one head over three tokens. With half of each layer passed straight on they are
#   0.75 0.25 0          1   0    0
#   0    1    0          0.5 0.5  0
#   0.25 0    0.75       0   0.25 0.75
# and the second times the first, worked by hand, is EXPECTED.
FIRST = [[0.5, 0.5, 0], [0, 1, 0], [0.5, 0, 0.5]]
SECOND = [[1, 0, 0], [1, 0, 0], [0, 0.5, 0.5]]
EXPECTED = [[0.75, 0.25, 0], [0.375, 0.625, 0], [0.1875, 0.25, 0.5625]]


def test_rollout_by_hand():
    layers = np.array([[FIRST], [SECOND]], dtype=np.float32)
    assert np.allclose(rollout(layers), EXPECTED)
    assert not np.allclose(rollout(layers[::-1]), EXPECTED)  # the order of the layers counts


def test_rollout_averages_heads_and_renormalises():
    heads = np.array([[np.eye(3), SECOND]], dtype=np.float32)
    assert np.allclose(rollout(heads), 0.5 * np.eye(3) + 0.25 * (np.eye(3) + SECOND))
    assert np.allclose(rollout(0.9 * heads).sum(-1), 1)


def test_hiding_special_tokens_renormalises():
    weights = np.array(
        [[0.4, 0.2, 0.2, 0.2], [0.5, 0.1, 0.3, 0.1], [0.5, 0, 0, 0.5], [1, 0, 0, 0]],
        dtype=np.float32,
    )
    hidden = hide_special(weights)
    assert np.allclose(hidden, [[0.25, 0.75], [0, 0]])  # nothing left stays nothing, not NaN
    assert hide_special(weights[None, None]).shape == (1, 1, 2, 2)


def test_summaries_by_hand():
    even = np.full((4, 4), 0.25)
    first = np.tile([1.0, 0, 0, 0], (4, 1))
    last = np.tile([0.2, 0.1, 0.1, 0.6], (4, 1))
    sharp = np.eye(4)
    weights = np.array([[even, first], [last, sharp]], dtype=np.float32)
    assert np.allclose(on_cls(weights), [[0.25, 1], [0.2, 0]])
    assert np.allclose(on_sep(weights), [[0.25, 0], [0.6, 0]])
    assert entropy(weights)[0] == pytest.approx([1, 0], abs=1e-6)
    assert no_op(weights).tolist() == [[True, True], [True, False]]
    assert np.allclose(received(weights)[0, 1], [1, 0, 0, 0])
    assert np.allclose(mean_heads(weights)[0, 0], [0.625, 0.125, 0.125, 0.125])


def test_twins_are_the_layers_that_training_starts_from():
    assert [origin(layer) for layer in range(1, 7)] == [1, 3, 5, 7, 9, 11]
    assert all(twin(origin(layer)) == layer for layer in range(1, 7))
    assert twin(12) == 6
