"""Cross-entropy from a part of the vocabulary: exact where all is drawn, unbiased where not."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from model_zoo.pretraining.candidates import Candidates, cross_entropy

N, E, V = 6, 8, 400


@pytest.fixture
def layer():
    torch.manual_seed(0)
    return torch.randn(N, E), torch.randn(V, E), torch.randn(V), torch.randint(V, (N,))


def counts():
    return (10_000 / np.arange(1, V + 1)).astype(int)


def exact(states, table, bias, targets):
    return F.cross_entropy(states @ table.T + bias, targets, reduction="none")


def test_all_words_drawn_is_exact(layer):
    words = Candidates(counts(), 10 * V).draw()
    assert len(words[0]) == V
    torch.testing.assert_close(cross_entropy(*layer, words), exact(*layer))
    torch.testing.assert_close(cross_entropy(*layer, None), exact(*layer))


def test_some_words_estimate_the_sum_without_bias(layer):
    candidates = Candidates(counts(), 100)
    states, table, bias, targets = layer
    own = (states * table[targets]).sum(-1) + bias[targets]
    drawn = [candidates.draw() for _ in range(4000)]
    assert np.mean([len(words) for words, _ in drawn]) == pytest.approx(100, rel=0.02)
    sums = torch.stack([(cross_entropy(*layer, words) + own).exp() for words in drawn])
    whole = (exact(*layer) + own).exp()
    error = 4 * sums.std(0) / len(drawn) ** 0.5
    assert ((sums.mean(0) - whole).abs() < error).all()


def test_frequent_words_are_always_drawn(layer):
    candidates = Candidates(counts(), 100)
    for _ in range(20):
        words, log_weight = candidates.draw()
        assert words[:10].tolist() == list(range(10)) and (log_weight[:10] == 0).all()


def test_gradients_are_those_of_what_was_drawn(layer):
    states, table, bias, targets = layer
    words = Candidates(counts(), 10 * V).draw()
    table = table.requires_grad_()
    (ours,) = torch.autograd.grad(cross_entropy(states, table, bias, targets, words).sum(), table)
    (whole,) = torch.autograd.grad(exact(states, table, bias, targets).sum(), table)
    torch.testing.assert_close(ours, whole, atol=1e-5, rtol=1e-4)
