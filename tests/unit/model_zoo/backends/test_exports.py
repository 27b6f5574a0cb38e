"""Exports: made whole or not at all, checked, and computing what torch computes."""

import json
import os

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto
from onnx.numpy_helper import to_array

from model_zoo.backends import export, exports, quantise
from model_zoo.backends.agreement import Agreement
from model_zoo.backends.onnx_network import OnnxClassifier
from model_zoo.errors import CapabilityError, EngineError
from model_zoo.explain.attribute import attribute
from model_zoo.host import use_threads
from model_zoo.inference.predict import predict
from model_zoo.inference.score import score
from model_zoo.internals.context import influence
from model_zoo.models.engines import ENGINES
from model_zoo.models.files import check_weights
from model_zoo.models.loading import Model, load
from model_zoo.models.network import Capability
from model_zoo.models.own import add_folder
from model_zoo.models.registry import spec
from model_zoo.models.sets import model_set
from model_zoo.text.tokens import TextTokenizer
from tests import foreign

pytestmark = pytest.mark.slow
NAMES = [model.name for model in model_set().models]
TEXTS = ["Good.", "A dull film, saved by its cast.", "Not bad at all, " * 20, "word " * 600]


@pytest.mark.parametrize("name", NAMES)
def test_float32_is_torchs_to_four_decimals(name):
    exact, usual = load(f"{name}@onnx"), load(f"{name}@torch")
    ours, theirs = predict(exact, TEXTS), predict(usual, TEXTS)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.probabilities == pytest.approx(other.probabilities, abs=1e-5)
        assert mine.tokens == other.tokens and mine.model == f"{name}@onnx"
    vectors = usual.network.embed(torch.tensor([usual.encode(TEXTS[1:2])[0].ids]))
    with torch.no_grad():
        assert torch.equal(
            exact.network.embed(torch.tensor([exact.encode(TEXTS[1:2])[0].ids])), vectors
        )
        expected = usual.network.logits_from_embeddings(2 * vectors)
        assert torch.allclose(
            exact.network.logits_from_embeddings(2 * vectors), expected, atol=1e-4
        )
    mine, other = influence(exact, TEXTS[1]), influence(usual, TEXTS[1])
    assert np.allclose(mine.change, other.change, atol=1e-4)
    if name == "lstm":
        assert not np.triu(mine.change, 1).any(), (
            "what comes later changes nothing, to the last bit"
        )


@pytest.mark.parametrize("name", NAMES)
def test_eight_bits_answer_alike_and_are_smaller(name):
    model = load(f"{name}@onnx-int8")
    for mine, other in zip(
        predict(model, TEXTS[:3]), predict(load(f"{name}@torch"), TEXTS[:3]), strict=True
    ):
        assert mine.label == other.label
    graphs = {
        engine: (exports.find(spec(f"{name}@{engine}"), model.checksum) / exports.GRAPH)
        .stat()
        .st_size
        for engine in ("onnx", "onnx-int8")
        if load(f"{name}@{engine}")
    }
    assert graphs["onnx-int8"] < 0.6 * graphs["onnx"]
    record = exports.record(model.spec, model.checksum)
    assert record["answers"] >= export.LEAST_ANSWERS and record["weights"] == model.checksum


NEIGHBOURS = [
    "Nothing fancy, just honest food done right.",
    "He plays the king as if he were waiting for a bus.",
    "Good.",
    "zxqj 💩 " * 9,
    "A dull film, saved by its cast, " * 12,
]


@pytest.mark.parametrize("engine", [name for name, row in ENGINES.items() if not row.exact])
@pytest.mark.parametrize("name", NAMES)
def test_with_few_digits_an_answer_does_not_depend_on_its_neighbours(name, engine):
    """Whatever else is in the batch, and however long it is."""
    model = load(f"{name}@{engine}")
    alone = [predict(model, [text])[0].probabilities for text in NEIGHBOURS]
    for size in (2, 3, len(NEIGHBOURS)):
        for at in range(len(NEIGHBOURS) - size + 1):
            together = predict(model, NEIGHBOURS[at : at + size])
            for row, expected in zip(together, alone[at : at + size], strict=True):
                assert row.probabilities == pytest.approx(expected, abs=1e-6)
    shares = score([model], NEIGHBOURS[::-1] * 2, batch_size=7).probabilities[0]
    assert np.allclose(shares, alone[::-1] * 2, atol=1e-6)
    ids = torch.tensor([model.encode([text])[0].ids[:6] for text in (TEXTS[1], TEXTS[2])])
    vectors = torch.cat([model.network.embed(ids), 9 * model.network.embed(ids)])
    whole = model.network.logits_from_embeddings(vectors)
    assert torch.allclose(whole[:1], model.network.logits_from_embeddings(vectors[:1]), atol=1e-6)
    if Capability.LAYERS in model.network.capabilities:
        both, one = (list(model.network.layers(part))[-1].states for part in (ids, ids[:1]))
        assert torch.allclose(both[:1], one, atol=1e-6)


def test_neither_does_that_of_a_model_of_ones_own(tmp_path, monkeypatch):
    """Whose graph is torch's; how far from torch its answers are does not matter here."""
    monkeypatch.setattr(export, "LEAST_ANSWERS", 0.0)
    monkeypatch.setattr(export, "MOST_MOVED", 1.0)
    folder = foreign.write("electra", tmp_path / "mine", ("negative", "positive"))
    row = add_folder(folder).on("onnx-int8")
    export.export(row, tmp_path)
    network = OnnxClassifier(row, tmp_path, TextTokenizer(folder))
    model = Model(row, network, "")
    alone = [predict(model, [text])[0].probabilities for text in NEIGHBOURS]
    together = [answer.probabilities for answer in predict(model, NEIGHBOURS)]
    assert np.allclose(together, alone, atol=1e-6)


