"""The usual engine: torch's numbers without torch, and torch where it is needed."""

import subprocess
import sys

import pytest
import torch

from model_zoo.backends import exports, usual
from model_zoo.backends.references import SETS, recorded
from model_zoo.errors import EngineError
from model_zoo.explain.attribute import attribute
from model_zoo.inference.predict import predict
from model_zoo.internals.context import influence
from model_zoo.models.files import check_weights
from model_zoo.models.loading import load
from model_zoo.models.own import add_folder
from model_zoo.models.sets import model_set
from model_zoo.paths import ROOT
from tests import foreign

NAMES = [model.name for model in model_set().models]
TEXT = "A dull film, saved by its cast."


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_torchs_to_four_decimals(name):
    model, other = load(name), load(f"{name}@torch")
    assert model.network.engine == "onnx" and other.network.engine == "torch"
    assert model.network.capabilities == other.network.capabilities
    (ours,), (theirs,) = predict(model, [TEXT]), predict(other, [TEXT])
    assert ours.probabilities == pytest.approx(theirs.probabilities, abs=1e-5)


@pytest.mark.slow
def test_answers_need_no_torch():
    code = (
        "import sys; from model_zoo.models.loading import load; "
        "from model_zoo.inference.predict import predict; "
        f"[predict(load(name), ['Good.']) for name in {NAMES}]; "
        "assert not {'torch', 'transformers', 'onnx'} & set(sys.modules), set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert not done.returncode, done.stderr


def test_gradients_are_torchs_even_if_torch_was_loaded_for_something_else():
    model, other = load("lstm"), load("lstm@torch")
    assert model.network._torch is None
    influence(model, TEXT)  # in inference mode, in which nothing has gradients
    ours, theirs = attribute(model, TEXT), attribute(other, TEXT)
    assert ours.word_scores == pytest.approx(theirs.word_scores, abs=1e-4)
    ids = torch.tensor([model.encode([TEXT])[0].ids])
    for mine, his in zip(model.network.layers(ids), other.network.layers(ids), strict=True):
        assert torch.equal(mine.states, his.states)


def test_what_cannot_be_exported_is_torchs(monkeypatch):
    def fails(*_):
        raise EngineError("There is no room.")

    monkeypatch.setattr(exports, "find", lambda *_: None)
    monkeypatch.setattr(exports, "make", fails)
    model = load("lstm")
    assert model.network.engine == "torch" and predict(model, [TEXT])[0].label == "negative"


def test_ones_own_model_is_torchs_until_it_was_exported(tmp_path):
    folder = foreign.write("roberta", tmp_path / "own", ("negative", "positive"))
    assert load(add_folder(folder)).network.engine == "torch"


@pytest.mark.parametrize("name", NAMES)
def test_the_answers_kept_for_checks_are_of_these_weights(name):
    """Write them anew with `python -m model_zoo.backends.references` when weights change."""
    kept = recorded(check_weights(name))
    model = load(f"{name}@torch")
    for texts in SETS:
        batch = next(iter(texts(model.network.tokenizer)))
        assert kept[texts.__name__][: len(batch[0])] == pytest.approx(
            model.network.classify(*batch), abs=1e-4
        )
        total = sum(len(ids) for ids, _ in texts(model.network.tokenizer))
        assert len(kept[texts.__name__]) == total


def test_where_memory_is_short_torch_answers_alone():
    model = load("bert")
    (before,) = predict(model, [TEXT])
    assert not model.network.release(), "torch is not loaded: there is nothing to gain"
    attribute(model, TEXT, method="saliency")
    assert model.network.release() and model.network.engine == "torch"
    (after,) = predict(model, [TEXT])
    assert after.probabilities == pytest.approx(before.probabilities, abs=1e-5)
    assert attribute(model, TEXT, method="occlusion").word_scores


def test_with_no_room_for_both_the_first_gives_way(monkeypatch):
    model = load("bert")
    monkeypatch.setattr(usual, "free_bytes", lambda: 50_000_000)
    attribute(model, TEXT, method="saliency")
    assert model.network.engine == "torch"
