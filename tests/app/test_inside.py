"""The page Inside, without a browser, on the real models."""

import pytest
from streamlit.testing.v1 import AppTest

from model_zoo.internals.attention import Attention
from tests.app import zoo
from tests.root import ROOT
from ui.serve import cached

pytestmark = pytest.mark.slow  # dozens of runs of whole pages
TEXT = "This is not a bad film at all."
PICTURES = ["one head", "all heads of a layer", "all layers", "rollout", "lines from a token"]
SECTIONS = ["Recurrence", "What can each position see?", "Representation path"]


def opened(text):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    return submit(app.switch_page("pages/inside.py").run(), text)


def submit(app, text):
    app.text_input(key="typed").set_value(text)
    return next(button for button in app.button if button.label == "Compare").click().run()


def choose(app, key, value):
    return app.segmented_control(key=key).set_value(value).run()


def charts(app):
    return [element.proto for element in app.get("plotly_chart")]


def sentences(app):
    return " ".join(element.value for element in [*app.markdown, *app.caption])


def assert_sound(app, text):
    assert not app.exception and not app.error
    assert charts(app)
    for chart in charts(app):
        assert len(chart.alt) > 40 and any(char.isdigit() for char in chart.alt)
    assert "When not to trust it" in sentences(app)
    assert text not in sentences(app) or text.isalpha()  # never as it was typed


def test_what_could_not_be_read_is_said():
    (said,) = [each.value for each in opened("Not terrible💩.").warning]
    assert "1 of 4 tokens is not in the vocabulary" in said


@pytest.mark.parametrize(
    "text",
    [
        "Good",
        TEXT,
        "😀😀",
        "<script>alert(1)</script> **bold** $x$ [link](javascript:alert(1)) [SEP] ##ing",
        pytest.param("good film " * 300, marks=pytest.mark.long),  # half a minute of masking
    ],
    ids=["one word", "sentence", "emoji", "markup", "600 words"],
)
def test_every_section_and_picture_opens(text):
    app = opened(text)
    for hidden in (False, True) if text == TEXT else (True,):  # fewer tokens: the harder case
        app.toggle(key="attention-hide").set_value(hidden).run()
        for picture in PICTURES:
            choose(app, "attention-picture", picture)
            assert_sound(app, text)
    for measure in ("on [SEP]", "spread") if text == TEXT else ():
        choose(app, "heads-by", measure)
        assert_sound(app, text)
    for section in SECTIONS:
        choose(app, "section", section)
        assert_sound(app, text)


@pytest.mark.parametrize("text", ["\x00\x01"])
def test_nothing_to_read_is_said_so(text):
    app = opened(text)
    assert not app.exception and not charts(app)
    assert "at least one word" in app.info[0].value


def test_layers_are_shown_beside_the_one_they_came_from():
    app = opened(TEXT)
    for layer, beside in ((7, 4), (8, 4), (1, 1), (12, 6)):
        app.slider(key="attention-layer-12").set_value(layer).run()
        assert f"**BERT, layer {layer}, mean of all heads**" in sentences(app)
        assert f"**DistilBERT, layer {beside}, mean of all heads**" in sentences(app)
        assert ("no twin" in sentences(app)) == (layer % 2 == 0)
    app.selectbox(key="attention-head-choice").set_value("head 3").run()
    assert "**BERT, layer 12, head 3**" in sentences(app)


def test_only_the_chosen_section_is_computed(monkeypatch):
    calls = []
    whole = cached.attention
    monkeypatch.setattr(
        cached, "attention", lambda *args, begin: calls.append(args) or whole(*args)
    )
    app = opened(TEXT)
    assert {name for name, _ in calls} == {"bert", "distilbert"}
    calls.clear()
    choose(app, "section", "Recurrence")
    assert not calls and len(charts(app)) == 6


def test_the_square_says_what_the_lstm_cannot_see():
    app = choose(opened(TEXT), "section", "What can each position see?")
    assert "Sees the past only: all 36 changes by later tokens are exactly 0" in sentences(app)
    assert sentences(app).count("Sees both sides") == 3


def test_long_texts_are_shown_through_a_window():
    app = opened("good film " * 40)
    app.slider(key="start-82").set_value(10).run()
    assert not app.exception
    choose(app, "section", "Recurrence")
    app.slider(key="start-82").set_value(19).run()
    assert not app.exception and len(charts(app)) == 6


def test_a_model_that_cannot_be_loaded_says_so_and_the_others_go_on(monkeypatch):
    from model_zoo.errors import WeightsError

    whole = cached.attention

    def broken(name: str, text: str, begin) -> Attention:
        if name == "bert":
            raise WeightsError("weights *gone*. Restore them.")
        return whole(name, text)

    monkeypatch.setattr(cached, "attention", broken)
    app = opened(TEXT)
    assert not app.exception and "BERT\\: weights \\*gone\\*" in app.error[0].value
    for picture in PICTURES:
        choose(app, "attention-picture", picture)
        assert not app.exception and len(app.error) == 1 and charts(app)


@pytest.fixture
def eight(zoo_folder, monkeypatch):
    """The four of a set and four of one's own: with 1 to 3 layers, 2 or 4 heads."""
    zoo.enter(monkeypatch, zoo_folder)
    models = ["lstm", "bilstm", "bert", "distilbert", *(zoo.own(kind, "six") for kind in zoo.OWN)]
    return zoo.opened("pages/inside.py", set="six", models=",".join(models))


def test_eight_models_in_every_picture(eight):
    attentive = {"BERT", "DistilBERT", "roberta", "albert", "electra"}
    for picture in PICTURES:
        choose(eight, "attention-picture", picture)
        assert_sound(eight, zoo.TEXT)
        assert (
            "LSTM, BiLSTM and deberta\\-v2 stay empty here\\: none of them is a model that shows"
            in (sentences(eight))
        )
        alts = " ".join(chart.alt for chart in charts(eight))
        assert all(title in alts for title in attentive) and "deberta" not in alts
    choose(eight, "section", "Recurrence")
    assert len(charts(eight)) == 6 and "a model that shows its gates" in sentences(eight)
    for section in SECTIONS[1:]:
        choose(eight, "section", section)
        assert_sound(eight, zoo.TEXT)
        assert len(charts(eight)) == 8


def test_a_model_without_the_chosen_head_says_so(eight):
    choose(eight, "attention-picture", "one head")
    eight.selectbox(key="attention-head-choice").set_value("head 4").run()
    assert not eight.exception
    assert "BERT has no head 4: there are 2 in each of its layers." in sentences(eight)
    assert "**albert, layer 1, head 4**" in sentences(eight)


def test_layers_of_models_that_are_no_twins_are_their_own(eight):
    choose(eight, "attention-picture", "one head")
    eight.slider(key="attention-layer-3").set_value(2).run()
    for title, layer in (("BERT", 2), ("DistilBERT", 1), ("albert", 2)):
        assert f"**{title}, layer {layer}, mean of all heads**" in sentences(eight)
    assert "twin" not in sentences(eight) and "started as" not in sentences(eight)


def test_only_the_chosen_models_are_shown():
    app = zoo.opened("pages/inside.py", models="lstm,bert")
    first, _ = charts(app)  # a head, and the map of heads
    assert not app.exception and "attention of BERT" in first.alt
    assert "LSTM stays empty here\\: it is not a model that shows what its heads attend to" in (
        sentences(app)
    )
    assert "BiLSTM stays" not in sentences(app)
