"""The loader when memory is short, and when a weights file changes under the server."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from types import SimpleNamespace

import pytest
from safetensors.torch import load_file, save_file
from streamlit.testing.v1 import AppTest

from model_zoo import paths
from model_zoo.errors import WeightsError
from model_zoo.inference.predict import predict
from model_zoo.models import files, sets
from tests.root import ROOT
from ui.frame import state
from ui.serve import cached
from ui.serve import pool as module
from ui.serve.pool import Loaded, Pool, pool
from ui.serve.results import Results

GATES = ("input", "forget", "output", "cell", "hidden")


OWN = ("lstm", "bilstm", "distilbert")


@pytest.fixture
def own_weights(tmp_path, monkeypatch):
    """A copy of the three smaller models that may be damaged; nothing is loaded of it yet."""
    for name in OWN:
        shutil.copytree(paths.MODELS / name, tmp_path / name)
    pool.unload(*OWN)
    for name in (files.CHECKSUMS, sets.DESCRIPTION):
        shutil.copy(paths.MODELS / name, tmp_path)
    monkeypatch.setattr(paths, "MODELS", tmp_path)
    yield tmp_path
    pool.unload(*OWN)


def damage(file, how):
    if how == "deleted":
        file.unlink()
    elif how == "truncated":
        os.truncate(file, 1000)
    else:
        with file.open("r+b") as stream:
            stream.seek(-100, os.SEEK_END)
            stream.write(b"\0" * 50)


@pytest.mark.parametrize(
    "how",
    ["deleted", *(pytest.param(how, marks=pytest.mark.slow) for how in ("truncated", "altered"))],
)
def test_damage_to_a_loaded_models_weights_is_noticed_until_it_is_mended(own_weights, how):
    before = predict(pool.model("lstm"), ["Great fun."])[0].probabilities
    file = own_weights / "lstm" / files.WEIGHTS
    kept = file.read_bytes()
    damage(file, how)
    for _ in range(2):
        with pytest.raises(WeightsError, match="git restore"):
            pool.model("lstm")
    assert pool.model("bilstm")
    file.write_bytes(kept)
    assert predict(pool.model("lstm"), ["Great fun."])[0].probabilities == before


def test_the_model_not_used_for_the_longest_makes_room(own_weights, monkeypatch):
    monkeypatch.setattr(pool, "_loaded", {})
    monkeypatch.setattr(pool, "_dropped", {})
    monkeypatch.setattr(pool, "_last_used", {})
    first = pool.model("lstm")
    monkeypatch.setattr(module, "free_bytes", lambda: 1_000_000)
    assert pool.model("bilstm")  # loaded all the same, once nothing else is left to drop
    assert pool.loaded("lstm") is None and pool.dropped() == {"lstm": "bilstm"}
    assert predict(first, ["Great fun."])  # whoever was at work with it goes on
    monkeypatch.setattr(module, "free_bytes", lambda: 10**12)
    pool.model("lstm")
    assert pool.loaded("bilstm") and not pool.dropped()


def test_nothing_is_dropped_for_a_model_that_nobody_asked_for(own_weights, monkeypatch):
    monkeypatch.setattr(pool, "_loaded", {})
    monkeypatch.setattr(pool, "_dropped", {})
    room_for_one = 4 * cached.card("lstm").parameters + module.SPARE_BYTES
    monkeypatch.setattr(module, "free_bytes", lambda: 0 if pool._loaded else room_for_one)
    pool._load_what_fits()
    assert list(pool._loaded) == ["lstm"] and not pool.dropped()


def test_the_page_says_what_was_dropped_until_it_is_loaded_again(monkeypatch):
    monkeypatch.setattr(pool, "_dropped", {"bilstm": "bert"})
    pool.unload("bilstm")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    app.query_params["text"] = "Great fun."
    app.query_params["models"] = "lstm"
    (warning,) = [box.value for box in app.run().warning]
    assert "BiLSTM was dropped to make room for BERT" in warning and "loaded again" in warning
    app.query_params["models"] = "lstm,bilstm"
    monkeypatch.setattr(state, "went_back", lambda: True)
    app.run()
    assert pool.loaded("bilstm") and not app.warning
    monkeypatch.setattr(pool, "_dropped", {"bert": "lstm", "distilbert": "lstm", "lstm": "bilstm"})
    (warning,) = [box.value for box in app.run().warning]
    assert "BERT, DistilBERT and LSTM were dropped to make room for others" in warning


def test_of_several_the_least_recently_used_goes(monkeypatch):
    monkeypatch.setattr(pool, "_loaded", dict.fromkeys(("bert", "lstm", "bilstm")))
    monkeypatch.setattr(pool, "_last_used", {"bert": 2.0, "lstm": 1.0, "bilstm": 3.0})
    monkeypatch.setattr(pool, "_dropped", {})
    monkeypatch.setattr(module, "free_bytes", lambda: 0 if len(pool._loaded) > 1 else 10**12)
    pool._make_room("distilbert")
    assert list(pool._loaded) == ["bilstm"] and set(pool.dropped()) == {"lstm", "bert"}


class InUse:
    """A network that others may hold."""


@pytest.fixture
def in_use(monkeypatch):
    """A pool whose only model is dropped for the next one, at work for another visitor."""
    crowded = Pool()
    network = InUse()
    crowded._loaded["lstm"] = Loaded(SimpleNamespace(network=network), 1.0, 1, "")
    monkeypatch.setattr(module, "free_bytes", lambda: 0)
    monkeypatch.setattr(module, "work", SimpleNamespace(running=lambda: 2))
    monkeypatch.setattr(crowded, "_asking", {1})
    return crowded, [network]


def test_a_dropped_model_is_waited_for_while_it_is_in_use(in_use, monkeypatch):
    crowded, users = in_use
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            users.clear()

    monkeypatch.setattr(module, "sleep", wait)
    crowded._make_room("bilstm")
    assert len(waits) == 3 and crowded.dropped() == {"lstm": "bilstm"}


def test_nobody_waits_for_those_who_wait_for_a_model_themselves(in_use, monkeypatch):
    crowded, _ = in_use
    crowded._asking.add(2)
    monkeypatch.setattr(module, "sleep", lambda seconds: pytest.fail("it waits"))
    crowded._make_room("bilstm")


def test_a_model_that_is_never_given_up_is_not_waited_for_for_ever(in_use, monkeypatch):
    crowded, _ = in_use
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)
    crowded._make_room("bilstm")


def test_models_are_loaded_one_after_the_other(own_weights, monkeypatch):
    """Two at once would both take the room that there is for one."""
    at_once, most = [], []

    def load(name):
        at_once.append(name)
        most.append(len(at_once))
        sleep(0.1)
        at_once.remove(name)
        return SimpleNamespace(network=object)

    fresh = Pool()
    with ThreadPoolExecutor(2) as visitors:
        for name in ("lstm", "bilstm"):
            visitors.submit(fresh._kept, name, name, lambda: "", lambda name=name: load(name))
    assert most == [1, 1] and set(fresh._loaded) == {"lstm", "bilstm"}


HOW = {"method": "integrated_gradients", "target": "predicted", "baseline": "pad"}
KEPT = {  # what is kept of a model, and one that has it
    "courses": ("lstm", lambda name: cached.courses(name, "Great fun.")[0].probabilities),
    "attention": ("distilbert", lambda name: cached.attention(name, "Great fun.").weights.tolist()),
    "gates": ("lstm", lambda name: cached.gates(name, "Great fun.")[0].cell.tolist()),
    "influence": ("bilstm", lambda name: cached.influence(name, "Great fun.", 0).change.tolist()),
    "path": ("lstm", lambda name: cached.path(name, "Great fun.").points.tolist()),
    "rolled out": ("distilbert", lambda name: cached.rolled_out(name, "Great fun.")[1].tolist()),
    "attribution": ("lstm", lambda name: cached.attribution(name, "Great fun.", **HOW).scores),
    "trust": ("lstm", lambda name: cached.trust(name, "Great fun.", **HOW)),
    "spread": ("lstm", lambda name: cached.spread(name, "Fun.", **HOW | {"method": "lime"})),
    "flips": ("lstm", lambda name: cached.flips(name, "Not great fun.", (1.0, 2.0, 0.0, 0.0))),
    "check": ("lstm", lambda name: cached.checked(name, "plain words").positive),
    "card": ("lstm", cached.card),
}


def train_a_little(folder):
    """Other weights in the folder of a model, with their checksum, as a training would leave it."""
    file = folder / files.WEIGHTS
    weights = load_file(file)
    key = next(key for key in weights if "weight_ih" in key or "q_lin.weight" in key)
    weights[key] = weights[key] * 3
    save_file(weights, file, metadata={"format": "pt"})
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    metrics["validation"]["accuracy"] = 0.5
    (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    files.write_checksum(folder.name, folder.parent)


@pytest.mark.parametrize("name", OWN)
def test_nothing_that_is_kept_outlives_the_weights_it_was_computed_with(own_weights, name):
    kept = {kind: ask for kind, (of, ask) in KEPT.items() if of == name}
    before = {kind: ask(name) for kind, ask in kept.items()}
    assert before == {kind: ask(name) for kind, ask in kept.items()}
    train_a_little(own_weights / name)
    assert not [kind for kind, ask in kept.items() if ask(name) == before[kind]]


def test_results_are_computed_once_and_the_newest_are_kept():
    kept, computed = Results({"few": 2, "many": 9}), []

    def get(kind, key):
        return kept.get(kind, key, lambda _: computed.append((kind, key)) or len(computed))

    assert [get("few", "a"), get("few", "b"), get("few", "a"), get("many", "a")] == [1, 2, 1, 3]
    assert get("few", "c") == 4  # "b" goes: "a" was asked for since
    assert get("few", "a") == 1 and get("few", "b") == 5 and get("many", "a") == 3


def test_nothing_is_kept_of_what_was_stopped():
    kept = Results({"few": 2})

    def stopped(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.get("few", "a", stopped)
    assert kept.get("few", "a", lambda _: "whole") == "whole"


@pytest.mark.parametrize("of", ["attention", "gates", "influence", "path"])
def test_arrays_that_visitors_share_cannot_be_written_to(of):
    arrays = {
        "attention": lambda: [cached.attention("distilbert", "Fine.").weights],
        "gates": lambda: [getattr(cached.gates("lstm", "Fine.")[0], part) for part in GATES],
        "influence": lambda: [cached.influence("lstm", "Fine.", 0).change],
        "path": lambda: [cached.path("lstm", "Fine.").points],
    }
    for array in arrays[of]():
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
