"""Edits are marked word by word, and typed text never becomes markup."""

import pytest

from ui.show.difference import edited


def test_an_edit_is_one_text_with_what_went_and_what_came():
    assert edited("a <b> film", "a good film") == "a <del>&lt;b&gt;</del> <ins>good</ins> film"
    assert edited("not bad", "bad") == "<del>not</del> bad"


def test_texts_too_alike_in_too_many_ways_are_exchanged_but_for_their_ends():
    old, new = "one " + "a b " * 1000 + "end", "one " + "b a c " * 1000 + "end"
    marked = edited(old, new)
    assert marked.startswith("one <del>a b a") and marked.endswith("b a c</ins> end")
    assert marked.count("<del>") == marked.count("<ins>") == 1


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("a b c", "a c", "a <del>b</del> c"),
        ("a a", "a a a", "a a <ins>a</ins>"),
        ("", "a", "<ins>a</ins>"),
        ("a", "", "<del>a</del>"),
        ("a b", "a b", "a b"),
        ("x <b> y", "x y", "x <del>&lt;b&gt;</del> y"),
        ("It is dreadful.", "It is.", "It is <del>dreadful</del>."),
        ("is dreadful, too.", "is, too.", "is <del>dreadful</del>, too."),
        ("“Bad!” he said.", "“” he said.", "“<del>Bad!</del>” he said."),
        ("a film", "a film!", "a film<ins>!</ins>"),
        ("a bad film.", "a good film.", "a <del>bad</del> <ins>good</ins> film."),
        ("fine.", "dull.", "<del>fine</del> <ins>dull</ins>."),
        ("a, b", "a b", "a<del>,</del> b"),
    ],
)
def test_an_edit_is_marked(old, new, marked):
    assert edited(old, new) == marked
