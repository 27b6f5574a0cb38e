"""What another engine costs on some rows, as a sentence."""

import numpy as np
import pytest

from ui.data.engines import in_words

TRUTH = np.array([1] * 50 + [0] * 50)


def wrong(count, of=TRUTH):
    """Answers that are wrong in the first rows."""
    answers = of.copy()
    answers[:count] = 1 - answers[:count]
    return answers


@pytest.mark.parametrize(
    "its, others, says",
    [
        (wrong(5), wrong(5), "gives the same answer as BERT to all 100 rows."),
        (wrong(5), wrong(7), "and it is right on 93 (93.0%), 2 fewer than BERT; this difference"),
        (wrong(5), wrong(3), "and it is right on 97 (97.0%), 2 more than BERT; this difference"),
        (wrong(5), 1 - wrong(5)[::-1], "and both are right on 95; this difference could be chance"),
        (wrong(0), wrong(20), "BERT is better here, hardly by chance (p = 1.9e-06)."),
    ],
)
def test_accuracy_equal_answers_and_whether_it_may_be_chance(its, others, says):
    sentence = in_words("BERT", its, "BERT · int8", others, TRUTH)
    assert sentence.startswith("BERT · int8 gives the same answer as BERT to ")
    assert says in sentence


def test_without_labels_only_how_often_they_agree():
    sentence = in_words("BERT", wrong(0), "BERT · int8", wrong(2), None)
    assert sentence == (
        "BERT · int8 gives the same answer as BERT to 98.0% (93.0% to 99.4%) of 100 rows."
    )
