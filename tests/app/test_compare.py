"""The Compare page's logic, without a browser, on the real models."""

import json
import re
from html import escape

import pytest
from streamlit.testing.v1 import AppTest

from model_zoo.errors import MeasureError
from model_zoo.inference.predict import predict
from model_zoo.models.sets import model_set
from tests.root import ROOT
from ui.frame import state
from ui.frame.examples import EXAMPLES, FIRST
from ui.serve import cached
from ui.serve.pool import pool
from ui.show.wording import percent

CARD = 'class="q-card'

SPECS = model_set().models


def opened(**parameters):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


def submit(app, text):
    app.text_input(key="typed").set_value(text)
    return button(app, "Compare").click().run()


def button(app, label):
    return next(element for element in app.button if element.label == label)


def html(app):
    return [element.proto.body for element in app.get("html")]


def cards(app):
    return [body for body in html(app) if CARD in body and 'class="q-label"' in body]


def verdict(app):
    return next(body for body in html(app) if 'class="q-verdict' in body)


def comparison(app):
    return next((body for body in html(app) if body.startswith('<table class="q-changes"')), None)


def chips(app):
    return next(element for element in app.pills if element.key.startswith("words-"))


def shares(app):
    """What the cards say of positive, in per cent."""
    matches = [re.search(r"probability of (\w+): ([\d.]+)%", body).groups() for body in cards(app)]
    return [float(share) if label == "positive" else 100 - float(share) for label, share in matches]


def of(text):
    """What the models say of `text` outside the app."""
    return [100 * predict(pool.model(name), [text])[0].of("positive") for name in SPECS]


@pytest.fixture(scope="module")
def app():
    return opened()


def test_opens_with_an_example_read_by_all_four(app):
    assert not app.exception
    assert app.text_input(key="typed").value == FIRST
    assert len(cards(app)) == len(SPECS)
    for body, row in zip(cards(app), SPECS.values(), strict=True):
        for part in (row.title, " ms</dd>", " M</dd>", " MB</dd>", "points</dd>", "q-spark"):
            assert part in body
    assert "say" in verdict(app)
    assert shares(app) == pytest.approx(of(FIRST), abs=0.06)


@pytest.mark.parametrize("text", ["A wonderful, moving film.", "A dull and lifeless film."])
def test_a_sentence_is_read(app, text):
    submit(app, text)
    label = "positive" if "wonderful" in text else "negative"
    assert f"All four say {label}" in verdict(app)
    assert all(f"</span>{label}</span>" in body for body in cards(app))


def test_disagreement_is_marked(app):
    submit(app, FIRST)
    assert "q-split" in verdict(app) and "span" in verdict(app)
    submit(app, "A wonderful, moving film.")
    assert "q-split" not in verdict(app)


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES.values(), ids=lambda example: example.name)
def test_examples_fill_the_box_are_read_and_say_what_they_show(app, example):
    button(app, example.name).click().run()
    assert not app.exception
    assert app.text_input(key="typed").value == example.text
    assert len(cards(app)) == len(SPECS)
    assert any(example.shows in caption.value for caption in app.caption)
    if example.text == FIRST:
        submit(app, "Another sentence.")
        button(app, example.name).click().run()  # it can be chosen again
        assert app.text_input(key="typed").value == example.text


@pytest.mark.parametrize("text", ["", "\u200b"])
def test_nothing_to_read_is_said_so(app, text):
    submit(app, text)
    assert not app.exception and not cards(app)
    assert "at least one word" in app.info[0].value


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script><b>good</b>",
        "شكرا جزيلا على هذا الفيلم الرائع",
        "$x^2$ :smile: **bold** [link](javascript:alert(1)) `code`",
        "great\x00film\x1b[31m",
        "\u202egood film",
        "good " * 40 + "👩‍👩‍👧‍👦",
    ],
    ids=["markup", "right-to-left", "markdown", "control", "override", "emoji"],
)
def test_odd_text_is_read_and_never_becomes_markup(app, text):
    submit(app, text)
    assert not app.exception and len(cards(app)) == len(SPECS)
    assert not any("<script" in body or text in body for body in html(app))
    assert not any(text in element.value for element in [*app.markdown, *app.caption])


@pytest.mark.slow
def test_ten_thousand_characters_are_cut_visibly(app):
    submit(app, "good film " * 1000)
    assert not app.exception and len(cards(app)) == len(SPECS)
    assert "first 512 tokens" in app.warning[0].value
    assert any("2,000 tokens · 10,000 characters" in caption.value for caption in app.caption)
    assert any("first 64 of 510 words" in caption.value for caption in app.caption)
    assert "text" not in app.query_params  # too long for a link


def test_only_unknown_symbols_are_pointed_out(app):
    submit(app, "😀😀😀")
    assert len(cards(app)) == len(SPECS)
    assert "nothing to go on" in app.warning[0].value