@pytest.mark.parametrize("name", ["lstm", "distilbert"])  # signed weights, and unsigned ones
def test_eight_bits_answer_alike_where_sums_of_signed_products_are_cut_off(
    name, tmp_path, monkeypatch
):
    monkeypatch.setattr(quantise, "sums_without_loss", lambda: False)
    agreed = export.export(spec(f"{name}@onnx-int8"), tmp_path)
    assert agreed.answers >= export.LEAST_ANSWERS
    assert json.loads((tmp_path / exports.RECORD).read_text())["kept_in_float"] == []
    weights = onnx.load(tmp_path / exports.GRAPH).graph.initializer
    signed = [to_array(w) for w in weights if w.data_type == TensorProto.INT8]
    assert max((np.abs(w.astype(int)).max() for w in signed), default=0) <= 64
    assert bool(signed) == name.endswith("lstm")


def test_methods_that_only_read_give_torchs_scores():
    for method in ("occlusion", "shapley"):
        ours, theirs = (
            attribute(load(name), TEXTS[1], method=method) for name in ("bert@onnx", "bert@torch")
        )
        assert ours.word_scores == pytest.approx(theirs.word_scores, abs=1e-3)
    with pytest.raises(CapabilityError, match="no gradients. Choose occlusion"):
        attribute(load("bert@onnx"), TEXTS[1], method="integrated_gradients")


def test_scores_are_the_same_however_many_batches_are_computed_at_once():
    model, texts = load("lstm@onnx"), [f"number {at} is good" for at in range(150)]
    one = score([model], texts).probabilities[0]
    try:
        use_threads(1, beside=2)
        assert np.array_equal(score([model], texts).probabilities[0], one)
    finally:
        use_threads(1)


def test_an_export_is_made_once(monkeypatch):
    load("lstm@onnx")
    made = exports.find(spec("lstm@onnx"), check_weights("lstm"))
    before = made.stat().st_mtime_ns
    monkeypatch.setattr(exports, "make", None)
    load("lstm@onnx")
    assert made.stat().st_mtime_ns == before


def test_what_disagrees_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    row = spec("lstm@onnx")
    monkeypatch.setattr(export, "agreement", lambda *_: Agreement(1.0, 0.2, 0.1, 0.9))
    with pytest.raises(EngineError, match="up to 0.2 from torch's"):
        export.export(row, tmp_path)
    assert not (tmp_path / exports.RECORD).exists()
    with pytest.raises(EngineError, match="in 8 bits 90.0% of its answers"):
        export.export(row.on("onnx-int8"), tmp_path)


def test_a_process_that_fails_leaves_nothing_and_says_why(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTET_EXPORTS", str(tmp_path / "exports"))
    row, checksum = spec("bilstm@onnx"), check_weights("bilstm")
    monkeypatch.setattr(exports, "free_bytes", lambda: 10_000_000)
    with pytest.raises(EngineError, match="needs .* MB for a moment, and 10 MB are free"):
        exports.make(row, checksum)
    monkeypatch.undo()
    monkeypatch.setenv("QUARTET_EXPORTS", str(tmp_path / "exports"))
    monkeypatch.setattr(exports, "ROOT", tmp_path)  # from where there is nothing to run
    with pytest.raises(EngineError, match="cannot be computed by onnx.*Use the torch engine"):
        exports.make(row, checksum)
    assert not list((tmp_path / "exports").iterdir())


@pytest.mark.parametrize("kind", ["roberta"])
def test_a_model_of_ones_own_is_exported_by_torch(tmp_path, kind):
    row = add_folder(foreign.write(kind, tmp_path / kind, ("negative", "positive")))
    ours, theirs = load(row.on("onnx")), load(row)
    for mine, other in zip(predict(ours, TEXTS[:3]), predict(theirs, TEXTS[:3]), strict=True):
        assert mine.probabilities == pytest.approx(other.probabilities, abs=1e-4)
    assert (
        json.loads((exports.find(ours.spec, ours.checksum) / exports.RECORD).read_text())["engine"]
        == "onnx"
    )


def test_an_export_that_was_cut_short_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTET_EXPORTS", str(tmp_path))
    row, checksum = spec("lstm@onnx"), check_weights("lstm")
    graph = exports.make(row, checksum) / exports.GRAPH
    whole = graph.stat().st_size
    graph.write_bytes(graph.read_bytes()[:1000])
    assert exports.find(row, checksum) is None
    assert predict(load("lstm@onnx"), TEXTS[:1]) and graph.stat().st_size == whole
    assert not list(tmp_path.glob(".*"))


def test_what_a_killed_export_left_is_cleared_away(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTET_EXPORTS", str(tmp_path))
    monkeypatch.setattr(exports, "_run", lambda row, folder: None)
    old, under_way = tmp_path / ".making-old", tmp_path / ".making-new"
    for folder in (old, under_way):
        folder.mkdir()
    os.utime(old, (0, 0))
    exports.make(spec("lstm@onnx"), "0" * 64)
    assert not old.exists() and under_way.exists()
