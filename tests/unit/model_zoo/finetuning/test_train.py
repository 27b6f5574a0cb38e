"""Readers are trained: rows, what is learnt, a run that was killed, and when an answer is weak."""

import json

import numpy as np
import pytest
import torch

from model_zoo.__main__ import main
from model_zoo.errors import TrainingError, WeightsError
from model_zoo.finetuning import train as training
from model_zoo.finetuning.calibrate import best_threshold, recognition
from model_zoo.finetuning.objectives import TaughtSpans, span_logits, spans
from model_zoo.finetuning.rows import NO_ANSWER, elsewhere, span_rows
from model_zoo.models.files import read_checksums, sha256_of
from model_zoo.question_answering.reader import load_reader
from model_zoo.question_answering.spans import WIDEST
from model_zoo.question_answering.squad import Gold, Question, read_squad
from model_zoo.text.tokens import TextTokenizer
from tests.readers import TOKENIZER, train, write_bodies, write_squad

TOKENS = TextTokenizer(TOKENIZER)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("finetuning")
    write_bodies(place / "bodies")
    write_squad(place / "squad")
    return place


def test_rows_hold_the_answers_where_they_stand(folder):
    questions = read_squad(folder / "squad" / "train.json")
    rows = span_rows(questions, TOKENS, 64)
    assert len(rows) == rows.answerable == 8
    batch = rows.batch(range(8))
    for row, question in enumerate(questions):
        outcome = int(batch.targets[row, 0]) - 1
        first, width = divmod(outcome, WIDEST)
        said = TOKENS.backend.decode(batch.ids[row, first : first + width + 1].tolist())
        assert said == question.answers[0].text.lower()
        assert batch.targets[row, 1] == -1  # two people said the same
        assert batch.inside[row, first] and batch.types[row, first] == 1
    assert not batch.inside[:, 0].any() and (batch.ids[:, 0] == 101).all()


def test_windows_without_the_answer_hold_none_and_those_that_cut_it_are_left_out():
    passage = " ".join(["no"] * 100 + ["yes", "sir"] + ["no"] * 100)
    question = Question("q", "a", passage, "Who?", (Gold(passage.index("yes"), "yes sir"),))
    rows = span_rows([question], TOKENS, 32)
    assert 0 < rows.answerable < len(rows)
    for at in range(len(rows)):
        batch = rows.batch([at])
        words = TOKENS.backend.decode(batch.ids[0].tolist())
        held = "yes sir" in words
        assert held == (batch.targets[0, 0] != NO_ANSWER)
        assert held or ("yes" not in words and "sir" not in words)


def test_a_share_is_asked_where_there_is_no_answer(folder):
    questions = read_squad(folder / "squad" / "train.json")
    rows = span_rows(questions, TOKENS, 64, without_answer=1.0)
    assert len(rows) == 16 and rows.answerable == 8
    for (passage, text), question in zip(elsewhere(questions, 0), questions, strict=True):
        assert text == question.text and question.answers[0].text not in passage
    same = span_rows(questions, TOKENS, 64, without_answer=1.0)
    assert np.array_equal(rows.ids, same.ids)


@pytest.mark.parametrize("name", ["bilstm", "bert"])
def test_a_run_that_was_killed_ends_with_the_same_bytes(folder, monkeypatch, name):
    longer = {"overrides": {"epochs": 4}}
    whole = train(name, folder, "whole", out="whole", **longer)

    def dying(*arguments, **options):
        learn(*arguments, stop_after=3, **options)
        raise KeyboardInterrupt

    learn = training.learn
    monkeypatch.setattr(training, "learn", dying)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            train(name, folder, "killed", out="killed", **longer)
    monkeypatch.undo()
    again = train(name, folder, "killed", out="killed", **longer)
    files = [folder / out / name / "model.safetensors" for out in ("whole", "killed")]
    assert files[0].read_bytes() == files[1].read_bytes()
    for metrics in (whole, again):
        del metrics["seconds"]
    assert whole == again
    assert whole["history"][-1]["step"] > 6  # it was stopped on the way, twice


def test_learning_lowers_the_loss_and_leaves_the_body_alone(folder):
    before = sha256_of(folder / "bodies" / "bert" / "model.safetensors")
    metrics = train("bert", folder, "long", out="long", overrides={"epochs": 12, "lr": 1e-2})
    losses = [look["train_loss"] for look in metrics["history"]]
    assert losses[-1] < 0.7 * losses[0]
    assert before == sha256_of(folder / "bodies" / "bert" / "model.safetensors")
    reader = folder / "long" / "bert"
    assert read_checksums(folder / "long")["bert"] == sha256_of(reader / "model.safetensors")
    weak = metrics["no_answer"]
    assert load_reader(reader, folder / "bodies").threshold == weak["threshold"]
    assert weak["test"]["without"] == weak["test"]["answerable"] == 8
    assert "EM" in (reader / "README.md").read_text(encoding="utf-8")


