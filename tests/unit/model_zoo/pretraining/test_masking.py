"""What is asked for in training, and what is read instead."""

import pytest
import torch

from model_zoo.language_models.vocabulary import Vocabulary
from model_zoo.pretraining.masking import every_word, whole_words
from model_zoo.text.tokens import TextTokenizer
from tests.language_zoo import TOKENIZER

TEXTS = [
    "The unbelievableness of [UNK] films.",
    "Short.",
    "Unforgettableness, antidisestablish!",
]


@pytest.fixture(scope="module")
def tokenizer():
    return TextTokenizer(TOKENIZER)


@pytest.fixture(scope="module")
def words(tokenizer):
    return Vocabulary(tokenizer)


@pytest.fixture
def batch(tokenizer):
    rows = [list(item.ids) for item in tokenizer.encode(TEXTS)]
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])
    return rows, ids, (ids != 0).long()


def test_whole_words_are_masked_with_all_their_pieces(batch, words, tokenizer):
    _, ids, _ = batch
    encoded = tokenizer.encode(TEXTS)
    torch.manual_seed(0)
    shares = []
    for _ in range(50):
        asked = whole_words(ids, 0.4, words)
        assert asked.positions.any(1).all()
        assert asked.targets.equal(ids[asked.positions])
        assert asked.ids[~asked.positions].equal(ids[~asked.positions])
        for row, text in enumerate(encoded):
            states: dict[int, set[bool]] = {}
            for at, word in enumerate(text.word_of):
                if word is None or ids[row, at] == words.unknown:
                    assert not asked.positions[row, at]
                elif text.tokens[at].startswith("##") or at == text.word_of.index(word):
                    states.setdefault(word, set()).add(bool(asked.positions[row, at]))
            assert all(len(seen) == 1 for seen in states.values())
        shares.append(float((asked.ids[asked.positions] == words.mask).float().mean()))
    assert 0.8 < sum(shares) / len(shares) < 0.97


def test_padding_and_special_tokens_are_never_asked_for(batch, words):
    _, ids, _ = batch
    torch.manual_seed(0)
    for _ in range(20):
        asked = whole_words(ids, 0.9, words)
        assert not torch.from_numpy(words.special)[ids[asked.positions]].any()


def test_every_word_is_asked_for_once(batch, words):
    _, ids, mask = batch
    ends = torch.tensor([1, 0, 1])
    asked = every_word(ids, mask, ends, 0.0, words)
    assert asked.ids.equal(ids)
    for row in range(3):
        expected = [
            at
            for at, id in enumerate(ids[row].tolist())
            if id not in (0, 100, 101, 103) and (id != 102 or ends[row])
        ]
        assert asked.positions[row].nonzero()[:, 0].tolist() == expected


def test_noise_blanks_what_is_read_but_not_what_is_asked(batch, words):
    _, ids, mask = batch
    torch.manual_seed(0)
    asked = every_word(ids, mask, torch.ones(3), 0.5, words)
    plain = every_word(ids, mask, torch.ones(3), 0.0, words)
    assert (asked.ids == words.mask).any() and asked.targets.equal(plain.targets)
    special = torch.from_numpy(words.special)[ids]
    assert asked.ids[special].equal(plain.ids[special])
