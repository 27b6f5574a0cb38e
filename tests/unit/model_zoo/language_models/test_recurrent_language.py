"""What the recurrent language models see of a text, and what never reaches them."""

import pytest
import torch

from tests import language_zoo

IDS = torch.tensor([[101, 1996, 2143, 2001, 2307, 1012, 102]])


def logits(network, ids, mask=None):
    with torch.inference_mode():
        return network(ids, attention_mask=mask).logits[0]


def changed(network, at):
    """Where logits move when the word at `at` is another one."""
    other = IDS.clone()
    other[0, at] = 5000
    before, after = logits(network, IDS), logits(network, other)
    return [t for t in range(IDS.shape[1]) if not torch.equal(before[t], after[t])]


@pytest.mark.parametrize("at", range(7))
def test_the_lstm_sees_only_what_stands_before(at):
    assert changed(language_zoo.network("lstm"), at) == list(range(at + 1, 7))


@pytest.mark.parametrize("at", range(7))
def test_the_bilstm_sees_both_sides_but_never_the_word_itself(at):
    assert changed(language_zoo.network("bilstm"), at) == [t for t in range(7) if t != at]


@pytest.mark.parametrize("name", ["lstm", "bilstm"])
def test_padding_changes_nothing(name):
    network = language_zoo.network(name)
    padded = torch.cat([IDS, torch.zeros(1, 3, dtype=torch.long)], dim=1)
    mask = (padded != 0).long()
    torch.testing.assert_close(logits(network, padded, mask)[:7], logits(network, IDS))
