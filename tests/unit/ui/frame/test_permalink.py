"""An address says what is looked at, and nothing an address says can do harm."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_zoo.errors import WeightsError
from model_zoo.models import own
from model_zoo.models.sets import model_set
from model_zoo.paths import MODELS
from model_zoo.text.earlier import renumbered
from model_zoo.text.tokens import TextTokenizer
from ui.frame import permalink
from ui.frame.permalink import MAX_LINK_CHARACTERS, MAX_WITHOUT, View, link, parameters, parse

DEFAULT = View(text="A default sentence.")
NAMES = tuple(model_set().models)

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
    assert (parsed.text, parsed.models or NAMES, parsed.pinned, parsed.without) == (
        view.text,
        view.models,
        view.pinned,
        view.without,
    )
    assert parsed.masked == view.masked or not view.without  # of no matter where all words stay


@given(
    st.dictionaries(
        st.sampled_from(["text", "set", "models", "pinned", "without", "masked", "utm_source"]),
        st.lists(st.text(max_size=300), max_size=3),
    )
)
def test_any_address_gives_a_sound_view(query):
    parsed, notices = parse(query, DEFAULT)
    assert set(parsed.models) <= set(NAMES) and parsed.set == DEFAULT.set
    assert len(parsed.without) <= MAX_WITHOUT and all(i >= 0 for i in parsed.without)
    assert len(notices) <= len(query)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"text": ["x" * (MAX_LINK_CHARACTERS + 1)]}, "longer than"),
        ({"pinned": ["x" * (MAX_LINK_CHARACTERS + 1)]}, "longer than"),
        ({"models": ["gpt"]}, "'gpt'"),
        ({"models": ["lstm,/etc"]}, "no model named"),
        ({"models": ["local/../../etc"]}, "no model named"),
        ({"models": ["hub/org--name"]}, "no model named"),
        ({"models": ["local/mine~x.y.z"]}, "no model named"),
        ({"models": [",".join(map(str, range(9)))]}, "more than 8"),
        ({"set": ["nowhere"]}, "no set of models named 'nowhere'"),
        ({"set": ["../models"]}, "no set of models"),
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
    assert (parsed.text, parsed.pinned, parsed.models) == ("Hello", "Hi", ())
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


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Another set, and a folder with a model of one's own."""
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path / "sets"))
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(tmp_path / "models"))
    config = {"model_type": "bert", "id2label": {"0": "who", "1": "why", "2": "how"}}
    for folder in ("sets/topics/lstm", "sets/topics/bert", "models/mine"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "config.json").write_text(json.dumps(config))
    description = {"title": "Topics", "task": "topic", "labels": ["who", "why", "how"]}
    (tmp_path / "sets/topics/set.json").write_text(json.dumps(description))


def test_an_address_names_a_set_and_models_beside_it(elsewhere):
    view = View("Who?", "topics", ("topics/lstm", "local/mine~topics"))
    changed = parameters(view, DEFAULT)
    assert changed == {"text": "Who?", "set": "topics", "models": "lstm,local/mine~topics"}
    assert parse({key: [value] for key, value in changed.items()}, DEFAULT) == (view, [])


def test_models_of_one_set_are_none_of_another(elsewhere):
    looking = View("Who?", models=("lstm", "bert"))
    assert parse({"set": ["topics"]}, looking)[0] == View("Who?", "topics")
    _, (notice,) = parse({"set": ["topics"], "models": ["distilbert"]}, DEFAULT)
    assert "no model named 'distilbert'" in notice
    _, (notice,) = parse({"set": ["topics"], "models": ["local/mine"]}, DEFAULT)
    assert "local/mine" in notice  # read beside another set


def test_a_model_beside_the_bundled_set_is_named_only_where_its_folder_is_listed(
    elsewhere, monkeypatch
):
    assert parse({"models": ["bert,local/mine"]}, DEFAULT)[0].models == ("bert", "local/mine")
    monkeypatch.setenv("QUARTET_MODEL_DIRS", "")
    own._given.clear()
    assert parse({"models": ["bert,local/mine"]}, DEFAULT)[1]


def test_a_model_that_is_there_and_cannot_be_used_is_refused_with_the_reason(monkeypatch):
    def damaged(identity):
        raise WeightsError("judge answers for tokens, not for texts.")

    monkeypatch.setattr(permalink, "spec", damaged)
    view, notices = parse({"models": ["local/judge"]}, DEFAULT)
    assert notices == ["The link’s “models” was ignored: judge answers for tokens, not for texts."]
    assert view.models == DEFAULT.models


def test_addresses_made_before_leave_out_the_words_they_meant():
    """Emoji used to be one word with what they were glued to; later addresses say so."""
    tokenizer = TextTokenizer(MODELS / "lstm")

    def renumber(view):
        return renumbered(tokenizer, view.text, view.without)

    before = {"text": ["so bad💩💩, really"], "without": ["2,3"]}
    view, notices = parse(before, DEFAULT, renumber)
    assert notices == [] and view.without == (4, 5)  # , and really
    changed = {key: [value] for key, value in parameters(view, DEFAULT).items()}
    assert changed["without"] == ["uax29-4,5"]
    assert parse(changed, DEFAULT, renumber) == (view, [])
    plain = {"text": ["Not bad."], "without": ["1"]}
    assert parse(plain, DEFAULT, renumber)[0].without == (1,)
    assert parameters(View("Not bad.", without=(1,)), DEFAULT)["without"] == "1"
