"""Cards of guesses: what is faded, what stands out, and that nothing typed is markup."""

from model_zoo.language.guess import Guess
from ui.words.cards import card, seen

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


def test_the_true_word_stands_out_whatever_its_case():
    best = [Guess("<i>", 0.5), Guess("film", 0.25)]
    html = card("bert", ["x"], best, "Film", "a & b")
    assert html.count("✓ the word") == 1 and "<li class=q-right><span>film" in html
    assert "&lt;i&gt;" in html and "a &amp; b" in html
    assert "width:100%" in html and "width:50%" in html
