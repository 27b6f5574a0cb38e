"""Surveys: what is measured in which order, kept, left out, and how it is judged."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from model_zoo.deploy import answers, costs, kept, survey
from model_zoo.deploy.answers import Rows, drawn
from model_zoo.errors import DataError, EngineError, MeasureError
from model_zoo.models.engines import DEPLOYABLE
from model_zoo.models.files import card, set_tokenizer
from model_zoo.models.registry import choose, spec
from model_zoo.models.sets import model_set

MB = 1_000_000
LABELS = model_set().labels

RECORD = {"answers": 0.98, "bytes": 12 * MB}


@pytest.fixture
def processes(monkeypatch):
    """Results in place of fresh processes', one ms more for each that is asked for."""
    asked = []

    def process(module, arguments, *, seconds, given=None):
        asked.append((module.rpartition(".")[2], *arguments[:1], *arguments[3:]))
        yield None
        if given is not None:
            yield [int("good" in text) for text in given]
            return
        identity, *_, threads, tokens, sizes = arguments
        yield [
            {
                "latency": {
                    "model": identity, "tokens": int(tokens), "batch": int(size),
                    "threads": int(threads), "warm_up": 2, "samples_ms": [float(len(asked))] * 20,
                },
                "memory_bytes": 100 * MB + int(size),
            }
            for size in sizes.split(",")
        ]  # fmt: skip

    monkeypatch.setattr(costs, "in_fresh_process", process)
    monkeypatch.setattr(answers, "in_fresh_process", process)
    monkeypatch.setattr(survey, "_export", lambda row, checksum: iter([None]))
    monkeypatch.setattr(survey.exports, "record", lambda row, checksum: (
        {} if row.id.engine == "torch" else RECORD
    ))  # fmt: skip
    return asked


def stages(names=("lstm",), engines=DEPLOYABLE, rows=None, **how):
    models = survey.every_engine(choose(names), engines)
    return list(survey.survey(models, LABELS, rows, threads=(1, 2), **how))


def last(*args, **how):
    return stages(*args, **how)[-1].survey


def test_every_model_engine_thread_count_and_batch_size_is_measured(processes):
    measured = last(("lstm", "bert"))
    points = {(o.model, o.threads, o.batch) for o in measured.options}
    assert points == {
        (f"{name}{at}", threads, batch)
        for name in ("lstm", "bert")
        for at in ("@torch", "@onnx", "@onnx-int8")
        for threads in (1, 2)
        for batch in (1, 8, 32)
    }
    assert len(processes) == 12 and {call[-2] for call in processes} == {"23"}
    assert all(o.runs == 20 and o.memory_bytes == 100 * MB + o.batch for o in measured.options)
    torch, onnx = (
        next(o for o in measured.options if o.model == m) for m in ("lstm@torch", "lstm@onnx")
    )
    assert torch.disk_bytes == card("lstm").size_bytes and onnx.disk_bytes == 12 * MB
    assert measured.options[0].p95_ms < measured.options[-1].p95_ms


def test_a_model_named_with_its_engine_is_measured_on_that_one():
    rows = survey.every_engine(choose(["bert@onnx", "lstm"]), ("torch", "onnx-int8"))
    assert [row.id for row in rows] == ["lstm@torch", "lstm@onnx-int8", "bert@onnx"]


def test_without_rows_exact_engines_have_the_recorded_accuracy_and_others_none(processes):
    by_model = {o.model: o for o in last().options}
    known = card("lstm")
    for name in ("lstm@torch", "lstm@onnx"):
        assert by_model[name].accuracy == known.accuracy and by_model[name].ci95 == known.ci95
        assert by_model[name].accuracy_rows == 872
    assert by_model["lstm@onnx-int8"].accuracy is None
    assert by_model["lstm@onnx-int8"].agreement == 0.98
    assert by_model["lstm@torch"].agreement is None


def test_labelled_rows_decide_accuracy_and_agreement(processes):
    rows = Rows(("good", "bad", "good", "awful"), np.array([1, 0, 0, 0]), 9, 7)
    first, *_ = stages(rows=rows)
    assert all(option.accuracy is None for option in first.survey.options), "not the files'"
    measured = last(rows=rows)
    assert {o.accuracy for o in measured.options} == {0.75}
    low, high = measured.options[0].ci95
    assert low < 0.75 < high and measured.options[0].accuracy_rows == 4 and measured.of_rows == 9
    assert {o.agreement for o in measured.options if o.model != "lstm@torch"} == {1.0}
    assert measured.compare("lstm@torch", "lstm@onnx-int8").p == 1
    assert {call[-2] for call in processes if call[0] == "costs"} == {"7"}


