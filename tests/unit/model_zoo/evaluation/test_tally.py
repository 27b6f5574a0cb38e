"""Counts of parts add up to the figures of all rows at once, to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_zoo.evaluation.classification import decide, quality
from model_zoo.evaluation.metrics import compare, holm
from model_zoo.evaluation.tally import add, compared, from_bytes, only_right, tally, to_bytes


def drawn(rows, labels, seed=0):
    chance = np.random.default_rng(seed)
    probabilities = chance.dirichlet(np.full(labels, 0.2), rows)
    probabilities[: rows // 9] = probabilities[rows // 9 : 2 * (rows // 9)]  # some are equal
    return probabilities, chance.integers(0, labels, rows)


@pytest.mark.slow
@pytest.mark.parametrize("labels", [2, 5])
@settings(max_examples=25)
@given(seed=st.integers(0, 9), size=st.integers(1, 400))
def test_parts_in_any_order_give_the_figures_of_the_whole(labels, seed, size):
    probabilities, truth = drawn(700, labels, seed)
    order = np.random.default_rng(seed).permutation(700)
    parts = [
        tally(probabilities[order[at : at + size]], truth[order[at : at + size]])
        for at in range(0, 700, size)
    ]
    expected = quality(probabilities, truth)
    assert add(parts).quality == expected
    assert add([add(parts[:2]), *parts[2:]]).quality == expected


def test_one_label_alone_has_no_area():
    probabilities, _ = drawn(30, 2)
    truth = np.ones(30, dtype=int)
    assert tally(probabilities, truth).quality == quality(probabilities, truth)
    assert tally(probabilities, truth).quality.auc is None


def test_they_can_be_sent():
    (first, truth), (second, _) = drawn(90, 3), drawn(90, 3, seed=1)
    answers = [decide(first), decide(second)]
    pairs = only_right(answers, truth)
    sent, received = from_bytes(to_bytes([tally(first, truth), tally(second, truth)], pairs), 2)
    assert [each.quality for each in sent] == [quality(first, truth), quality(second, truth)]
    assert compared(["a", "b"], received) == {("a", "b"): compare(*answers, truth)}
    _, nothing = from_bytes(to_bytes([tally(first, truth)], only_right(answers[:1], truth)), 1)
    assert compared(["a"], nothing) == {}


def test_pairs_of_several_are_adjusted_for_all_of_them():
    pairs = compared(["a", "b", "c"], np.array([[9, 1], [5, 4], [4, 4]]))
    assert [test.adjusted for test in pairs.values()] == holm([test.p for test in pairs.values()])
    assert pairs["a", "b"].p < 0.05 and pairs["a", "b"].chance
