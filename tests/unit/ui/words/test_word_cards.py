"""Cards of guesses: what is faded, what stands out, and that nothing typed is markup."""

from model_zoo.language_models.guess import Guess
from ui.words.cards import card, seen, up_to

TEXT = "A <b>bold</b> & long film."
WORDS = [(0, 1), (2, 13), (14, 15), (16, 20), (21, 25), (25, 26)]


def test_the_left_is_seen_by_all_and_the_right_by_those_that_see_both_sides():
    left = "".join(seen("lstm", TEXT, WORDS, [3], 3))
    both = "".join(seen("bert", TEXT, WORDS, [3], 3))
    assert left == (
        'A &lt;b&gt;bold&lt;/b&gt; &amp; <mark aria-label="the blank">?</mark> <s>film</s><s>.</s>'
    )
    assert both.endswith("</mark> film.") and "<s>" not in both


def test_other_blanks_are_blank():
    shown = "".join(seen("bert", TEXT, WORDS, [1, 3], 3))
    assert "bold" not in shown and shown.count("<u>") == 1


def test_the_guess_of_the_true_words_rank_stands_out():
    best = [Guess("<i>", 0.5), Guess("film", 0.25)]
    html = card("bert", ["x"], best, 2, "a & b")
    assert html.count("✓ the word") == 1 and "<li class=q-right><span>film" in html
    assert "&lt;i&gt;" in html and "a &amp; b" in html
    assert "width:100%" in html and "width:50%" in html
    for rank in (None, 3):
        assert "✓ the word" not in card("bert", ["x"], best, rank, "")


def test_of_a_long_text_what_is_around_the_blank_is_shown():
    text = "word " * 100 + "blank" + " word" * 100
    spans = [(at, at + 4) for at in range(0, 500, 5)] + [(500, 505)]
    spans += [(at, at + 4) for at in range(506, 1006, 5)]
    assert all(text[start:end] in ("word", "blank") for start, end in spans)
    both = "".join(seen("bert", text, spans, [100], 100))
    assert both.startswith("… word") and both.endswith("word …") and "</mark> word" in both
    assert 70 < both.count("word") < 90
    beginning = "".join(up_to("lstm", text, 499))
    assert beginning.startswith("… word") and beginning.count("word") < 90
    assert beginning.endswith("word …</s>") and "<s>blank word" in beginning