def test_distilbert_learns_from_berts_answers_where_there_is_a_bert(folder, tmp_path):
    alone = train("distilbert", folder, "alone", out="alone")
    assert alone["teacher"] is None
    train("bert", folder, "teacher", out="both")
    taught = train("distilbert", folder, "taught", out="both")
    bert = folder / "both" / "bert" / "model.safetensors"
    assert taught["teacher"] == {"name": "bert", "sha256": sha256_of(bert)}
    first, second = (folder / out / "distilbert" / "model.safetensors" for out in ("alone", "both"))
    assert first.read_bytes() != second.read_bytes()


def test_the_soft_part_is_zero_for_a_pupil_that_answers_as_its_teacher(folder):
    network = training.prepared(folder / "bodies" / "bert", training.PLANS["bert"])
    rows = span_rows(read_squad(folder / "squad" / "train.json"), TOKENS, 64)
    network.eval()
    batch = rows.batch(range(8))
    with torch.no_grad():
        both = torch.stack(span_logits(network, batch), -1)
    own = training.SpanRows(**{name: getattr(rows, name) for name in _FIELDS}).with_teacher(
        np.concatenate([both[i, : rows.lengths[i]].numpy() for i in range(8)])
    )
    hard = spans(network, batch)
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    network.train()
    same = TaughtSpans()(network, own.batch(range(8)))
    assert same.item() == pytest.approx(0.4 * hard.item(), rel=1e-4)
    other = own.with_teacher(np.roll(own.taught, 7, axis=0))
    assert TaughtSpans()(network, other.batch(range(8))).item() > same.item() + 1e-3


_FIELDS = ("ids", "starts", "begin", "count", "targets")


def test_other_settings_are_another_run(folder):
    train("lstm", folder, "first", out="first")
    with pytest.raises(TrainingError, match="--restart"):
        train("lstm", folder, "first", out="first", seed=1)
    with pytest.raises(WeightsError, match="lm-lstm first"):
        training.train_reader(
            "lstm", data=folder / "squad", bodies=folder, out=folder / "x", run=folder / "y",
            progress=None,
        )  # fmt: skip


def test_the_threshold_parts_best_and_is_reported_as_it_does():
    without, answerable = np.array([0.9, 0.8, 0.3]), np.array([0.1, 0.2, 0.85])
    threshold = best_threshold(without, answerable)
    assert threshold == pytest.approx(0.25)  # all three noticed, one of three doubted
    told = recognition(without, answerable, threshold)
    assert told.noticed == 1.0 and told.doubted == pytest.approx(1 / 3)
    assert told.auc == pytest.approx(7 / 9)
    assert told.doubted_ci95[0] < told.doubted < told.doubted_ci95[1]


def test_the_command_trains(folder, capsys):
    argv = ["train", "qa-lstm", "--data", str(folder / "squad"), "--epochs", "1", "--limit", "4"]
    argv += ["--bodies", str(folder / "bodies"), "--out", str(folder / "command" / "readers")]
    assert main([*argv, "--json"]) == 0
    metrics = json.loads(capsys.readouterr().out)
    assert metrics["test"]["questions"] == 4 and metrics["plan"]["recipe"]["epochs"] == 1
    assert (folder / "command" / "state" / "qa-lstm" / "settings.json").is_file()
    assert main(argv) == 0  # there is nothing left to do but to measure
    assert "EM" in capsys.readouterr().out


def test_what_cannot_be_read_is_told_before_hours_of_training(folder, tmp_path, capsys):
    write_squad(tmp_path / "squad")
    file = tmp_path / "squad" / "test.json"
    table = json.loads(file.read_text())
    asked = table["data"][0]["paragraphs"][0]["qas"][0]
    asked["question"] = "why " * 200
    file.write_text(json.dumps(table))
    argv = ["train", "qa-lstm", "--data", str(tmp_path / "squad"), "--epochs", "1"]
    argv += ["--bodies", str(folder / "bodies"), "--out", str(tmp_path / "out")]
    assert main(argv) == 2
    assert f"test.json, question {asked['id']}: The question has 200" in capsys.readouterr().err
    assert not (tmp_path / "out").exists() and not (tmp_path / "state").exists()


def test_a_reader_is_not_written_over_its_body(folder, tmp_path, capsys):
    write_bodies(tmp_path)
    argv = ["train", "qa-lstm", "--data", str(folder / "squad"), "--epochs", "1", "--limit", "4"]
    assert main([*argv, "--bodies", str(tmp_path), "--out", str(tmp_path)]) == 2
    assert "no reader, which would be lost" in capsys.readouterr().err
