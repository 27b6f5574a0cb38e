"""Figures for 2, 6 and 150 labels against scikit-learn's, and by hand where those have none."""

import numpy as np
import pytest
from sklearn import metrics as reference

from model_zoo.evaluation import classification
from model_zoo.evaluation.classification import Confusion, confusion, decide, quality


def random_rows(seed, labels, rows=300):
    """Probabilities with ties (N, C), and class indices that go with them more often than not."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(labels, size=rows)
    logits = np.round(draw.normal(size=(rows, labels)), 1)
    logits[np.arange(rows), truth] += 1
    shares = np.exp(logits)
    return shares / shares.sum(axis=1, keepdims=True), truth


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("threshold", [0.5, 0.17])
def test_of_two_labels_the_second_is_looked_for(seed, threshold):
    probabilities, truth = random_rows(seed, 2)
    positive = probabilities[:, 1]
    measured, answers = quality(probabilities, truth, threshold), positive > threshold
    table = reference.confusion_matrix(truth, answers).tolist()
    assert measured.confusion.counts == tuple(map(tuple, table))
    assert measured.confusion.rows == 300
    assert measured.accuracy == pytest.approx(reference.accuracy_score(truth, answers))
    assert measured.precision == pytest.approx(reference.precision_score(truth, answers))
    assert measured.recall == pytest.approx(reference.recall_score(truth, answers))
    assert measured.f1 == pytest.approx(reference.f1_score(truth, answers))
    assert measured.auc == pytest.approx(reference.roc_auc_score(truth, positive))
    bins = np.minimum((positive * 10).astype(int), 9)
    off = [abs((truth - positive)[bins == tenth].sum()) for tenth in range(10)]
    assert measured.ece == pytest.approx(sum(off) / 300)


@pytest.mark.parametrize("labels", [6, 150])
def test_of_more_labels_figures_are_means_over_those_that_occur(labels):
    probabilities, truth = random_rows(3, labels)
    truth[truth == labels - 1] = 0  # a label that no row has
    probabilities[:, labels - 1] = 0  # nor is it ever answered
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    measured, answers = quality(probabilities, truth), probabilities.argmax(axis=1)
    precision, recall, f1, support = reference.precision_recall_fscore_support(
        truth, answers, labels=range(labels), zero_division=0
    )
    for index, label in enumerate(measured.labels):
        assert (label.precision, label.recall, label.f1, label.support) == pytest.approx(
            (precision[index], recall[index], f1[index], support[index])
        )
    assert measured.labels[labels - 1].auc is None and measured.occurring == labels - 1
    macro = reference.precision_recall_fscore_support(
        truth, answers, average="macro", zero_division=0
    )
    assert (measured.precision, measured.recall, measured.f1) == pytest.approx(macro[:3])
    areas = [
        reference.roc_auc_score(truth == label, probabilities[:, label])
        for label in np.unique(truth)
    ]
    assert measured.auc == pytest.approx(np.mean(areas))
    assert measured.confusion.hits == (answers == truth).sum()
    low, high = measured.f1_ci95
    assert 0 < low < high < 1


def test_calibration_of_more_labels_is_the_likeliest_ones():
    # two rows said to be 0.75 of their label, of which one is: a quarter off
    probabilities = np.array([[0.75, 0.125, 0.125], [0.125, 0.125, 0.75]])
    assert quality(probabilities, np.array([0, 1])).ece == pytest.approx(0.25)


def test_where_a_figure_has_no_meaning():
    everything_wrong = quality(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([1, 1]))
    assert everything_wrong.f1 == everything_wrong.precision == everything_wrong.recall == 0
    assert everything_wrong.auc is None
    assert confusion(np.array([1]), np.array([0]), 2) == Confusion(((0, 1), (0, 0)))
    only = quality(np.array([[0.2, 0.5, 0.3]]), np.array([1]))
    assert only.auc is None and only.f1 == 1.0 and only.occurring == 1


def test_equally_likely_labels_give_the_first():
    assert decide(np.array([[0.5, 0.5]])).tolist() == [0]
    assert decide(np.array([[0.4, 0.2, 0.4]])).tolist() == [0]


@pytest.mark.parametrize("labels", [2, 6])
def test_the_interval_of_f1_holds_it_and_narrows_with_rows(labels):
    probabilities, truth = random_rows(7, labels)
    few, many = (
        quality(np.tile(probabilities, (times, 1)), np.tile(truth, times)) for times in (1, 16)
    )
    widths = []
    for measured in (few, many):
        low, high = measured.f1_ci95
        assert low < measured.f1 < high
        widths.append(high - low)
    assert widths[1] == pytest.approx(widths[0] / 4, rel=0.15)


def test_resamples_are_drawn_in_bounded_parts(monkeypatch):
    probabilities, truth = random_rows(1, 6)
    whole = quality(probabilities, truth).f1_ci95
    monkeypatch.setattr(classification, "_AT_ONCE", 36 * 7)
    assert quality(probabilities, truth).f1_ci95 == whole
