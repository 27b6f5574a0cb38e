"""Addresses that nobody should send, through their reader and through the whole page."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from model_zoo import paths
from model_zoo.models.sets import model_set
from tests.fuzz.hostile import LONG, MARKUP, TROUBLE
from tests.root import ROOT
from ui.frame.permalink import MAX_LINK_CHARACTERS, MAX_WITHOUT, View, link, parameters, parse

SPECS = model_set().models
DEFAULT = View(text="A default sentence.", models=tuple(SPECS))
OURS = st.sampled_from(View.__slots__)
VALUES = st.one_of(
    st.sampled_from([*TROUBLE, *LONG]),
    st.text(max_size=50),
    st.sampled_from(
        ["lstm", "bert,lstm", "lstm," * 5000, ",", "LSTM", "0", "1", "-1", "0," * 5000, "²", "1e9"]
    ),
    st.sampled_from(["sentiment", "gone", "..", "sentiment/bert", "local/bert", "hub/a--b~x.1.0"]),
    st.sampled_from([str(paths.MODELS), str(paths.MODELS / "bert"), "../bert", "bert~.1.0", "/@~"]),
    st.builds(lambda char, count: char * count, st.characters(), st.integers(1_990, 2_010)),
    st.integers().map(str),
    st.lists(st.integers(-2, 99_999), max_size=80).map(lambda n: ",".join(map(str, n))),
)
small = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


@settings(small, max_examples=200)
@given(st.dictionaries(OURS | st.text(max_size=20), st.lists(VALUES, max_size=4), max_size=8))
def test_any_address_gives_a_view_that_can_be_linked_to(query):
    view, notices = parse(query, DEFAULT)
    assert view.set == "sentiment" and view.models and set(view.models) <= set(SPECS)
    assert len(view.text) <= MAX_LINK_CHARACTERS and len(view.without) <= MAX_WITHOUT
    assert all(len(notice) < 600 for notice in notices) and len(notices) <= len(View.__slots__)
    linked = parameters(view, DEFAULT)
    assert linked is not None and link("https://quartet.example/", linked)


def opened(query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    for key, values in query.items():
        app.query_params[key] = values
    return app.run()


# what a browser can send: a surrogate is no part of UTF-8, and Streamlit keeps two names to itself
SENT = VALUES.map(lambda text: text.encode("utf-8", "replace").decode())
KEYS = OURS | st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(
    lambda key: not key.lower().startswith("embed")
)


@pytest.mark.slow
@settings(small, max_examples=10)
@given(st.dictionaries(KEYS, st.lists(SENT, min_size=1, max_size=3), min_size=1, max_size=6))
def test_the_page_opens_whatever_its_address_says(query):
    query |= {"models": [*query.get("models", []), "lstm"]}  # the last counts; it is quick
    app = opened(query)
    assert not app.exception and not app.error
    kept = {key: values for key, values in query.items() if key not in View.__slots__}
    for key, values in kept.items():  # others' are left alone
        assert app.query_params[key] in (values, values[0])


@pytest.mark.slow
def test_the_last_of_repeated_keys_counts_and_a_huge_address_is_ignored():
    query = {"models": ["gpt", "lstm"], "text": ["x" * 300_000, "Good."], "pinned": ["y" * 200_000]}
    app = opened(query)
    assert not app.exception and app.text_input(key="typed").value == "Good."
    assert app.pills(key="chosen-sentiment").value == ["lstm"] and len(app.warning) == 1


@pytest.mark.slow
@pytest.mark.parametrize("model", [text for text in MARKUP if "," not in text][::5])
def test_a_notice_shows_what_was_asked_for_as_typed(model):
    app = opened({"models": [model]})
    assert not app.exception and "ignored" in app.warning[0].value
    assert model[:40] not in app.warning[0].value  # escaped
