"""The loader when memory is short, and when a weights file changes under the server."""

import os
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from model_zoo import registry
from model_zoo.errors import WeightsError
from model_zoo.predict import predict
from tests.app.conftest import ROOT
from ui import cached


@pytest.fixture
def own_weights(tmp_path, monkeypatch):
    """A copy of the two small models that may be damaged; nothing is loaded of it yet."""
    for name in ("lstm", "bilstm"):
        shutil.copytree(registry.MODELS_DIR / name, tmp_path / name)
        cached.unload(name)
    shutil.copy(registry.MODELS_DIR / registry.CHECKSUMS, tmp_path)
    real = registry.load
    monkeypatch.setattr(registry, "MODELS_DIR", tmp_path)
    monkeypatch.setattr(registry, "load", lambda name: real(name, tmp_path))
    yield tmp_path
    for name in ("lstm", "bilstm"):
        cached.unload(name)


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
    before = predict(cached.model("lstm"), ["Great fun."])[0].positive
    file = own_weights / "lstm" / registry.WEIGHTS
    kept = file.read_bytes()
    damage(file, how)
    for _ in range(2):
        with pytest.raises(WeightsError, match="git restore"):
            cached.model("lstm")
    assert cached.model("bilstm")
    file.write_bytes(kept)
    assert predict(cached.model("lstm"), ["Great fun."])[0].positive == before


def test_the_model_not_used_for_the_longest_makes_room(own_weights, monkeypatch):
    monkeypatch.setattr(cached, "_loaded", {})
    monkeypatch.setattr(cached, "_dropped", {})
    monkeypatch.setattr(cached, "_last_used", {})
    first = cached.model("lstm")
    monkeypatch.setattr(cached, "free_bytes", lambda: 1_000_000)
    assert cached.model("bilstm")  # loaded all the same, once nothing else is left to drop
    assert cached.loaded("lstm") is None and cached.dropped() == {"lstm": "bilstm"}
    assert predict(first, ["Great fun."])  # whoever was at work with it goes on
    monkeypatch.setattr(cached, "free_bytes", lambda: 10**12)
    cached.model("lstm")
    assert cached.loaded("bilstm") and not cached.dropped()


def test_nothing_is_dropped_for_a_model_that_nobody_asked_for(own_weights, monkeypatch):
    monkeypatch.setattr(cached, "_loaded", {})
    monkeypatch.setattr(cached, "_dropped", {})
    room_for_one = 4 * cached.card("lstm").parameters + cached.SPARE_BYTES
    monkeypatch.setattr(cached, "free_bytes", lambda: 0 if cached._loaded else room_for_one)
    cached._load_what_fits()
    assert list(cached._loaded) == ["lstm"] and not cached.dropped()


def test_the_page_says_what_was_dropped_until_it_is_loaded_again(monkeypatch):
    monkeypatch.setattr(cached, "_dropped", {"bilstm": "bert"})
    cached.unload("bilstm")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["text"] = "Great fun."
    app.query_params["models"] = "lstm"
    (said,) = [box.value for box in app.run().warning]
    assert "BiLSTM was dropped to make room for BERT" in said and "loaded again" in said
    app.query_params["models"] = "lstm,bilstm"
    app.run()
    assert cached.loaded("bilstm") and not app.warning


def test_of_several_the_least_recently_used_goes(monkeypatch):
    monkeypatch.setattr(cached, "_loaded", dict.fromkeys(("bert", "lstm", "bilstm")))
    monkeypatch.setattr(cached, "_last_used", {"bert": 2.0, "lstm": 1.0, "bilstm": 3.0})
    monkeypatch.setattr(cached, "_dropped", {})
    monkeypatch.setattr(cached, "free_bytes", lambda: 0 if len(cached._loaded) > 1 else 10**12)
    cached._make_room("distilbert")
    assert list(cached._loaded) == ["bilstm"] and set(cached.dropped()) == {"lstm", "bert"}
