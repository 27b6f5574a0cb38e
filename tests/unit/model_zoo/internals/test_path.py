"""Two axes hold what they are said to hold, and layers share them."""

import numpy as np
import pytest

from model_zoo.errors import TextError
from model_zoo.internals.path import path as path_of
from model_zoo.internals.path import principal
from model_zoo.models.loading import load
from model_zoo.models.sets import model_set

TEXT = "This is not a bad film at all."


@pytest.fixture(scope="module", params=list(model_set().models))
def model(request):
    return load(request.param)


def test_steps_and_shapes(model):
    route = path_of(model, TEXT)
    tokens = len(route.tokens)
    assert route.points.shape == (len(route.steps), tokens, 2)
    assert len(route.bases) == len(route.explained) == len(route.steps)
    assert route.steps[0] == "embeddings" and route.tokens[0] == "[CLS]"
    if hasattr(model.network.torch.module, "lstm"):
        assert route.bases == (0, 1)  # spaces of different size
    else:
        assert len(route.steps) == model.network.torch.module.config.num_hidden_layers + 1
        assert set(route.bases) == {0}
    for first, second in route.explained:
        assert 0 < second <= first and first + second <= 1 + 1e-9


def test_points_are_the_most_that_two_axes_can_hold():
    chance = np.random.default_rng(0)
    space = chance.normal(size=(3, 5, 4)) * [1, 5, 0.1, 2]
    points, (first, second) = principal(space)
    rows = space.reshape(-1, 4)
    eigenvalues = np.linalg.eigvalsh(np.cov(rows.T))[::-1]
    assert first == pytest.approx(eigenvalues[0] / eigenvalues.sum())
    assert second == pytest.approx(eigenvalues[1] / eigenvalues.sum())
    seen = points.reshape(-1, 2)
    assert seen.var(axis=0, ddof=1) == pytest.approx(eigenvalues[:2])
    # one basis for all steps: distances between steps are kept, but for what is left out
    assert np.allclose(seen.mean(axis=0), 0)


def test_axes_do_not_turn_with_the_sign_of_the_data():
    space = np.random.default_rng(1).normal(size=(2, 6, 5))
    assert np.allclose(principal(space)[0], -principal(-space)[0])


def test_one_point_has_no_variance():
    points, shares = principal(np.ones((1, 3, 4)))
    assert shares == (0.0, 0.0) and np.allclose(points, 0)


@pytest.mark.parametrize("text", ["Good", "😀", "good film " * 600])
def test_shortest_and_longest(text):
    route = path_of(load("bilstm"), text)
    assert np.isfinite(route.points).all()


@pytest.mark.parametrize("text", ["", "\x00"])
def test_nothing_to_read_is_refused(model, text):
    with pytest.raises(TextError):
        path_of(model, text)
