"""Tokens, words and their offsets into the text as typed."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers.normalizers import BertNormalizer

from model_zoo.errors import WeightsError
from model_zoo.paths import MODELS
from model_zoo.text import tokens
from model_zoo.text.tokens import TextTokenizer, leave_out, normaliser
from model_zoo.text.words import group_words

TOKENIZER = TextTokenizer(MODELS / "bert")


def read(text, **options):
    return TOKENIZER.encode([text], **options)[0]


@pytest.mark.parametrize(
    ("typed", "as_in_sst2"),
    [
        ("It's good, isn't it?", "it 's good , is n't it ?"),
        ("They don’t care.", "they do n't care ."),
        ("I can't", "i ca n't"),
        ("“Great” film", "`` great '' film"),
        ("wait…", "wait ..."),
        ("CAFÉ", "café"),
    ],
)
def test_typed_text_reads_as_training_data_does(typed, as_in_sst2):
    assert read(typed).ids == read(as_in_sst2).ids


def test_words_are_those_typed():
    encoded = read("It isn't a well-made film, but UNBELIEVABLY moving…")
    assert encoded.word_texts == (
        "It", "isn't", "a", "well-made", "film", ",", "but", "UNBELIEVABLY", "moving", "…",
    )  # fmt: skip
    assert encoded.tokens[0] == "[CLS]" and encoded.tokens[-1] == "[SEP]"
    assert encoded.word_of[0] is None and encoded.word_of[-1] is None
    pieces = [t for t, w in zip(encoded.tokens, encoded.word_of, strict=True) if w == 1]
    assert pieces == ["isn", "'", "t"]


def test_words_of_a_treebank_negation_are_joined():
    assert read("I do n't know").word_texts == ("I", "do n't", "know")


texts = st.text(st.characters(), max_size=60) | st.text(
    "ab '’n't…-`.\u0301é\x00\ud800😀", max_size=40
)


@settings(max_examples=400, deadline=None)
@given(texts)
@example("")
@example("do n't")
@example("\ud83d")
@example("a\u0000b\u202ec")
@example("İstanbul ﷺ ﬁne")
@example("`` '' ``'' n't n't")
def test_offsets_and_words_hold_for_any_text(text):
    encoded = read(text)
    size = len(text)
    assert encoded.text == text
    assert len(encoded.ids) == len(encoded.tokens) == len(encoded.spans) == len(encoded.word_of)
    assert all(0 <= start <= end <= size for start, end in encoded.spans + encoded.words)
    starts = [start for start, _ in encoded.words]
    assert starts == sorted(starts)
    for (_, end), (start, _) in zip(encoded.words, encoded.words[1:], strict=False):
        assert end <= start
    inside = encoded.word_of[1:-1]
    assert None not in inside
    assert sorted(set(inside)) == list(range(len(encoded.words)))  # every word has a token
    assert list(inside) == sorted(inside)
    for (start, end), word in zip(encoded.spans[1:-1], inside, strict=True):
        assert encoded.words[word][0] <= start and end <= encoded.words[word][1]


def test_truncation_is_counted_and_keeps_the_end_mark():
    encoded = read("good " * 600)
    assert len(encoded.ids) == 512 and encoded.tokens[-1] == "[SEP]"
    assert encoded.truncated and encoded.dropped == 600 + 2 - 512
    assert len(encoded.words) == 510
    short = read("good film", max_tokens=3)
    assert short.tokens == ("[CLS]", "good", "[SEP]") and short.dropped == 1
    assert not read("good " * 510).truncated


def test_all_models_read_with_the_same_tokenizer():
    files = sorted(MODELS.glob("*/tokenizer.json"))
    assert len(files) == 4
    assert len({file.read_bytes() for file in files}) == 1


def test_folders_with_the_same_tokenizer_share_it():
    folders = (MODELS / name for name in ("bert", "lstm"))
    first, second = map(TextTokenizer, folders)
    assert first.backend is second.backend


@pytest.mark.parametrize("content", [None, "", "{}", "[1, 2"])
def test_a_folder_without_a_tokenizer_says_so(tmp_path, content):
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(WeightsError, match="tokenizer.json cannot be read"):
        TextTokenizer(tmp_path)


def test_a_token_over_two_words_joins_them():
    assert group_words("ab cd ef", [(0, 4), (4, 5), (6, 8)]) == ([(0, 5), (6, 8)], [0, 0, 1])


@pytest.mark.parametrize(
    ("words", "dropped", "masked"),
    [
        ({2}, "This is a bad film, really.", "This is [MASK] a bad film, really."),
        ({0}, "is not a bad film, really.", "[MASK] is not a bad film, really."),
        ({5, 6}, "This is not a bad really.", "This is not a bad [MASK][MASK] really."),
        ({8}, "This is not a bad film, really", "This is not a bad film, really[MASK]"),
        (set(range(9)), "", "[MASK] [MASK] [MASK] [MASK] [MASK] [MASK][MASK] [MASK][MASK]"),
        ({99}, "This is not a bad film, really.", "This is not a bad film, really."),
    ],
)
def test_words_can_be_left_out_or_masked(words, dropped, masked):
    encoded = read("This is not a bad film, really.")
    assert leave_out(encoded, words) == dropped
    assert leave_out(encoded, words, instead="[MASK]") == masked


def test_a_mask_put_into_the_text_is_read_as_one_token():
    masked = leave_out(read("a brillant film"), {1}, instead="[MASK]")
    assert read(masked).tokens == ("[CLS]", "a", "[MASK]", "film", "[SEP]")
    assert read(masked).word_texts == ("a", "[MASK]", "film")


def test_the_files_hold_the_normaliser_that_is_made_here():
    file = MODELS / "bert" / "tokenizer.json"
    made = normaliser(BertNormalizer(lowercase=True))
    assert json.loads(file.read_text("utf-8"))["normalizer"] == json.loads(made.__getstate__())


def test_many_texts_are_read_as_each_alone(monkeypatch):
    texts = ["", "good " * 5, "film", "bad " * 3, "x" * 99, "", "not"]
    alone = [read(text) for text in texts]
    for most in (1, 12, 30, 1000):
        monkeypatch.setattr(tokens, "BATCH_CHARACTERS", most)
        assert TOKENIZER.encode(texts) == alone
    assert TOKENIZER.encode([]) == []
