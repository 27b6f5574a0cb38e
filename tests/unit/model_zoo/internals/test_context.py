"""What a position can see follows from the architecture, to the last bit."""

import numpy as np
import pytest

from model_zoo.errors import TextError
from model_zoo.internals.context import LEAST_TOKENS, MOST_TOKENS, influence, window
from model_zoo.models.loading import load
from model_zoo.models.sets import model_set

pytestmark = pytest.mark.slow  # many readings by whole models
TEXT = "The acting is great, but the film as a whole is dreadful."


@pytest.fixture(scope="module", params=list(model_set().models))
def model(request):
    return load(request.param)


@pytest.mark.parametrize("words", [1, 2, 7, 22, 40, 64])
def test_the_lstm_sees_nothing_of_what_comes_later(words):
    change = influence(load("lstm"), " ".join((TEXT.split() * 6)[:words])).change
    later = change[np.triu_indices_from(change, 1)]
    assert (later == 0).all()
    assert (np.tril(change).sum(axis=1) > 0).all() and (change.diagonal() > 0).all()


@pytest.mark.parametrize("name", ["bilstm", "bert", "distilbert"])
def test_the_others_see_everything(name):
    influences = influence(load(name), TEXT)
    assert influences.change.shape == (len(influences.tokens),) * 2 == (14, 14)
    assert (influences.change > 0).all()


def test_rows_are_positions_and_columns_are_masked_tokens():
    """Masking a word by hand gives that word's column."""
    import torch

    model = load("lstm")
    encoded = model.encode([TEXT])[0]
    ids, masked = list(encoded.ids), list(encoded.ids)
    masked[4] = 103  # [MASK] in BERT's vocabulary; with [CLS] before them, token 3 is at 4
    with torch.inference_mode():
        before, after = (
            model.network.torch.module.lstm(
                model.network.torch.module.embeddings(torch.tensor([row]))
            )[0][0]
            for row in (ids, masked)
        )
    expected = ((after - before).norm(dim=-1) / before.norm(dim=-1))[1:-1].numpy()
    assert np.allclose(influence(model, TEXT).change[:, 3], expected, atol=1e-5)


def test_chunks_change_nothing(model):
    whole = influence(model, TEXT)
    for batch_tokens in (1, 45):
        chunked = influence(model, TEXT, batch_tokens=batch_tokens)
        assert np.allclose(chunked.change, whole.change, atol=1e-5)


def test_a_typed_mask_changes_nothing():
    influences = influence(load("bilstm"), "a [MASK] film")
    assert influences.tokens[1] == "[MASK]" and (influences.change[:, 1] == 0).all()


def test_of_a_long_text_a_window_is_looked_at():
    model = load("bilstm")
    influences = influence(model, "good film " * 600, start=10_000)
    assert influences.total == 510 and len(influences.tokens) == window(510) == LEAST_TOKENS
    assert influences.start == 510 - LEAST_TOKENS and np.isfinite(influences.change).all()
    assert [window(n) for n in (1, 64, 65)] == [1, 64, MOST_TOKENS]


def test_the_whole_of_a_long_text_is_read():
    """A window's squares depend on what lies outside of it."""
    model = load("bilstm")
    start, end = (
        influence(model, f"{word} " + "good film " * 33, start=3).change
        for word in ("dreadful", "wonderful")
    )
    assert not np.array_equal(start, end)


@pytest.mark.parametrize("text", ["", "  ", "\x00"])
def test_nothing_to_read_is_refused(model, text):
    with pytest.raises(TextError):
        influence(model, text)


def test_nothing_is_left_on_the_shared_network(model):
    influence(model, "Good.")
    for module in model.network.torch.module.modules():
        assert not module._forward_hooks and not module._forward_pre_hooks
