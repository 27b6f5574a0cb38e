"""Networks while they learn answer as they will later, and a run that is stopped loses nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
)

from model_zoo.models.recurrent import RecurrentConfig, RecurrentForSequenceClassification
from model_zoo.training.run_state import CHECKPOINT
from model_zoo.tuning.learner import RecurrentLearner, TransformerLearner
from model_zoo.tuning.loop import Lesson, Stopped, answer, learn
from model_zoo.tuning.recipes import Recipe
from model_zoo.tuning.token_rows import TokenRows, pieces, stratified

WORDS, LABELS = 60, 3
RECIPE = Recipe(epochs=3, lr=1e-2, batch_size=8, averaging=0.9)


def network(kind):
    torch.manual_seed(0)
    if kind in ("lstm", "bilstm"):
        config = RecurrentConfig(
            WORDS, 8, 12, bidirectional=kind == "bilstm", num_labels=LABELS, dropout=0.2
        )
        return RecurrentForSequenceClassification(config)
    if kind == "bert":
        config = BertConfig(
            vocab_size=WORDS,
            hidden_size=16,
            num_hidden_layers=4,
            num_attention_heads=2,
            intermediate_size=32,
            attention_probs_dropout_prob=0.0,
            num_labels=LABELS,
        )
        return BertForSequenceClassification(config)
    config = DistilBertConfig(
        vocab_size=WORDS, n_layers=4, n_heads=2, dim=16, hidden_dim=32, num_labels=LABELS
    )
    return DistilBertForSequenceClassification(config)


def learner(kind, frozen=0):
    made = network(kind)
    if "bert" in kind:
        return TransformerLearner(made, frozen)
    return RecurrentLearner(made, rows())


def rows(count=40, seed=0):
    """Rows whose label is that of the word they hold most of."""
    draw = np.random.default_rng(seed)
    lengths = draw.integers(3, 12, count)
    labels = draw.integers(0, LABELS, count)
    ids = [
        np.where(draw.random(n) < 0.5, label + 1, draw.integers(5, WORDS, n))
        for n, label in zip(lengths, labels, strict=True)
    ]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return TokenRows(np.concatenate(ids).astype(np.uint16), starts, labels)


def lesson(of, **more):
    weights = torch.tensor([1.0, 2.0, 0.5])
    return Lesson(of.source(rows()), of.source(rows(12, seed=1)), weights, **more)


KINDS = [("lstm", 0), ("bilstm", 0), ("bert", 0), ("bert", 2), ("bert", 4), ("distilbert", 3)]


@pytest.fixture(autouse=True)
def _float32(monkeypatch):
    monkeypatch.setattr("model_zoo.training.fit.processor_has_bfloat16", lambda: False)


@pytest.mark.parametrize(("kind", "frozen"), KINDS)
def test_a_learner_answers_as_its_network_does(kind, frozen):
    of, data = learner(kind, frozen), rows()
    ids, mask, _ = data.batch(range(len(data)))
    of.network.eval()
    with torch.no_grad():
        expected = of.network(input_ids=ids, attention_mask=mask).logits
    rounded = 1e-2 if frozen else 1e-4  # states are kept in float16
    assert torch.allclose(answer(of, of.source(data)), expected, atol=rounded)


@pytest.mark.parametrize(("kind", "frozen"), KINDS[:4])
def test_what_is_frozen_stays_and_the_rest_learns(kind, frozen, tmp_path):
    of = learner(kind, frozen)
    before = {name: p.clone() for name, p in of.network.named_parameters()}
    recipe = replace(RECIPE, epochs=8, lr=3e-3, averaging=0.0, patience=8)
    standing = learn(of, lesson(of), recipe, tmp_path, 0, lambda *_: "")
    of.finish()
    moved = {n for n, p in of.network.named_parameters() if not torch.equal(p, before[n])}
    assert moved == {n for n, p in of.network.named_parameters() if p.requires_grad}
    assert standing.step == 40 and len(standing.history) == 8
    losses = [look["train_loss"] for look in standing.history]
    assert losses[-1] < losses[0]


def weights(of):
    return {name: p.clone() for name, p in of.network.state_dict().items()}


@pytest.mark.parametrize(("kind", "frozen"), [("bilstm", 0), ("bert", 2)])
@pytest.mark.parametrize("stops", [[1], [4, 5, 11], [15]])
def test_a_run_that_was_stopped_ends_with_the_same_bytes(kind, frozen, stops, tmp_path):
    whole = learner(kind, frozen)
    undisturbed = learn(whole, lesson(whole), RECIPE, tmp_path / "whole", 0, lambda *_: "")
    for stop in stops:
        part = learner(kind, frozen)
        with pytest.raises(Stopped):
            learn(
                part,
                lesson(part),
                RECIPE,
                tmp_path / "part",
                0,
                lambda standing, *_, stop=stop: "pause" if standing.step >= stop else "",
            )
    last = learner(kind, frozen)
    standing = learn(last, lesson(last), RECIPE, tmp_path / "part", 0, lambda *_: "")
    assert standing.step == 15 and standing.history == undisturbed.history
    expected, got = weights(whole), weights(last)
    assert all(torch.equal(expected[name], got[name]) for name in expected)


def test_another_seed_learns_otherwise(tmp_path):
    ends = []
    for seed in (0, 1):
        of = learner("lstm")
        learn(of, lesson(of), RECIPE, tmp_path / str(seed), seed, lambda *_: "")
        ends.append(weights(of)["classifier.weight"])
    assert not torch.equal(*ends)


def test_training_stops_early_without_gain_and_keeps_the_best(tmp_path):
    of = learner("lstm")
    recipe = replace(RECIPE, epochs=30, lr=0.0, averaging=0.0, patience=2)
    standing = learn(of, lesson(of), recipe, tmp_path, 0, lambda *_: "")
    assert len(standing.history) == 3 and standing.best_step == 5


def test_a_checkpoint_of_another_recipe_is_not_gone_on_from(tmp_path):
    of = learner("lstm")
    with pytest.raises(Stopped):
        learn(of, lesson(of), RECIPE, tmp_path, 0, lambda *_: "pause")
    assert (tmp_path / CHECKPOINT).exists()
    of = learner("lstm")
    other = replace(RECIPE, epochs=1)
    assert learn(of, lesson(of), other, tmp_path, 0, lambda *_: "").step == 5


def test_a_student_follows_its_teacher_where_labels_say_nothing(tmp_path):
    of = learner("lstm")
    data = rows()
    said = torch.nn.functional.one_hot(torch.from_numpy(data.labels), LABELS) * 8.0
    wrong = TokenRows(data.ids, data.starts, np.zeros_like(data.labels))
    taught = Lesson(wrong, rows(12, seed=1), torch.ones(LABELS), teacher=said)
    recipe = replace(RECIPE, epochs=30, soft=1.0, patience=30)
    learn(of, taught, recipe, tmp_path, 0, lambda *_: "")
    assert (answer(of, data).argmax(-1).numpy() == data.labels).mean() > 0.8


def test_batches_in_pieces_learn_the_same(tmp_path):
    ends = []
    for tokens in (10_000, 20):
        torch.manual_seed(0)
        of = learner("lstm")
        of.network.dropout.p = 0.0
        of.piece_tokens = tokens
        learn(of, lesson(of), replace(RECIPE, epochs=1), tmp_path / str(tokens), 0, lambda *_: "")
        ends.append(weights(of)["classifier.weight"])
    assert torch.allclose(*ends, atol=1e-5)


def test_pieces_bound_tokens_and_lose_no_row():
    lengths = np.array([512, 3, 100, 7])
    made = list(pieces(lengths, range(4), 110))
    assert sorted(place for piece in made for place in piece) == [0, 1, 2, 3]
    assert all(len(p) == 1 or len(p) * lengths[p].max() <= 110 for p in made)


def test_shares_of_rows_are_nested_and_hold_every_label():
    labels = np.array([0] * 80 + [1] * 15 + [2] * 5)
    quarter, half = stratified(labels, 25, 0), stratified(labels, 50, 0)
    assert set(quarter) < set(half) and len(quarter) == 25 and len(half) == 50
    assert np.bincount(labels[quarter]).tolist() == pytest.approx([20, 4, 1], abs=1)


def test_words_that_were_not_learned_keep_their_vectors(tmp_path):
    of = learner("lstm")
    before = of.network.embeddings.table.clone()
    data = rows()
    learn(of, lesson(of), RECIPE, tmp_path, 0, lambda *_: "")
    unseen = TokenRows(np.array([2, 3, 4], dtype=np.uint16), np.array([0, 3]), np.array([0]))
    partly = answer(of, unseen)
    of.finish()
    ids, mask, _ = unseen.batch([0])
    with torch.no_grad():
        whole = of.network.eval()(input_ids=ids, attention_mask=mask).logits
    assert torch.allclose(partly, whole, atol=1e-5)
    table, learned = of.network.embeddings.weight, set(data.ids.tolist())
    same = {n for n in range(WORDS) if torch.equal(table[n], before[n])}
    assert 0 not in same or not before[0].any()
    assert same - {0} == set(range(WORDS)) - learned - {0}
