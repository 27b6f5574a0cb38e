"""Rows that were scored for other models are not scored again, unless something is different."""

import numpy as np
import pytest

from model_zoo.inference.score import Scored
from ui.data.reuse import beside, known

LABELS = ("no", "yes")


def block(models, rows=2, share=0.25):
    shares = tuple(np.full((rows, 2), share + at) for at, _ in enumerate(models))
    tokens, none = np.full(rows, len(models)), np.zeros(rows)
    return Scored(
        tuple(models), (LABELS,) * len(models), shares, tokens, none, none, np.ones(len(models))
    )


def key(models, weights=None, column="text"):
    return column, tuple(models), tuple(weights or models)


def test_the_block_with_most_of_the_models_is_cut_down_to_them():
    scored = {
        key("ab"): [block("ab")],
        key("acd"): [block("acd")],
        key("axyz"): [block("axyz")],
    }
    found = known(scored, key("acef"), 0, 2)
    assert found.models == ("a", "c") and len(found.seconds) == 2
    assert [shares[0, 0] for shares in found.probabilities] == [0.25, 1.25]
    whole = beside(found, block("fe", share=0.5), "acef")
    assert whole.models == tuple("acef") and whole.labels == (LABELS,) * 4
    assert [shares[0, 0] for shares in whole.probabilities] == [0.25, 1.25, 1.5, 0.5]
    assert whole.tokens.tolist() == [3, 3], "as the first model counted them"


@pytest.mark.parametrize(
    "asked, at, rows",
    [
        (key("ba"), 0, 2),  # tokens would be another model's
        (key("ab", ["new", "b"]), 0, 2),
        (key("ab", column="title"), 0, 2),
        (key("ab"), 1, 2),
        (key("ab"), 0, 3),
    ],
)
def test_nothing_is_known_of_others(asked, at, rows):
    assert known({key("ab"): [block("ab")]}, asked, at, rows) is None


def test_other_weights_of_a_later_model_are_left_out():
    found = known({key("ab"): [block("ab")]}, key("ab", ["a", "new"]), 0, 2)
    assert found.models == ("a",)