def test_rows_without_labels_tell_agreement_and_leave_recorded_accuracy(processes):
    measured = last(rows=Rows(("good", "bad"), None, 2, 5))
    by_model = {o.model: o for o in measured.options}
    assert by_model["lstm@onnx-int8"].agreement == 1.0
    assert by_model["lstm@onnx-int8"].accuracy is None
    assert by_model["lstm@onnx"].accuracy == card("lstm").accuracy
    assert measured.compare("lstm@torch", "lstm@onnx") is None


def test_models_with_other_labels_are_timed_and_not_judged(processes):
    other = replace(spec("lstm"), comparable=False)
    rows = Rows(("good", "bad"), np.array([1, 0]), 2, 5)
    (*_, end) = survey.survey([other], LABELS, rows, threads=(1,))
    assert [o.accuracy for o in end.survey.options] == [None] * 3
    assert not end.survey.answers


def test_what_cannot_be_exported_is_left_out_and_the_rest_is_measured(processes, monkeypatch):
    def export(row, checksum):
        if row.id == "lstm@onnx":
            raise EngineError("LSTM cannot be computed by onnx. Use the torch engine.")
        yield None

    monkeypatch.setattr(survey, "_export", export)
    measured = last()
    assert {o.model for o in measured.options} == {"lstm@torch", "lstm@onnx-int8"}
    assert measured.left_out == {
        "lstm@onnx": "LSTM cannot be computed by onnx. Use the torch engine."
    }
    assert len(processes) == 4


def test_time_left_shrinks_to_nothing_and_says_what_is_done(processes):
    seen = stages()
    assert seen[-1].seconds_left == 0 and seen[0].seconds_left > 20
    assert "Time and memory of LSTM · int8 on 2 threads" in {stage.doing for stage in seen}
    assert "Exporting LSTM · ONNX" in {stage.doing for stage in seen}


def test_closing_ends_the_process_that_measures(monkeypatch, tmp_path):
    import psutil

    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr("model_zoo.measure.process.sys.executable", str(program))
    before = set(psutil.Process().children())
    going = survey.survey(choose(["lstm"]), LABELS, threads=(1,))
    next(going)
    (child,) = set(psutil.Process().children()) - before
    going.close()
    assert not child.is_running()


def test_figures_are_kept_until_what_they_depend_on_changes(processes, tmp_path):
    first = last(kept_in=tmp_path)
    again = last(kept_in=tmp_path)
    assert again.options == first.options and len(processes) == 6
    last(kept_in=tmp_path, batches=(1,))
    assert len(processes) == 12, "other batches are other figures"
    last(kept_in=tmp_path, anew=True)
    assert len(processes) == 18
    files = list((tmp_path / kept.FOLDER).iterdir())
    assert len(files) == 12 and all(file.suffix == ".json" for file in files)
    asked = kept.conditions(spec("lstm"), "0" * 64, threads=1)
    assert asked != kept.conditions(spec("lstm"), "1" * 64, threads=1)
    assert asked != kept.conditions(spec("lstm@onnx"), "0" * 64, threads=1)
    damage = ("", "[]", "{}", '{"conditions": 1}', "\0", "null")
    for at, file in enumerate(files):
        file.write_text(damage[at % len(damage)])
    assert last(kept_in=tmp_path).options != first.options and len(processes) == 24


def test_a_figure_of_another_shape_is_measured_anew(processes, tmp_path):
    last(kept_in=tmp_path)
    for file in (tmp_path / kept.FOLDER).iterdir():
        record = json.loads(file.read_text())
        file.write_text(json.dumps(record | {"value": [{"latency": {}}]}))
    last(kept_in=tmp_path)
    assert len(processes) == 12


def test_nowhere_to_keep_is_no_error(processes, tmp_path):
    (tmp_path / "file").write_text("")
    assert last(kept_in=tmp_path / "file").options
    assert last(kept_in=None).options


def test_answers_are_kept_without_the_texts(processes, tmp_path):
    rows = Rows(("good secret", "bad"), np.array([1, 0]), 2, 5)
    last(rows=rows, engines=("torch",), answers_kept_in=tmp_path)
    (file,) = (tmp_path / kept.FOLDER).iterdir()
    assert "secret" not in file.read_text()
    last(rows=rows, engines=("torch",), answers_kept_in=tmp_path)
    assert [call[0] for call in processes].count("answers") == 1
    other = replace(rows, texts=("good secret", "worse"))
    last(rows=other, engines=("torch",), answers_kept_in=tmp_path)
    assert [call[0] for call in processes].count("answers") == 2


