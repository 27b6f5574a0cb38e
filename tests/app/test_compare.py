"""The Compare page's logic, without a browser, on the real models."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from model_zoo.registry import SPECS
from ui.compare import EXAMPLES, FIRST

ROOT = Path(__file__).parents[2]
CARD = 'class="q-card'


def opened():
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()


def submit(app, text):
    app.text_input(key="typed").set_value(text)
    return app.button[0].click().run()


def html(app):
    return [element.proto.body for element in app.get("html")]


def cards(app):
    return [body for body in html(app) if CARD in body and 'class="q-label"' in body]


def verdict(app):
    return next(body for body in html(app) if 'class="q-verdict"' in body)


@pytest.fixture(scope="module")
def app():
    return opened()


def test_opens_with_an_example_read_by_all_four(app):
    assert not app.exception
    assert app.text_input(key="typed").value == FIRST
    assert len(cards(app)) == len(SPECS)
    for body, row in zip(cards(app), SPECS.values(), strict=True):
        assert row.title in body and " ms</dd>" in body and " M</dd>" in body
    assert "say" in verdict(app)


@pytest.mark.parametrize("text", ["A wonderful, moving film.", "A dull and lifeless film."])
def test_a_sentence_is_read(app, text):
    submit(app, text)
    label = "positive" if "wonderful" in text else "negative"
    assert f"All four say {label}" in verdict(app)
    assert all(f"</span>{label}</span>" in body for body in cards(app))


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_fill_the_box_and_are_read(app, example):
    app.pills(key="example").set_value(example).run()
    assert not app.exception
    assert app.text_input(key="typed").value == EXAMPLES[example]
    assert len(cards(app)) == len(SPECS)
    assert app.pills(key="example").value is None  # so that it can be chosen again


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01\x02", "\u200b"])
def test_nothing_to_read_is_said_so(app, text):
    submit(app, text)
    assert not app.exception and not cards(app)
    assert "word" in app.info[0].value or "sentence" in app.info[0].value


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
    assert not any(text in element.value for element in app.markdown)


def test_ten_thousand_characters_are_cut_visibly(app):
    submit(app, "good film " * 1000)
    assert not app.exception and len(cards(app)) == len(SPECS)
    assert "first 512 tokens" in app.warning[0].value


def test_only_unknown_symbols_are_pointed_out(app):
    submit(app, "😀😀😀")
    assert len(cards(app)) == len(SPECS)
    assert "nothing to go on" in app.warning[0].value


def test_a_model_that_cannot_be_loaded_says_so_and_the_others_go_on(monkeypatch):
    from model_zoo import registry
    from model_zoo.errors import WeightsError
    from ui import cached

    whole = registry.load

    def broken(name, *rest):
        if name == "bilstm":
            raise WeightsError("weights <b>gone</b>. Restore them.")
        return whole(name, *rest)

    cached.model.clear()
    monkeypatch.setattr(registry, "load", broken)
    app = opened()
    assert not app.exception and len(cards(app)) == len(SPECS) - 1
    assert any("weights &lt;b&gt;gone&lt;/b&gt;. Restore them." in body for body in html(app))
    assert "3" in verdict(app) or "three" in verdict(app)
    monkeypatch.undo()
    assert len(cards(opened())) == len(SPECS)  # the failure was not cached


def test_the_four_models_page_lists_them_all():
    page = opened().switch_page("pages/models.py").run()
    assert not page.exception and not page.error
    assert list(page.table[0].value.index) == [row.title for row in SPECS.values()]
    assert len(page.expander) == len(SPECS)
