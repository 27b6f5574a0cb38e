"""Engines as part of a model's identity: in names, titles and choices."""

import argparse

import pytest

from model_zoo.commands.lineup import model_options
from model_zoo.errors import CapabilityError, EngineError, UnknownModelError
from model_zoo.explain.attribute import attribute
from model_zoo.host import processor_can
from model_zoo.inference.predict import predict
from model_zoo.models.engines import ENGINES, engine
from model_zoo.models.loading import load
from model_zoo.models.network import Capability
from model_zoo.models.registry import choose, having, spec, title
from model_zoo.models.sets import model_set


def test_the_usual_engine_is_not_mentioned():
    assert spec("bert").on("auto") == spec("bert") and title("bert") == "BERT"
    assert title("bert@torch") == "BERT · torch"
    assert title("bert@onnx") == "BERT · ONNX" and title("bert@onnx-int8") == "BERT · int8"
    row = spec("bert@onnx")
    assert row.id == "bert@onnx" and row.folder == spec("bert").folder
    assert row.on("onnx-int8").title == "BERT · int8" and row.on("auto") == spec("bert")


def test_engines_that_are_none_are_refused_with_those_there_are():
    with pytest.raises(EngineError, match=r"'abacus'.*auto, torch, .*onnx, onnx-int8"):
        engine("abacus")
    with pytest.raises(EngineError):
        spec("bert@abacus")
    with pytest.raises(UnknownModelError):
        spec("nobody@onnx")


def test_a_choice_says_what_computes_each():
    assert [row.id for row in choose(["bert@onnx", "bert", "lstm"])] == [
        "lstm",
        "bert@onnx",
        "bert",
    ]
    chosen = choose(["bert", "lstm@onnx-int8"], engine="onnx")
    assert [row.id for row in chosen] == ["lstm@onnx-int8", "bert@onnx"]
    assert next(row.id for row in choose(None, engine="onnx")) == "lstm@onnx"


def test_only_torch_has_gradients_and_gates():
    asked = ["lstm", "lstm@torch", "lstm@onnx", "bert@onnx-int8"]
    assert having(Capability.GATES, asked) == ["lstm", "lstm@torch"]
    assert having(Capability.GRADIENTS, asked) == ["lstm", "lstm@torch"]
    assert having(Capability.LAYERS, asked) == asked


def test_the_command_line_offers_every_engine(capsys):
    parser = argparse.ArgumentParser()
    model_options(parser)
    assert parser.parse_args([]).engine == "auto"
    parser.print_help()
    words = " ".join(capsys.readouterr().out.split())
    assert all(name in words for name in ENGINES)


@pytest.mark.skipif("torch-bf16" not in ENGINES, reason="this processor has no bfloat16")
@pytest.mark.parametrize("name", [model.name for model in model_set().models])
def test_bfloat16_answers_alike_from_words_and_from_their_vectors(name):
    texts = ["A gorgeous, witty, seductive movie.", "Two dull hours that nobody gives back."]
    half, usual = load(f"{name}@torch-bf16"), load(name)
    for ours, theirs in zip(predict(half, texts), predict(usual, texts), strict=True):
        assert ours.label == theirs.label
        assert ours.probabilities == pytest.approx(theirs.probabilities, abs=0.05)
        assert ours.probabilities != theirs.probabilities
    scores = attribute(half, texts[0], method="occlusion").word_scores
    assert scores == pytest.approx(
        attribute(usual, texts[0], method="occlusion").word_scores, abs=0.5
    )
    with pytest.raises(CapabilityError, match="no gradients"):
        attribute(half, texts[0])


def test_an_engine_that_the_processor_lacks_is_not_there():
    assert processor_can("") and not processor_can("no such flag")
