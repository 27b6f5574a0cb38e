"""Engines on Compare: pills for them, a card for each, and an address that says which."""

import pytest

from tests.app import zoo

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


def test_more_than_fit_are_left_out_and_it_is_said():
    app = zoo.opened("app.py")
    pills(app, "Engines").set_value(["auto", "onnx", "onnx-int8"]).run()
    assert not app.exception and not app.error
    assert len(app.query_params["models"].split(",")) == 6
    assert any("were left out" in toast.value for toast in app.toast)


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
