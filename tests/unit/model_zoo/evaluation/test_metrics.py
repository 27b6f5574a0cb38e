"""Statistics against scikit-learn on random data, published values and values worked by hand."""

import numpy as np
import pytest
from sklearn import metrics as reference

from model_zoo.evaluation.metrics import (
    Bin,
    auc,
    calibration_error,
    compare,
    mcnemar,
    reliability,
    roc,
    together,
    wilson,
)


def random_rows(seed):
    """Probabilities with ties, and what they are of, which goes with them more often than not."""
    draw = np.random.default_rng(seed)
    scores = np.round(draw.random(300), draw.integers(1, 4))
    return scores, (draw.random(300) < 0.2 + 0.6 * scores).astype(int)


@pytest.mark.parametrize("seed", range(5))
def test_the_roc_curve_is_scikit_learns(seed):
    scores, hits = random_rows(seed)
    for ours, theirs in zip(
        roc(scores, hits),
        reference.roc_curve(hits, scores, drop_intermediate=False),
        strict=True,
    ):
        assert ours == pytest.approx(theirs)
    assert auc(scores, hits) == pytest.approx(reference.roc_auc_score(hits, scores))


def test_without_two_sides_there_is_no_area():
    assert auc(np.array([0.3]), np.array([0])) is None
    assert auc(np.array([0.3, 0.4]), np.array([True, True])) is None


def test_calibration_error_by_hand():
    # four rows at 0.9, of which three are hits; six at 0.25, of which three are
    scores = np.array([0.9] * 4 + [0.25] * 6)
    hits = np.array([1, 1, 1, 0, 1, 1, 1, 0, 0, 0])
    low, high = reliability(scores, hits)
    assert low == Bin(6, 0.25, 0.5, wilson(3, 6))
    assert high == Bin(4, pytest.approx(0.9), 0.75, wilson(3, 4))
    assert calibration_error((low, high)) == pytest.approx(0.6 * 0.25 + 0.4 * 0.15)
    assert [tenth.rows for tenth in reliability(np.array([0.0, 1.0]), np.array([0, 1]))] == [1, 1]


def test_wilson_interval():
    # Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(20, 20)[1] == 1.0


def test_mcnemar_is_the_exact_binomial_test():
    # 2 * (C(10,0) + C(10,1)) / 2**10
    assert mcnemar(9, 1).p == pytest.approx(22 / 1024)
    assert mcnemar(1, 9).p == mcnemar(9, 1).p
    assert mcnemar(5, 5).p == 1.0 and mcnemar(0, 0).p == 1.0
    assert mcnemar(3, 2).p == pytest.approx(1.0)


def test_tests_looked_at_together_are_adjusted_and_keep_their_own_p():
    tests = together({"one": mcnemar(9, 1), "other": mcnemar(9, 2), "equal": mcnemar(4, 4)})
    assert tests["one"].p == mcnemar(9, 1).p and not mcnemar(9, 1).chance
    assert tests["one"].adjusted == pytest.approx(3 * 22 / 1024) and tests["one"].chance
    assert tests["equal"].adjusted == 1.0
    assert mcnemar(9, 1).adjusted == mcnemar(9, 1).p


def test_mcnemar_for_many_rows_goes_on_smoothly():
    exact, approximate = mcnemar(5100, 4900), mcnemar(5101, 4901)
    assert approximate.p == pytest.approx(exact.p, rel=0.02)


def test_comparing_counts_the_rows_only_one_got_right():
    labels = np.array([1, 1, 1, 0, 0])
    pair = compare(np.array([1, 1, 0, 0, 1]), np.array([1, 0, 1, 1, 1]), labels)
    assert (pair.b, pair.c) == (2, 1)