def test_what_was_answered_before_is_not_asked_again(processes):
    rows = Rows(("good", "bad"), np.array([1, 0]), 2, 5)
    before = {"lstm@torch": np.array([1, 1]), "gone": np.array([0, 0])}
    measured = last(rows=rows, answered=before)
    assert [call[1] for call in processes if call[0] == "answers"] == [
        "lstm@onnx",
        "lstm@onnx-int8",
    ]
    assert set(measured.answers) == {"lstm@torch", "lstm@onnx", "lstm@onnx-int8"}
    assert {o.accuracy for o in measured.options if o.model == "lstm@torch"} == {0.5}


def test_short_memory_leaves_a_model_out_and_says_so(processes, monkeypatch):
    monkeypatch.setattr(costs, "free_bytes", lambda: 300 * MB)
    measured = last(("bert", "lstm"))
    assert set(measured.left_out) == {"lstm@torch", "bert@torch"}
    assert (
        "needs 533 MB for a process of its own, and 300 MB are free"
        in measured.left_out["bert@torch"]
    )
    assert {o.model for o in measured.options} >= {"lstm@onnx", "bert@onnx-int8"}


def test_a_failing_process_leaves_its_model_out(monkeypatch):
    monkeypatch.setattr("model_zoo.measure.process.sys.executable", "false")
    (*_, end) = survey.survey(choose(["lstm"]), LABELS, threads=(1,))
    assert not end.survey.options
    assert "exit code 1. Try again" in end.survey.left_out["lstm"]


@pytest.fixture(scope="module")
def tokenizer():
    return set_tokenizer()


def test_rows_are_drawn_the_same_each_time_and_keep_their_order(tokenizer):
    texts = [f"text number {at}" for at in range(100)]
    truth = [at % 2 for at in range(100)]
    rows = drawn(texts, truth, tokenizer, 10)
    assert rows.texts == drawn(texts, truth, tokenizer, 10).texts and rows.of == 100
    numbers = [int(text.split()[-1]) for text in rows.texts]
    assert numbers == sorted(numbers) and len(numbers) == 10
    assert rows.truth.tolist() == [number % 2 for number in numbers]
    assert drawn(texts, None, tokenizer).truth is None


def test_rows_that_cannot_count_are_passed_over(tokenizer):
    texts = ["good one", " ", "\u200b\x00", "no label", "bad one , really bad"]
    rows = drawn(texts, np.array([1, 1, 1, -1, 0]), tokenizer)
    assert rows.texts == ("good one", "bad one , really bad") and rows.truth.tolist() == [1, 0]
    assert rows.tokens == 6  # of 4 and 7, rounded
    with pytest.raises(DataError, match="No row holds a text"):
        drawn([" ", ""], None, tokenizer)


@pytest.mark.slow
def test_real_processes_measure_and_answer(monkeypatch):
    monkeypatch.setattr(costs, "PROCESS_SECONDS", 120)
    texts = ("a wonderful film", "a dreadful film", "\ud800 odd", "good " * 600)
    models = survey.every_engine(choose(["lstm"]), ("torch", "onnx"))
    rows = Rows(texts, np.array([1, 0, 1, 1]), 4, 5)
    (*_, end) = survey.survey(models, LABELS, rows, threads=(1,), batches=(1, 2))
    by_model = {o.model: o for o in end.survey.options if o.batch == 1}
    assert set(by_model) == {"lstm@torch", "lstm@onnx"} and not end.survey.left_out
    assert all(o.tokens == 5 and o.p95_ms >= o.median_ms > 0 for o in by_model.values())
    # torch alone takes more than the whole of the other engine
    assert by_model["lstm@torch"].memory_bytes > 1.5 * by_model["lstm@onnx"].memory_bytes > 40 * MB
    assert end.survey.answers["lstm@torch"].tolist() == end.survey.answers["lstm@onnx"].tolist()
    assert end.survey.answers["lstm@torch"][:2].tolist() == [1, 0]


def test_an_export_that_fails_in_its_thread_is_raised(monkeypatch):
    def make(row, checksum):
        raise MeasureError("no")

    monkeypatch.setattr(survey, "exports", SimpleNamespace(find=lambda *_: None, make=make))
    with pytest.raises(MeasureError, match="no"):
        list(survey._export(spec("lstm@onnx"), "0"))
