"""What models cost over lengths and batches: the way it is measured, fitted, written and read."""

import csv
import json
from dataclasses import replace
from io import StringIO
from random import Random
from types import SimpleNamespace

import pytest

from model_zoo.__main__ import main
from model_zoo.commands import measure as command
from model_zoo.errors import DataError, MeasureError
from model_zoo.measure import latency, sweep
from model_zoo.measure.footprint import Footprint
from model_zoo.measure.growth import crossings, growth
from model_zoo.measure.latency import Latency
from model_zoo.models.sets import model_set

MODELS = list(model_set().models)
PAIR = [
    SimpleNamespace(id=name, name=name, title=name.upper(), spec=name) for name in ("lstm", "bert")
]
SMALL = {"lengths": (8, 16), "batches": (1, 4), "runs": 5, "warm_up": 2}


@pytest.fixture
def calls(monkeypatch):
    """The calls made, as (model, tokens, batch), of models that do nothing in 10 ms a call."""
    made = []

    def predict(model, texts):
        tokens = len(texts[0].split()) + 2
        made.append((model.name, tokens, len(texts)))
        return [SimpleNamespace(tokens=("x",) * tokens)] * len(texts)

    clock = iter(range(10_000_000))
    monkeypatch.setattr(latency, "predict", predict)
    monkeypatch.setattr(latency, "perf_counter", lambda: next(clock) / 100)
    return made


@pytest.fixture
def footprints(monkeypatch):
    def footprint(name, kept_in):
        yield None
        yield Footprint(name, 128, 1, 2, 3, 4)

    monkeypatch.setattr(sweep, "footprint", footprint)


def line(times, model="lstm"):
    """Latencies from tokens -> milliseconds."""
    return [Latency(model, tokens, 1, 1, 1, (ms,)) for tokens, ms in times.items()]


def some_sweep():
    return replace(
        sweep.read(sweep.REFERENCE), latencies=tuple(line({8: 1.5, 16: 2.5})), footprints=()
    )


def test_every_round_asks_every_model_at_every_point(calls):
    *_, last = sweep.sweep(PAIR, **SMALL, memory=False)
    points = [(8, 1), (16, 1), (32, 1), (32, 4)]
    assert calls == [(name, *at) for at in points for name in ("lstm", "bert")] * 7
    result = last.sweep
    assert [(latency.model, latency.tokens, latency.batch) for latency in result.latencies] == [
        (name, *at) for name in ("lstm", "bert") for at in points
    ]
    assert all(
        len(latency.samples_ms) == 5 and latency.warm_up == 2 for latency in result.latencies
    )
    assert not result.footprints and last.seconds_left == 0


def test_it_grows_and_what_was_yielded_holds(calls):
    seen = []
    for stage in sweep.sweep(PAIR, **SMALL, memory=False):
        seen.append(stage)
        if len(stage.sweep.latencies) == 4:
            break
    assert [len(stage.sweep.latencies) for stage in seen] == [0] * 8 + [2, 4]
    assert len(calls) == 20


def test_dear_points_end_early_and_cheap_ones_go_on(calls, monkeypatch):
    clock = [0.0]

    def predict(model, texts):
        clock[0] += len(texts)
        return [SimpleNamespace(tokens=("x",) * (len(texts[0].split()) + 2))]

    monkeypatch.setattr(latency, "predict", predict)
    monkeypatch.setattr(latency, "perf_counter", lambda: clock[0])
    *_, last = sweep.sweep(PAIR, **SMALL | {"runs": 9}, seconds=30.0, memory=False)
    runs = {
        (latency.tokens, latency.batch): len(latency.samples_ms) for latency in last.sweep.latencies
    }
    assert runs == {(8, 1): 9, (16, 1): 9, (32, 1): 9, (32, 4): 3}


def test_memory_comes_last_and_the_forecast_ends_at_nothing(calls, footprints):
    stages = list(sweep.sweep(PAIR, **SMALL))
    assert [footprint.model for footprint in stages[-1].sweep.footprints] == ["lstm", "bert"]
    assert stages[0].seconds_left is None and stages[-1].seconds_left == 0
    first_known = next(stage for stage in stages if stage.seconds_left is not None)
    assert first_known.seconds_left > 2 * 3 * sweep.PROCESS_SECONDS
    assert "BERT" in stages[-1].doing


@pytest.mark.parametrize("wrong", [{"lengths": (8, 2)}, {"lengths": (513,)}, {"batches": (1, 33)}])
def test_what_cannot_be_measured_is_refused_before_anything_is(calls, wrong):
    with pytest.raises(MeasureError, match="Choose"):
        list(sweep.sweep(PAIR, **SMALL | wrong))
    assert not calls