def test_what_could_not_be_read_is_said_once(app):
    submit(app, "Not terrible💩 at all.")
    said = [each.value for each in (*app.warning, *app.caption) if "UNK" in each.value]
    assert len(said) == 1 and said[0].startswith("1 of 6 tokens is not in the vocabulary")


@pytest.mark.slow
def test_a_word_can_be_left_out_and_masked(app):
    submit(app, "This is not a bad film at all.")
    assert comparison(app) is None
    chips(app).set_value([2]).run()
    edited = "This is a bad film at all."
    assert shares(app) == pytest.approx(of(edited), abs=0.06)
    assert "<del>not</del>" in comparison(app) and "As typed" in comparison(app)
    assert app.text_input(key="typed").value == "This is not a bad film at all."
    app.toggle(key="masked").set_value(True).run()
    assert shares(app) == pytest.approx(of("This is [MASK] a bad film at all."), abs=0.06)
    assert app.query_params["without"] == "2" and app.query_params["masked"] == "1"
    app.toggle(key="masked").set_value(False).run()
    chips(app).set_value([]).run()
    assert comparison(app) is None
    chips(app).set_value(list(range(9))).run()
    assert not app.exception and "at least one word" in app.info[0].value
    submit(app, "Another text.")
    assert chips(app).value == [] and comparison(app) is None


def test_pin_edit_unpin(app):
    submit(app, "A good film.")
    button(app, "Pin this sentence").click().run()
    assert "Pinned" in app.info[0].value
    submit(app, "A bad film.")
    assert "Pinned" in comparison(app) and "<ins>bad</ins>" in comparison(app)
    assert comparison(app).count("turns negative") == len(SPECS)
    assert all("turns negative" in body for body in cards(app))
    button(app, "Unpin").click().run()
    assert comparison(app) is None and not app.exception


@pytest.mark.slow
def test_models_can_be_chosen_but_one_stays(app):
    submit(app, "A good film.")
    app.pills(key="chosen-sentiment").set_value(["bert", "lstm"]).run()
    assert [re.search('data-model="(.*?)"', body)[1] for body in cards(app)] == ["lstm", "bert"]
    assert app.query_params["models"] == "lstm,bert"
    app.pills(key="chosen-sentiment").set_value([]).run()
    assert not app.exception and len(cards(app)) == 2
    assert app.pills(key="chosen-sentiment").value == ["lstm", "bert"]
    app.pills(key="chosen-sentiment").set_value(list(SPECS)).run()
    assert len(cards(app)) == len(SPECS)


def test_a_link_opened_cold_shows_the_same_view():
    app = opened(text="Not a bad film.", pinned="A bad film.", models="lstm,bert", without="0")
    assert app.text_input(key="typed").value == "Not a bad film."
    assert app.pills(key="chosen-sentiment").value == ["lstm", "bert"] and chips(app).value == [0]
    assert len(cards(app)) == 2 and "Pinned" in comparison(app)
    assert not app.warning


def test_a_bad_link_is_taken_as_far_as_it_goes_with_a_notice():
    app = opened(text="x" * 5000, models="gpt-9", pinned="A bad film.", without="a")
    assert not app.exception and len(cards(app)) == len(SPECS)
    assert sorted(warning.value.split("”")[0] for warning in app.warning) == [
        "The link’s “models",
        "The link’s “text",
        "The link’s “without",
    ]
    assert app.text_input(key="typed").value == FIRST
    submit(app, "Fine.")
    assert not app.warning  # said once


def test_the_address_follows_and_a_changed_address_is_followed(app, monkeypatch):
    submit(app, "A good film.")
    assert app.query_params["text"] == "A good film."
    app.query_params["text"] = "A bad film."  # as the browser's back button does
    monkeypatch.setattr(state, "went_back", lambda: True)
    app.run()
    assert app.text_input(key="typed").value == "A bad film."
    assert shares(app) == pytest.approx(of("A bad film."), abs=0.06)


@pytest.mark.slow
def test_gauges_are_measured_on_this_sentence_and_kept_until_it_changes(app):
    submit(app, "A good film, all in all.")
    kept = app.session_state["latency"]
    (key,) = kept
    assert key[:3] == ("A good film, all in all.", tuple(SPECS), 1)
    latencies, when = kept[key]
    assert {len(latency.samples_ms) for latency in latencies.values()} == {3}
    button(app, "Pin this sentence").click().run()
    assert app.session_state["latency"][key][1] == when  # not measured again
    button(app, "Unpin").click().run()
    button(app, "Measure again").click().run()
    assert app.session_state["latency"][key][1] > when
    facts = [body for body in html(app) if 'class="q-facts"' in body]
    assert len(facts) == len(SPECS)
    assert "faster than BERT" in facts[0] and "4.0× less memory" not in facts[0]
    assert "3.0× less memory than BERT" in facts[0]  # 20 of 60 MB, as the fixture has it
    assert "yardstick" in facts[2]
    charts = [element.proto for element in app.get("plotly_chart")]
    spans = {
        json.loads(chart.spec)["data"][0]["gauge"]["axis"]["range"][1]
        for chart in charts
        if '"indicator"' in chart.spec
    }
    assert len(spans) == 1  # one scale for all


