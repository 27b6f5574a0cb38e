"""The papers' sizes: counted without memory, timed one at a time, refused where they do not fit."""

import gc
import json
import weakref
from dataclasses import asdict, replace

import pytest

from model_zoo import __main__
from model_zoo.errors import DataError, MeasureError
from model_zoo.host import resident_bytes
from model_zoo.measure import twins

TINY = {
    "bert": {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
    },
    "distilbert": {"dim": 32, "n_layers": 1, "n_heads": 2, "hidden_dim": 64},
}


@pytest.fixture
def small(monkeypatch):
    """The same architectures, a thousandth of the size; the networks built, as weak references."""
    rows = {
        name: replace(row, config=row.config | TINY[row.config["model_type"]])
        for name, row in twins.ARCHITECTURES.items()
    }
    monkeypatch.setattr(twins, "ARCHITECTURES", rows)
    built = []
    whole = twins._build

    def build(name):
        network = whole(name)
        if network.device.type != "meta":
            alive = [earlier() is not None for _, earlier, *_ in built]
            built.append((name, weakref.ref(network), alive))
        return network

    monkeypatch.setattr(twins, "_build", build)
    return built


def test_the_papers_sizes_are_counted_without_memory():
    from transformers import BertModel, DistilBertModel  # noqa: F401  (their import takes memory)

    before = resident_bytes()
    counts = {name: twins.parameters(name) for name in twins.ARCHITECTURES}
    assert counts == {
        "bert-base": 109_482_240,
        "distilbert-base": 66_362_880,
        "bert-large": 335_141_888,
    }
    assert resident_bytes() - before < 150_000_000  # the smallest alone weighs 265 MB


@pytest.mark.slow
def test_one_twin_at_a_time_is_built_timed_and_freed(small):
    steps = list(twins.speed((4, 6), visits=2, runs=3, warm_up=1))
    shares = [share for share, _ in steps]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    measured = {twin.name: twin for twin in steps[-1][1].twins}
    assert [name for name, *_ in small] == ["bert-base", "distilbert-base"] * 2  # in turns
    assert not any(any(others) for *_, others in small)  # all before were gone when it was built
    gc.collect()
    assert all(network() is None for _, network, _ in small)
    for name in ("bert-base", "distilbert-base"):
        assert [latency.tokens for latency in measured[name].latencies] == [4, 6]
        assert {
            (len(latency.samples_ms), latency.batch, latency.warm_up)
            for latency in measured[name].latencies
        } == {(6, 1, 2)}
        assert measured[name].weights_bytes == 4 * measured[name].parameters
        assert measured[name].added_bytes is not None
    assert measured["bert-large"].latencies == () and measured["bert-large"].added_bytes is None


def test_stopping_keeps_what_was_measured_and_frees_the_twin(small):
    rounds = twins.speed((4,), runs=5, warm_up=0)
    for _, measured in rounds:
        if measured.twins[0].latencies:
            break
    rounds.close()
    gc.collect()
    assert len(measured.twins[0].latencies[0].samples_ms) == 1
    assert small[0][1]() is None and len(small) == 1


def test_a_twin_that_does_not_fit_is_refused_before_it_is_built(small, monkeypatch):
    monkeypatch.setattr(twins, "free_bytes", lambda: twins.ROOM_BYTES)
    steps = []
    with pytest.raises(MeasureError, match=r"needs 25\d MB of memory and 250 MB are free"):
        for step in twins.speed():
            steps.append(step)
    assert not small
    assert [bool(twin.parameters) for twin in steps[-1][1].twins] == [True] * 3


@pytest.mark.slow
@pytest.mark.long
def test_the_command_prints_what_read_takes_back(small, capsys, tmp_path):
    assert __main__.main(["twins", "--json", "--runs", "2"]) == 0
    file = tmp_path / "twins.json"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    kept = twins.read(file)
    assert json.loads(json.dumps(asdict(kept))) == json.loads(file.read_text(encoding="utf-8"))
    assert kept.twins[0].latencies[0].median_ms > 0
    assert __main__.main(["twins", "--runs", "1"]) == 0
    assert "architecture only, no predictions" in " ".join(capsys.readouterr().out.split())


def test_what_is_shipped_is_of_the_papers_sizes():
    kept = {twin.name: twin for twin in twins.read().twins}
    assert set(kept) == set(twins.ARCHITECTURES)
    for name, row in twins.ARCHITECTURES.items():
        assert kept[name].parameters == twins.parameters(name)
        assert bool(kept[name].latencies) == row.timed


@pytest.mark.parametrize("text", ["", "{}", '{"taken": 1, "host": {}, "twins": []}', "[1]"])
def test_a_damaged_file_is_named(tmp_path, text):
    file = tmp_path / "twins.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"twins\.json"):
        twins.read(file)