@pytest.mark.parametrize("exponent", [0.5, 1.0, 1.3, 2.0])
@pytest.mark.parametrize("fixed", [0.0, 20.0])
def test_the_exponent_of_a_power_law_is_found(exponent, fixed):
    times = {n: fixed + 0.05 * n**exponent for n in sweep.LENGTHS}
    fit = growth(line(times))
    assert fit.exponent == pytest.approx(exponent, abs=0.011)
    assert fit.fixed_ms == pytest.approx(fixed, abs=0.05)
    assert fit.ci95[0] <= exponent <= fit.ci95[1] and fit.ci95[1] - fit.ci95[0] < 0.05
    assert fit.lengths == sweep.LENGTHS and fit.model == "lstm"


def test_the_interval_holds_the_truth_nearly_always_and_widens_with_noise():
    chance, held, widths = Random(0), 0, {0.01: 0.0, 0.05: 0.0}
    for noise in widths:
        for _ in range(100):
            times = {n: (5 + 0.1 * n) * (1 + chance.gauss(0, noise)) for n in sweep.LENGTHS}
            low, high = growth(line(times)).ci95
            held += low <= 1 <= high
            widths[noise] += (high - low) / 100
    assert 180 <= held <= 198  # 95 % of 200 are 190
    assert widths[0.05] > 3 * widths[0.01]


def test_curves_that_are_no_power_law_have_a_fit_too():
    assert growth(line({8: 1.0, 16: 1.0, 32: 1.0})) is None
    flat = growth(line(dict.fromkeys(sweep.LENGTHS, 7.0)))
    assert flat.fixed_ms == pytest.approx(7.0)
    falling = growth(line({n: 100 / n for n in sweep.LENGTHS}))
    assert falling.fixed_ms >= 0


def test_crossings_are_where_lines_meet_on_logarithmic_axes():
    lines = {"lstm": [(1, 1.0), (100, 100.0)], "bert": [(1, 10.0), (100, 10.0)]}
    (crossing,) = crossings(lines)
    assert (crossing.upper, crossing.lower) == ("lstm", "bert")
    assert (crossing.at, crossing.value) == (pytest.approx(10), pytest.approx(10))
    (back,) = crossings({name: [(x, 1 / y) for x, y in lines[name]] for name in lines})
    assert (back.upper, back.lower, back.at) == ("bert", "lstm", pytest.approx(10))


def test_lines_that_touch_or_share_nothing_do_not_cross():
    touching = {"lstm": [(1, 1.0), (2, 2.0), (4, 1.0)], "bert": [(1, 2.0), (2, 2.0), (4, 2.0)]}
    assert not crossings(touching)
    through = {"lstm": [(1, 1.0), (2, 2.0), (4, 4.0)], "bert": [(1, 2.0), (2, 2.0), (4, 2.0)]}
    assert [crossing.at for crossing in crossings(through)] == [pytest.approx(2)]
    assert not crossings({"lstm": [(1, 1.0), (3, 3.0)], "bert": [(2, 2.0), (4, 1.0)]})
    assert not crossings({"lstm": [(1, 1.0)]})
    assert not crossings({"lstm": [(1, 1.0)], "bert": []})


def test_lines_cross_between_points_of_their_own():
    """As those of models that cut the same texts into other numbers of tokens."""
    lines = {"lstm": [(1, 1.0), (100, 100.0)], "mine": [(2, 10.0), (60, 10.0), (200, 10.0)]}
    (crossing,) = crossings(lines)
    assert (crossing.upper, crossing.at) == ("lstm", pytest.approx(10))
    assert not crossings({"lstm": [(1, 1.0), (4, 4.0)], "mine": [(5, 1.0), (9, 1.0)]})


def test_batches_are_of_the_text_that_a_model_makes_its_own_tokens_of():
    own = [("mine", 47, 1), ("mine", 47, 8), ("mine", 90, 1), ("lstm", 32, 1), ("lstm", 64, 1)]
    latencies = tuple(Latency(name, n, batch, 1, 1, (2.0,)) for name, n, batch in own)
    lines = sweep.by_batch(replace(some_sweep(), latencies=latencies))
    assert {name: [(at.tokens, at.batch) for at in line] for name, line in lines.items()} == {
        "mine": [(47, 1), (47, 8)],
        "lstm": [(32, 1)],
    }


def test_lines_by_length_and_by_batch():
    measured = replace(
        some_sweep(),
        latencies=tuple(
            Latency(name, tokens, batch, 1, 1, (2.0,))
            for name in ("bert", "lstm")
            for tokens, batch in ((32, 8), (64, 1), (32, 1))
        ),
    )
    assert list(sweep.by_length(measured)) == ["bert", "lstm"]
    assert [latency.tokens for latency in sweep.by_length(measured)["bert"]] == [32, 64]
    assert [latency.batch for latency in sweep.by_batch(measured)["bert"]] == [1, 8]
    assert sweep.texts_a_second(sweep.by_batch(measured)["bert"][1]) == 4000


