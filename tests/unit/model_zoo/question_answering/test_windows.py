"""A question and a passage as windows: nothing is lost, and offsets point at what was typed."""

import pytest

from model_zoo.errors import TextError
from model_zoo.question_answering.windows import frame, read
from model_zoo.text.tokens import TextTokenizer
from tests.readers import TOKENIZER

TOKENS = TextTokenizer(TOKENIZER)


def texts(reading):
    return [reading.passage[start:end] for start, end in reading.spans]


def test_a_short_passage_is_one_window_as_the_tokenizer_itself_puts_pairs_together():
    reading = read(TOKENS, "Who wrote it?", "Anna wrote it.")
    whole = TOKENS.backend.encode("Who wrote it?", "Anna wrote it.")
    (window,) = reading.windows
    assert list(window.ids) == whole.ids and list(window.types) == whole.type_ids
    assert texts(reading) == ["Anna", "wrote", "it", "."]
    assert window.begin == 6 and window.first == 0 and window.count == 4
    assert frame(TOKENS).special == 3 and reading.no_answer == 0


def test_a_long_passage_is_read_whole_in_windows_that_overlap():
    passage = " ".join(f"word{i}" for i in range(300))
    reading = read(TOKENS, "Which word?", passage, longest=64)
    plain = TOKENS.backend.encode(passage, add_special_tokens=False)
    assert len(reading.spans) == len(plain.ids) > 300  # not cut at 512 or anywhere
    reached = 0
    for window in reading.windows:
        assert len(window.ids) == 64 and window.count == len(window.ids) - 6
        inside = window.ids[window.begin : window.begin + window.count]
        assert list(inside) == plain.ids[window.first : window.first + window.count]
        assert not reached or reached - window.first >= window.count // 3 - 1
        reached = window.first + window.count
    assert reading.windows[0].first == 0 and reached == len(plain.ids)


@pytest.mark.parametrize(
    "passage, token, text",
    [
        ("😀😀 Anna 👩‍🚀 flew", "Anna", "Anna"),
        ("Cafe\u0301 Lu\u0308tt", "Cafe", "Cafe\u0301"),
        ("\x00Anna\u200b \ud800 flew", "Anna", "Anna"),
        ("הספר של אנה", "הספר", "הספר"),
        ("don’t  “quote” Anna", "quote", "quote"),
        ("東京は日本", "日", "日"),
    ],
)
def test_offsets_are_of_the_text_as_typed(passage, token, text):
    reading = read(TOKENS, "Who?", passage)
    span = passage.index(token), passage.index(token) + len(token)
    first, last = reading.tokens(span)
    start, end = reading.characters(first, last)
    assert passage[start:end] == text


def test_signs_of_several_characters_are_not_cut():
    reading = read(TOKENS, "Who?", "a 👩‍🚀 b 👍🏽 c")
    for at in range(len(reading.spans)):
        start, end = reading.characters(at, at)
        assert reading.passage[start:end] in ("a", "b", "c", "👩‍🚀", "👍🏽")


def test_answers_begin_and_end_at_words():
    reading = read(TOKENS, "Who?", "The antidisestablishmentarians' x-ray (1960s)")
    starts = [text for text, may in zip(texts(reading), reading.starts, strict=True) if may]
    ends = [text for text, may in zip(texts(reading), reading.ends, strict=True) if may]
    assert "anti" in starts and "anti" not in ends and "ray" in starts and "x" in ends
    assert sum(reading.starts) < len(reading.spans)
    chinese = read(TOKENS, "Who?", "東京は日本")  # no spaces, but a token each
    assert all(chinese.starts) and all(chinese.ends)


@pytest.mark.parametrize(
    "question, passage", [("", "Anna."), ("Who?", ""), ("Who?", " \x00\u200b")]
)
def test_nothing_to_read_is_said(question, passage):
    with pytest.raises(TextError, match="is empty"):
        read(TOKENS, question, passage)


def test_too_much_is_said_and_never_cut():
    with pytest.raises(TextError, match="The question has 20000 tokens"):
        read(TOKENS, "a " * 20_000, "Anna.")
    with pytest.raises(TextError, match="Shorten it to 100,000"):
        read(TOKENS, "Who?", "a" * 100_001)
    assert len(read(TOKENS, "Who?", "a " * 20_000).spans) == 20_000
    one_word = read(TOKENS, "Who?", "a" * 20_000)
    assert texts(one_word) == ["a" * 20_000]
