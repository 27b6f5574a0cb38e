"""Blanks: what is hidden, what is guessed, and the rank of the true word."""

import numpy as np
import pytest
import torch

from model_zoo.errors import TextError
from model_zoo.language_models.guess import MOST_BLANKS, bits, guess
from tests import language_zoo

TEXT = "The film was great and I left early."


def by_hand(model, network, ids, at):
    """Probabilities among whole words at a position, from the network's logits."""
    with torch.inference_mode():
        logits = network(torch.tensor([ids])).logits[0, at].double().numpy()
    shares = np.where(model.vocabulary.whole, np.exp(logits - logits.max()), 0.0)
    return shares / shares.sum()


@pytest.mark.parametrize("name", language_zoo.NAMES)
def test_a_guess_is_the_networks_own(name, loaded, plain):
    model = loaded[name]
    (blank,) = guess(model, TEXT, [3], top=4)
    ids = list(model.read(TEXT).ids)
    truth, ids[4] = ids[4], model.vocabulary.mask
    shares = by_hand(model, plain[name], ids, 4)
    best = np.argsort(-shares)[:4]
    assert [g.word for g in blank.best] == [model.vocabulary.entries[i] for i in best]
    assert [g.probability for g in blank.best] == pytest.approx(shares[best], rel=1e-4)
    assert blank.truth == "great" and blank.probability == pytest.approx(shares[truth], rel=1e-4)
    assert blank.rank == 1 + (shares > shares[truth]).sum()


@pytest.mark.parametrize("name", language_zoo.NAMES)
def test_the_blanked_word_is_seen_by_none(name, loaded):
    """Whatever stands in the blank, guesses are the same to the last bit; all blanks are blank."""
    first = guess(loaded[name], "The film was great and bad.", [3, 5])
    second = guess(loaded[name], "The film was splendid and dull.", [3, 5])
    assert [blank.best for blank in first] == [blank.best for blank in second]
    assert first[0].rank != second[0].rank


def test_only_whole_words_are_guessed(loaded):
    (blank,) = guess(loaded["bert"], "A [MASK] film.", top=400)
    assert not [g.word for g in blank.best if g.word.startswith(("##", "["))]
    assert (blank.truth, blank.rank, blank.probability) == (None, None, None)


def test_a_word_of_several_pieces_has_no_rank_and_one_blank(loaded):
    first, second = guess(loaded["bert"], "unbelievableness of [MASK] things", [0])
    assert first.truth == "unbelievableness" and first.rank is None and first.word == 0
    assert second.truth is None and second.word == 2


@pytest.mark.parametrize(
    "text, blanks, says",
    [
        ("No blank here.", [], "no blank"),
        ("Two words", [2], "2 words"),
        ("Two words", [-1], "2 words"),
        ("word " * 30, range(MOST_BLANKS + 1), "too many"),
        ("", [0], "empty"),
    ],
)
def test_what_cannot_be_guessed_is_refused(text, blanks, says, loaded):
    with pytest.raises(TextError, match=says):
        guess(loaded["lstm"], text, blanks)


def test_bits():
    assert bits(1.0) == 0 and bits(0.25) == 2 and bits(0.0) < 1000


def test_what_is_cut_off_is_neither_guessed_nor_a_blank(loaded):
    model = loaded["bert"]
    text = "a " * 509 + "unbelievableness"  # of its two pieces the first is still read
    (blank,) = guess(model, text, [509])
    assert blank.truth == "unbelievableness" and blank.rank is blank.probability is None
    with pytest.raises(TextError, match="behind the first 512 tokens"):
        guess(model, "a " * 600 + "[MASK]")