def test_a_sweep_is_read_as_it_was_written(tmp_path):
    file = tmp_path / "sweep.json"
    for measured in (
        some_sweep(),
        replace(some_sweep(), footprints=(Footprint("lstm", 128, 1, 2, 3, 4, True),)),
        replace(some_sweep(), latencies=()),
    ):
        file.write_text(sweep.as_json(measured), encoding="utf-8")
        assert sweep.read(file) == measured
        json.loads(file.read_text())


@pytest.mark.parametrize(
    "content", [None, "", "[]", "{}", '{"taken": "x"}', '{"taken": 1, "host": {}}', "\x00"]
)
def test_a_file_without_a_sweep_is_refused(tmp_path, content):
    file = tmp_path / "sweep.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(DataError, match="measure --json"):
        sweep.read(file)


def test_the_table_has_a_row_a_measurement():
    measured = replace(some_sweep(), footprints=(Footprint("lstm", 128, 1, 2, 3, 4),))
    rows = list(csv.DictReader(StringIO(sweep.as_csv(measured))))
    assert [(row["model"], row["tokens"], row["median_ms"]) for row in rows] == [
        ("lstm", "8", "1.5"),
        ("lstm", "16", "2.5"),
    ]
    assert rows[0]["attribution_peak_bytes"] == "4" and rows[0]["runs"] == "1"


def test_the_reference_covers_every_model_length_and_batch():
    measured = sweep.read(sweep.REFERENCE)
    assert list(sweep.by_length(measured)) == list(sweep.by_batch(measured)) == MODELS
    for name in MODELS:
        assert {latency.tokens for latency in sweep.by_length(measured)[name]} >= set(sweep.LENGTHS)
        assert {latency.batch for latency in sweep.by_batch(measured)[name]} >= set(sweep.BATCHES)
    assert [footprint.model for footprint in measured.footprints] == MODELS
    assert measured.host.processor and measured.host.transformers


@pytest.fixture
def threads():
    import torch

    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


QUICK = ("measure", "--models", "lstm", "--lengths", "8,12", "--batch", "2", "--runs", "1")


def test_the_command_prints_what_read_takes(threads, capsys, tmp_path):
    assert main([*QUICK, "--no-memory", "--json"]) == 0
    file = tmp_path / "sweep.json"
    file.write_text(capsys.readouterr().out)
    measured = sweep.read(file)
    points = [(latency.tokens, latency.batch) for latency in measured.latencies]
    assert points == [(8, 1), (12, 1), (32, 2)]
    assert all(latency.threads == 1 for latency in measured.latencies)


def test_the_command_prints_tables_with_their_method(threads, capsys, monkeypatch):
    measured = sweep.read(sweep.REFERENCE)
    stages = [sweep.Stage(measured, "Latency", 1.0)]
    monkeypatch.setattr(command, "sweep", lambda *_, **__: iter(stages))
    monkeypatch.setattr(command, "load", lambda *_: None)
    assert main(["measure"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    for part in ("512 tokens", "batch of 32", "peak of an attribution", "DistilBERT", "warm-up"):
        assert part in text
    few = replace(measured, latencies=measured.latencies[:1], footprints=())
    stages[:] = [sweep.Stage(few, "Latency", None)]
    assert main(["measure"]) == 0


@pytest.mark.parametrize("error", [KeyboardInterrupt, MeasureError("Memory is *short*.")])
def test_stopping_the_command_prints_what_was_measured(threads, capsys, monkeypatch, error):
    def stages(*_, **__):
        yield sweep.Stage(some_sweep(), "Latency", 1.0)
        raise error

    monkeypatch.setattr(command, "sweep", stages)
    monkeypatch.setattr(command, "load", lambda *_: None)
    assert main(["measure", "--json"]) == 0
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)["latencies"]) == 2
    assert ("Stopped early" in printed.err) or ("Memory is *short*" in printed.err)


def test_stopping_before_anything_was_measured_prints_nothing(threads, capsys, monkeypatch):
    def stages(*_, **__):
        yield sweep.Stage(replace(some_sweep(), latencies=()), "Warming up", None)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "sweep", stages)
    monkeypatch.setattr(command, "load", lambda *_: None)
    assert main(["measure", "--json"]) == 130
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "wrong",
    [
        ("--lengths", "8,x"),
        ("--lengths", "2"),
        ("--lengths", ""),
        ("--batch", "33"),
        ("--batch", "0"),
        ("--runs", "0"),
        ("--models", "gpt"),
    ],
)
def test_the_command_refuses_in_one_line(threads, capsys, monkeypatch, wrong):
    monkeypatch.setattr(command, "load", lambda row: SimpleNamespace(id=row.id, spec=row))
    try:
        code = main(["measure", *wrong])
    except SystemExit as stop:
        code = stop.code
    printed = capsys.readouterr()
    assert code == 2 and printed.out == ""
    assert "Traceback" not in printed.err and "model_zoo: " in printed.err
