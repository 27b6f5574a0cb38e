"""Engines on Compare: pills for them, a card for each, and an address that says which."""

import re

import pytest

from model_zoo.errors import EngineError
from tests.app import zoo
from ui.serve.exporting import exporting

pytestmark = [pytest.mark.slow, pytest.mark.explained]


def pills(app, label):
    (widget,) = [group for group in app.pills if group.label == label]
    return widget


def test_another_engine_gives_every_model_another_card():
    app = zoo.opened("app.py", models="lstm,bert")
    assert pills(app, "Engines").value == ["auto"]
    pills(app, "Engines").set_value(["auto", "onnx"]).run()
    assert not app.exception and not app.error
    assert app.query_params["models"] == "lstm,lstm@onnx,bert,bert@onnx"
    assert pills(app, "Engines").value == ["auto", "onnx"]
    assert pills(app, "Models").value == ["lstm", "lstm@onnx", "bert", "bert@onnx"]
    words = zoo.written(app)
    assert "BERT · ONNX" in words and "LSTM · ONNX" in words
    pills(app, "Engines").set_value(["onnx"]).run()
    assert app.query_params["models"] == "lstm@onnx,bert@onnx"
    pills(app, "Engines").set_value([]).run()
    assert app.query_params["models"] == "lstm,bert", "without any it is the usual one"
    assert "the usual one does" in app.warning[0].value


def test_an_engine_too_many_is_not_taken_and_it_is_said(monkeypatch):
    def refuse(model):
        if "@" in model:
            raise EngineError("No exports here: this is about which models are asked.")

    monkeypatch.setattr(exporting, "require", refuse)
    app = zoo.opened("app.py")
    pills(app, "Engines").set_value(["auto", "onnx"]).run()
    asked = app.query_params["models"]
    assert len(asked.split(",")) == 8 and not app.warning
    pills(app, "Engines").set_value(["auto", "onnx", "onnx-int8"]).run()
    assert not app.exception and app.query_params["models"] == asked
    assert pills(app, "Engines").value == ["auto", "onnx"]
    assert "choose fewer models" in app.warning[0].value
    pills(app, "Models").set_value(["lstm", "bert"]).run()
    assert not app.warning
    pills(app, "Engines").set_value(["auto", "onnx", "onnx-int8"]).run()
    assert len(app.query_params["models"].split(",")) == 6 and not app.warning


def test_one_model_on_an_engine_can_be_left_out():
    app = zoo.opened("app.py", models="bert,bert@onnx")
    pills(app, "Models").set_value(["bert@onnx"]).run()
    assert app.query_params["models"] == "bert@onnx"
    assert pills(app, "Engines").value == ["onnx"]


def test_an_engine_there_is_none_of_is_passed_over_with_a_notice():
    app = zoo.opened("app.py", models="bert@abacus")
    assert not app.exception
    (notice,) = app.warning
    assert "'abacus' is no engine" in notice.value


def test_without_gradients_occlusion_is_a_click_away():
    app = zoo.opened("pages/attributions.py", models="lstm,lstm@onnx")
    assert not app.exception and not app.error
    (info,) = app.info
    assert plainly(info.value) == (
        "LSTM · ONNX computes no gradients, which “Integrated gradients” needs."
    )
    assert titles(app) == ["LSTM"]
    (button,) = [button for button in app.button if button.label == "Explain all by occlusion"]
    button.click().run()
    assert not app.exception and not app.error and not app.info
    assert app.selectbox(key="method").value == "occlusion"
    assert titles(app) == ["LSTM", "LSTM · ONNX"]


def test_what_stays_with_torch_is_said_in_one_sentence():
    app = zoo.opened("app.py", models="lstm,lstm@onnx,lstm@onnx-int8")
    (says,) = [plainly(caption.value) for caption in app.caption if "empty here" in caption.value]
    assert says == (
        "LSTM · ONNX and LSTM · int8 stay empty here: a model shows how its answer forms on the "
        "usual engine or on torch only: choose one of these under “Engines”, on Compare."
    )
    app.switch_page("pages/inside.py").run()
    app.segmented_control(key="section").set_value("Recurrence").run()
    assert not app.exception and not app.error
    assert any("a model shows its gates on the usual" in caption.value for caption in app.caption)


def test_speed_and_size_switches_engines_and_asks_to_measure():
    app = zoo.opened("pages/speed.py", models="lstm,bert")
    pills(app, "Engines").set_value(["auto", "onnx-int8"]).run()
    assert not app.exception and not app.error
    words = plainly(zoo.written(app))
    assert "Not measured yet: LSTM · int8 and BERT · int8." in words
    assert "LSTM · int8 and BERT · int8 have no accuracy on record" in words
    app.switch_page("app.py").run()
    assert pills(app, "Engines").value == ["auto", "onnx-int8"]


def plainly(text):
    """Markdown as it is read."""
    return text.replace("\\", "")


def titles(app):
    """The models whose words are coloured."""
    bodies = [element.proto.body for element in app.get("html")]
    return [re.search("<h3>(.*)</h3>", body)[1] for body in bodies if 'class="q-words"' in body]
