"""What an export is checked with: texts of every size, and a measure that finds what is wrong."""

import numpy as np
import pytest

from model_zoo.backends.agreement import agreement, answers, of_all_sizes, of_sentences
from model_zoo.models.files import set_tokenizer


@pytest.fixture(scope="module")
def tokenizer():
    return set_tokenizer()


def answer(ids, mask):
    """Two logits a text, which read every token that is not padding."""
    total = ((ids + 1) * mask).sum(1) % 97 / 97
    return np.stack([total, 1 - total], axis=1)


def test_texts_of_all_sizes_are_what_they_say(tokenizer):
    batches = list(of_all_sizes(tokenizer))
    shapes = {ids.shape for ids, _ in batches}
    assert {(1, 1), (1, 2), (1, 512), (32, 12)} <= shapes
    for ids, mask in batches:
        assert ids.dtype == mask.dtype == np.int64 and ids.shape == mask.shape
        assert mask.any(1).all() and (np.diff(mask, axis=1) <= 0).all(), "padding is on the right"
        assert (ids[mask == 0] == tokenizer.pad_id).all()
    assert any((mask == 0).any() for _, mask in batches), "some are padded"
    again = [ids for ids, _ in of_all_sizes(tokenizer)]
    assert all(np.array_equal(a, b) for (a, _), b in zip(batches, again, strict=True))


def test_sentences_are_those_of_the_samples(tokenizer):
    batches = list(of_sentences(tokenizer))
    assert len(batches) > 90 and all(ids.shape[0] == 1 and ids.shape[1] > 4 for ids, _ in batches)


def test_an_engine_agrees_with_itself(tokenizer):
    logits = answers(answer, of_all_sizes(tokenizer))
    agreed = agreement(logits, logits)
    assert (agreed.logits, agreed.probability, agreed.answers) == (0, 0, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda ids, mask: answer(ids, np.ones_like(mask)),  # reads padding
        lambda ids, mask: answer(ids[:, :7], mask[:, :7]),  # its length is frozen
        lambda ids, mask: answer(ids, mask)[:, ::-1],  # classes the wrong way round
    ],
)
def test_what_an_exporter_gets_wrong_is_seen(tokenizer, wrong):
    ours, theirs = (answers(ask, of_all_sizes(tokenizer)) for ask in (wrong, answer))
    assert agreement(ours, theirs).probability > 1e-3