def test_every_chart_has_a_text_equivalent(app):
    charts = [element.proto for element in app.get("plotly_chart")]
    assert len(charts) == len(SPECS) + 2
    assert all(len(chart.alt) > 40 for chart in charts)


@pytest.mark.slow
@pytest.mark.explained
def test_words_and_maps_stand_below_the_gauges():
    app = opened(text="The acting is great, but the film is dreadful.")
    strips = [body for body in html(app) if 'class="q-words"' in body]
    assert not app.exception and len(strips) == len(SPECS)
    for body in strips:
        assert re.search(r"color-mix\(in srgb,#9C5BB5 \d\d%[^>]*>dreadful", body)
    charts = [element.proto.alt for element in app.get("plotly_chart")]
    filled = [re.search(r"(\d+)% of the square", alt)[1] for alt in charts if "square" in alt]
    assert len(filled) == len(SPECS)
    assert 50 <= int(filled[0]) < 60 and filled[1:] == ["100"] * 3  # the LSTM sees only the past
    said = [caption.value for caption in app.caption]
    assert sum("purple ones" in caption for caption in said) == 1  # once, not under each model
    assert sum("gap" in caption for caption in said) == len(SPECS)


@pytest.mark.slow
@pytest.mark.explained
@pytest.mark.parametrize("what", ["attribution", "latency", "length"])
def test_no_place_is_kept_for_what_does_not_come(monkeypatch, what):
    from ui.compare import gauges

    def none(*_, **__):
        raise MeasureError("Not *here*.")

    if what == "attribution":
        monkeypatch.setattr(cached, "attribution", none)
    elif what == "latency":
        monkeypatch.setattr(gauges, "measure", none)
    app = opened(models="lstm", text="good film " * (100 if what == "length" else 1))
    assert not app.exception and not [body for body in html(app) if 'class="q-reserve' in body]


@pytest.mark.slow
def test_numbers_only_is_kept_on_other_pages_and_draws_no_chart():
    app = opened(text="A good film.", pinned="A bad film.")
    assert not app.toggle(key="numbers-only").value
    app.toggle(key="numbers-only").set_value(True).run()
    assert not app.exception and not app.get("plotly_chart")
    lines = [body for body in html(app) if "q-line" in body and CARD in body]
    assert len(lines) == len(SPECS)
    for line, share in zip(lines, of("A good film."), strict=True):
        assert f"</span>positive</span>\n<span>{escape(percent(share / 100))}<" in line
        assert " ms · " in line and " M · " in line and "turns positive" in line
    app.switch_page("pages/models.py").run()
    app.switch_page("app.py").run()
    assert app.toggle(key="numbers-only").value and not app.get("plotly_chart")


def test_a_memory_that_could_not_be_measured_says_why(app, memory):
    memory["lstm"] = "Only 5 MB are free."
    submit(app, "Great.")
    facts = [body for body in html(app) if 'class="q-facts"' in body]
    assert "not measured: Only 5 MB are free." in facts[0] and not app.exception


@pytest.mark.slow
def test_the_loader_shows_what_is_loaded_and_unloads(app):
    submit(app, "A good film.")
    states = [m.value for m in app.sidebar.markdown if "·" in m.value]
    assert states == [f"**{row.title}** · in memory" for row in SPECS.values()]
    uses = pool.uses("bert")
    button(app, "Unload BERT").click().run()
    # this run asked all four once more, so BERT was loaded anew
    assert not app.exception and pool.loaded("bert") and pool.uses("bert") > uses
    pool.unload("bert")
    assert pool.loaded("bert") is None
    assert pool.model("bert") is pool.model("bert")


@pytest.mark.slow
def test_a_model_that_cannot_be_loaded_says_so_and_the_others_go_on(monkeypatch):
    from model_zoo.errors import WeightsError
    from model_zoo.models import loading

    whole = loading.load

    def broken(name, *rest):
        if name == "bilstm":
            raise WeightsError("weights <b>gone</b>. Restore them.")
        return whole(name, *rest)

    pool.unload("bilstm")
    monkeypatch.setattr(loading, "load", broken)
    app = opened()
    assert not app.exception and len(cards(app)) == len(SPECS) - 1
    assert any("weights &lt;b&gt;gone&lt;/b&gt;. Restore them." in body for body in html(app))
    assert "3" in verdict(app) or "three" in verdict(app)
    monkeypatch.undo()
    assert len(cards(opened())) == len(SPECS)  # the failure was not cached


def test_the_four_models_page_lists_them_all():
    page = opened().switch_page("pages/models.py")
    page.query_params["tab"] = "What they are made of"
    page.run()
    assert not page.exception and not page.error
    assert list(page.table[0].value.index) == [row.title for row in SPECS.values()]
    page.query_params["tab"] = "Model cards"
    assert len(page.run().expander) == len(SPECS)
