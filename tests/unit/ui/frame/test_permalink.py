"""An address says what is looked at, and nothing an address says can do harm."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_zoo.models.registry import SPECS
from ui.frame.permalink import MAX_LINK_CHARACTERS, MAX_WITHOUT, View, link, parameters, parse

DEFAULT = View(text="A default sentence.")
NAMES = tuple(SPECS)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
views = st.builds(
    View,
    text=texts,
    models=st.sets(st.sampled_from(NAMES), min_size=1).map(
        lambda chosen: tuple(name for name in NAMES if name in chosen)
    ),
    pinned=st.none() | texts,
    without=st.sets(st.integers(0, 500), max_size=MAX_WITHOUT).map(lambda s: tuple(sorted(s))),
    masked=st.booleans(),
)


@given(views)
def test_a_view_survives_the_way_through_an_address(view):
    address = link("https://quartet.example/", parameters(view, DEFAULT))
    query = parse_qs(urlsplit(address).query, keep_blank_values=True)
    parsed, notices = parse(query, DEFAULT)
    assert not notices
    assert (parsed.text, parsed.models, parsed.pinned, parsed.without) == (
        view.text,
        view.models,
        view.pinned,
        view.without,
    )
    assert parsed.masked == view.masked or not view.without  # of no matter where all words stay


@given(
    st.dictionaries(
        st.sampled_from(["text", "models", "pinned", "without", "masked", "utm_source"]),
        st.lists(st.text(max_size=300), max_size=3),
    )
)
def test_any_address_gives_a_sound_view(query):
    parsed, notices = parse(query, DEFAULT)
    assert set(parsed.models) <= set(NAMES) and parsed.models
    assert len(parsed.without) <= MAX_WITHOUT and all(i >= 0 for i in parsed.without)
    assert len(notices) <= len(query)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"text": ["x" * (MAX_LINK_CHARACTERS + 1)]}, "longer than"),
        ({"pinned": ["x" * (MAX_LINK_CHARACTERS + 1)]}, "longer than"),
        ({"models": ["gpt"]}, "'gpt'"),
        ({"models": [""]}, "no model named"),
        ({"text": ["a"], "without": ["1,x"]}, "word numbers"),
        ({"text": ["a"], "without": ["-1"]}, "word numbers"),
        ({"text": ["a"], "without": ["²"]}, "word numbers"),
        ({"text": ["a"], "without": [",".join("1" * 65)]}, "word numbers"),
        ({"masked": ["yes"]}, "0 or 1"),
    ],
)
def test_bad_parameters_are_ignored_with_a_notice(query, why):
    parsed, (notice,) = parse(query, DEFAULT)
    assert why in notice and "ignored" in notice
    assert parsed == View(text=query.get("text", [DEFAULT.text])[0]) or parsed == DEFAULT


def test_one_bad_parameter_leaves_the_others():
    parsed, notices = parse({"text": ["Hello"], "models": ["bert,nope"], "pinned": ["Hi"]}, DEFAULT)
    assert (parsed.text, parsed.pinned, parsed.models) == ("Hello", "Hi", NAMES)
    assert len(notices) == 1


def test_foreign_parameters_are_passed_over_in_silence():
    assert parse({"utm_source": ["mail"], "embed": ["true"]}, DEFAULT) == (DEFAULT, [])


def test_words_are_only_left_out_of_the_text_they_were_counted_in():
    looking = View(text="Not a bad film.", without=(0,))
    assert parse({}, looking)[0] == looking
    assert parse({"text": ["Another"]}, looking)[0].without == ()
    assert parse({"without": ["1"]}, DEFAULT)[0].without == ()


def test_the_default_view_has_a_clean_address_and_long_texts_have_none():
    assert parameters(DEFAULT, DEFAULT) == {}
    assert link("https://quartet.example/", {}) == "https://quartet.example/"
    long = "x" * (MAX_LINK_CHARACTERS + 1)
    assert parameters(View(text=long), DEFAULT) is None
    assert parameters(View(text="short", pinned=long), DEFAULT) is None
