"""Probabilities of spans, against a softmax over a list of them, and the best of them."""

import numpy as np
import pytest
import torch

from model_zoo.finetuning.objectives import answered, outcomes
from model_zoo.question_answering.spans import WIDEST, best_spans, likely
from model_zoo.question_answering.windows import read
from model_zoo.text.tokens import TextTokenizer
from tests.readers import TOKENIZER

TOKENS = TextTokenizer(TOKENIZER)
PASSAGE = "Anna lives in Oslo , and Karl lives in Berlin ."


def logits(reading, seed=0):
    draw = np.random.default_rng(seed)
    return [tuple(draw.normal(size=(2, len(w.ids))).astype(np.float32)) for w in reading.windows]


def test_probabilities_are_the_softmax_over_every_span_and_no_answer():
    reading = read(TOKENS, "Who?", PASSAGE)
    ((start, end),) = given = logits(reading)
    shares = likely(reading, given)
    begin, size = reading.windows[0].begin, len(reading.spans)
    outcome = {"none": start[0] + end[0]}
    for i in range(size):
        for j in range(i, size):
            outcome[i, j] = start[begin + i] + end[begin + j]
    total = sum(np.exp(float(value)) for value in outcome.values())
    assert shares.no_answer == pytest.approx(np.exp(float(outcome["none"])) / total)
    assert shares.spans[2, 3] == pytest.approx(np.exp(float(outcome[2, 5])) / total)
    assert shares.spans.sum() + shares.no_answer == pytest.approx(1)
    assert shares.starts.sum() == pytest.approx(shares.ends.sum())
    assert shares.ends[5] == pytest.approx(sum(shares.spans[i, 5 - i] for i in range(6)))
    assert shares.spans[size - 1, 1:].sum() == 0  # beyond the passage, never the question


def test_what_is_learnt_is_what_is_shown():
    reading = read(TOKENS, "Who?", PASSAGE)
    ((start, end),) = given = logits(reading)
    window, shares = reading.windows[0], likely(reading, given)
    inside = torch.zeros(1, len(window.ids), dtype=torch.bool)
    inside[0, window.begin : window.begin + window.count] = True
    both = [torch.from_numpy(part)[None] for part in (start, end)]
    target = 1 + (window.begin + 3) * WIDEST + 0
    loss = answered(outcomes(*both, inside), torch.tensor([[target, 0, -1]]))
    assert loss.item() == pytest.approx(-np.log(shares.spans[3, 0] + shares.no_answer), rel=1e-5)


def test_windows_are_compared_by_their_own_no_answer():
    """A constant on all logits of one window says nothing; its span still is what it was."""
    reading = read(TOKENS, "Who?", " ".join([PASSAGE] * 8), longest=40)
    assert len(reading.windows) > 2
    given = logits(reading)
    raised = [*given[:1], tuple(part + 7 for part in given[1]), *given[2:]]
    before, after = likely(reading, given), likely(reading, raised)
    assert np.allclose(before.spans, after.spans) and before.no_answer > 0
    best = before.spans.argmax()
    first, width = divmod(int(best), WIDEST)
    window = reading.windows[before.window.ravel()[best]]
    assert window.first <= first and first + width < window.first + window.count


def test_answers_are_at_most_so_wide():
    reading = read(TOKENS, "Who?", " ".join([PASSAGE] * 8))
    (window,) = reading.windows
    start, end = np.full((2, len(window.ids)), -9.0, dtype=np.float32)
    start[window.begin + 5] = end[window.begin + 5 + WIDEST] = 9.0  # one token too far apart
    end[window.begin + 7] = 1.0
    (place, _), *_ = best_spans(reading, likely(reading, [(start, end)]), 1)
    assert (place.first, place.last) == (5, 7)


def test_the_best_do_not_overlap_or_repeat_one_another():
    reading = read(TOKENS, "Who?", "Oslo is Oslo , not the Oslo of Karl")
    chosen = best_spans(reading, likely(reading, logits(reading)), 9)
    shares = [place.probability for place, _ in chosen]
    assert shares == sorted(shares, reverse=True) and len(chosen) > 2
    taken = [set(range(place.first, place.last + 1)) for place, _ in chosen]
    assert sum(map(len, taken)) == len(set().union(*taken))
    said = [reading.passage[start:end].removeprefix("the ") for _, (start, end) in chosen]
    assert len(said) == len(set(said))


def test_a_word_wider_than_answers_may_be_is_answered_in_part():
    reading = read(TOKENS, "Who?", "x" * 20 + "qzjxkv" * 13)
    assert len(reading.spans) > WIDEST
    shares = likely(reading, logits(reading))
    assert shares.spans.sum() > 0 and best_spans(reading, shares, 1)
