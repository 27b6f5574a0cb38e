"""Statistics against scikit-learn on random data, published values and values worked by hand."""

import numpy as np
import pytest
from sklearn import metrics as reference

from model_zoo.quality.metrics import (
    Bin,
    Confusion,
    auc,
    calibration_error,
    compare,
    confusion,
    f1,
    mcnemar,
    quality,
    reliability,
    roc,
    wilson,
)


def random_rows(seed):
    """Probabilities with ties, and labels that go with them more often than not."""
    draw = np.random.default_rng(seed)
    positive = np.round(draw.random(300), draw.integers(1, 4))
    return positive, (draw.random(300) < 0.2 + 0.6 * positive).astype(int)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("threshold", [0.5, 0.17])
def test_quality_is_scikit_learns(seed, threshold):
    positive, labels = random_rows(seed)
    measured, answers = quality(positive, labels, threshold), positive > threshold
    table = reference.confusion_matrix(labels, answers)
    assert measured.confusion == Confusion(*table.ravel().tolist())
    assert measured.confusion.rows == 300
    assert measured.accuracy == pytest.approx(reference.accuracy_score(labels, answers))
    assert measured.precision == pytest.approx(reference.precision_score(labels, answers))
    assert measured.recall == pytest.approx(reference.recall_score(labels, answers))
    assert measured.f1 == pytest.approx(reference.f1_score(labels, answers))
    assert measured.f1 == pytest.approx(f1(answers.tolist(), labels.tolist()))
    assert measured.auc == pytest.approx(reference.roc_auc_score(labels, positive))


@pytest.mark.parametrize("seed", range(5))
def test_the_roc_curve_is_scikit_learns(seed):
    positive, labels = random_rows(seed)
    for ours, theirs in zip(
        roc(positive, labels),
        reference.roc_curve(labels, positive, drop_intermediate=False),
        strict=True,
    ):
        assert ours == pytest.approx(theirs)


def test_where_a_figure_has_no_meaning():
    everything_wrong = quality(np.array([0.1, 0.2]), np.array([1, 1]))
    assert everything_wrong.f1 == everything_wrong.precision == everything_wrong.recall == 0
    assert everything_wrong.auc is None and auc(np.array([0.3]), np.array([0])) is None
    assert confusion(np.array([True]), np.array([0])) == Confusion(0, 1, 0, 0)
    assert f1([0, 0], [0, 0]) == 0.0


def test_the_interval_of_f1_holds_it_and_narrows_with_rows():
    positive, labels = random_rows(7)
    few, many = quality(positive, labels), quality(np.tile(positive, 16), np.tile(labels, 16))
    widths = []
    for measured in (few, many):
        low, high = measured.f1_ci95
        assert low < measured.f1 < high
        widths.append(high - low)
    assert widths[1] == pytest.approx(widths[0] / 4, rel=0.15)


def test_calibration_error_by_hand():
    # four rows at 0.9, of which three are positive; six at 0.25, of which three are
    positive = np.array([0.9] * 4 + [0.25] * 6)
    labels = np.array([1, 1, 1, 0, 1, 1, 1, 0, 0, 0])
    low, high = reliability(positive, labels)
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


def test_mcnemar_for_many_rows_goes_on_smoothly():
    exact, approximate = mcnemar(5100, 4900), mcnemar(5101, 4901)
    assert approximate.p == pytest.approx(exact.p, rel=0.02)


def test_comparing_counts_the_rows_only_one_got_right():
    labels = np.array([1, 1, 1, 0, 0])
    pair = compare(np.array([1, 1, 0, 0, 1]), np.array([1, 0, 1, 1, 1]), labels)
    assert (pair.b, pair.c) == (2, 1)
