"""The training loop: resuming, the schedule, and what it keeps."""

import json
import os
import signal
import subprocess

import pytest
import torch
from rich.progress import Progress
from safetensors import safe_open
from torch.optim.swa_utils import get_ema_multi_avg_fn
from transformers import BertForSequenceClassification

from model_zoo.errors import TrainingError
from model_zoo.models.recurrent import RecurrentConfig, RecurrentForSequenceClassification
from model_zoo.models.transformer import bert_config
from model_zoo.training import fit as loop
from model_zoo.training.fit import (
    BEST,
    CHECKPOINT,
    Recipe,
    batch_order,
    collate,
    fit,
    parameter_groups,
    score,
    slope,
)
from model_zoo.training.train import supervised

RECIPE = Recipe(epochs=3, lr=3e-2, batch_size=8, averaging=0.9, consistency=0.5)


def rows(count, seed):
    """Texts of ids where class 1 holds a 7: learnable in a few steps."""
    torch.manual_seed(seed)
    ids, labels = [], []
    for i in range(count):
        text = torch.randint(10, 40, (int(torch.randint(3, 9, ())),)).tolist()
        ids.append([*text, 7] if i % 2 else text)
        labels.append(i % 2)
    return ids, labels


def run(folder, *, recipe=RECIPE, stop_after=None, settings=None, seed=5, held_out=None):
    torch.manual_seed(11)
    network = RecurrentForSequenceClassification(
        RecurrentConfig(vocab_size=50, embedding_size=8, hidden_size=8, dropout=0.3)
    )
    state = fit(
        network,
        rows(80, 1),
        held_out or rows(40, 2),
        recipe=recipe,
        objective=supervised(recipe),
        run=folder,
        seed=seed,
        progress=Progress(disable=True),
        settings=settings or {"a": 1},
        stop_after=stop_after,
    )
    return network, state


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    return run(tmp_path_factory.mktemp("run"))


@pytest.mark.parametrize("stops", [[1], [9], [4, 6, 10], [29]], ids=str)
def test_a_run_stopped_and_resumed_ends_the_same(tmp_path, uninterrupted, stops):
    for steps in stops:
        run(tmp_path, stop_after=steps)
    network, state = run(tmp_path)
    expected, expected_state = uninterrupted
    for key, value in expected.state_dict().items():
        assert torch.allclose(network.state_dict()[key], value, atol=1e-6), key
    same = ("step", "held_out_accuracy")
    assert [[h[k] for k in same] for h in state.history] == [
        [h[k] for k in same] for h in expected_state.history
    ]


def equal(network, expected):
    return all(
        torch.allclose(network.state_dict()[key], value, atol=1e-6)
        for key, value in expected.state_dict().items()
    )


def test_what_stops_it_within_a_step_leaves_no_half_of_one(tmp_path, uninterrupted, monkeypatch):
    run(tmp_path, stop_after=6)
    steps = iter(range(3))

    def stopping(decay):
        if next(steps, None) is None:
            raise KeyboardInterrupt  # the optimiser has stepped, the average has not
        return get_ema_multi_avg_fn(decay)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(loop, "get_ema_multi_avg_fn", stopping)
        run(tmp_path)
    assert equal(run(tmp_path)[0], uninterrupted[0])


def test_ctrl_c_ends_it_after_the_step(tmp_path, uninterrupted, monkeypatch):
    steps = iter(range(3))

    def interrupted(decay):
        if next(steps, None) is None:
            os.kill(os.getpid(), signal.SIGINT)
        return get_ema_multi_avg_fn(decay)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(loop, "get_ema_multi_avg_fn", interrupted)
        run(tmp_path)
    with safe_open(tmp_path / CHECKPOINT, "pt") as checkpoint:
        assert json.loads(checkpoint.metadata()["state"])["step"] == 4
    assert equal(run(tmp_path)[0], uninterrupted[0])


def test_a_finished_run_is_not_run_again(tmp_path, uninterrupted):
    run(tmp_path)
    before = (tmp_path / BEST).stat().st_mtime_ns
    network, state = run(tmp_path)
    assert state.step == 30 and (tmp_path / BEST).stat().st_mtime_ns == before
    for key, value in uninterrupted[0].state_dict().items():
        assert torch.equal(network.state_dict()[key], value)


def test_it_learns_and_keeps_the_best(uninterrupted):
    network, state = uninterrupted
    accuracy, _ = score(network, *rows(40, 2))
    assert accuracy == state.best_accuracy == max(h["held_out_accuracy"] for h in state.history)
    assert accuracy > 0.9


def test_other_settings_do_not_silently_go_on(tmp_path):
    run(tmp_path, stop_after=2)
    with pytest.raises(TrainingError, match="--restart"):
        run(tmp_path, settings={"a": 2})
    with pytest.raises(TrainingError, match="--restart"):
        run(tmp_path, held_out=rows(40, 3))


def test_a_half_written_checkpoint_is_never_read(tmp_path, uninterrupted):
    run(tmp_path, stop_after=7)
    (tmp_path / "checkpoint.partial").write_bytes(b"cut off in the middle of writing")
    network, _ = run(tmp_path)
    for key, value in uninterrupted[0].state_dict().items():
        assert torch.allclose(network.state_dict()[key], value, atol=1e-6)


def test_checkpoint_holds_no_pickle(tmp_path):
    run(tmp_path, stop_after=3)
    with safe_open(tmp_path / CHECKPOINT, "pt") as checkpoint:
        assert {key.split(".")[0] for key in checkpoint.keys()} == {
            "weight", "average", "step", "exp_avg", "exp_avg_sq", "random",
        }  # fmt: skip


def test_slope_rises_and_falls():
    values = [slope(step, 100, 0.1) for step in range(100)]
    assert values[0] == pytest.approx(0.1) and values[9] == 1.0 and max(values) == 1.0
    assert values[10:] == sorted(values[10:], reverse=True)
    assert values[99] == pytest.approx(1 / 90)


def test_every_row_comes_once_an_epoch():
    ids, _ = rows(83, 4)
    order = batch_order(ids, 8, seed=1)
    assert sorted(i for batch in order for i in batch) == list(range(83))
    assert batch_order(ids, 8, seed=1) == order != batch_order(ids, 8, seed=2)


def test_layers_further_down_learn_more_slowly():
    network = BertForSequenceClassification(bert_config(layers=2))
    groups = parameter_groups(network, Recipe(1, 1.0, 8, layer_decay=0.5))
    peaks = {
        name: group["peak"]
        for (name, _), group in zip(network.named_parameters(), groups, strict=True)
    }
    assert peaks["classifier.weight"] == peaks["bert.pooler.dense.weight"] == 1.0
    assert peaks["bert.encoder.layer.1.output.dense.weight"] == 1.0
    assert peaks["bert.encoder.layer.0.output.dense.weight"] == 0.5
    assert peaks["bert.embeddings.word_embeddings.weight"] == 0.25


def test_collate_pads_on_the_right():
    batch = collate([[5, 6, 7], [8]], [1, 0], [0, 1], torch.device("cpu"))
    assert batch.ids.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert batch.mask.tolist() == [[1, 1, 1], [1, 0, 0]]
    assert batch.labels.tolist() == [1, 0]


def test_consistency_is_the_symmetric_divergence_of_two_passes():
    class TwoMinds(torch.nn.Module):
        """Logits (0, 0) in the first pass and (0, ln 3) in the second."""

        def forward(self, input_ids, attention_mask):
            logits = torch.zeros(len(input_ids), 2)
            logits[1:, 1] = torch.log(torch.tensor(3.0))
            return type("Output", (), {"logits": logits})

    batch = collate([[5]], [1], [0], torch.device("cpu"))
    plain = supervised(Recipe(1, 1.0, 1))(TwoMinds(), batch).item()
    both = supervised(Recipe(1, 1.0, 1, consistency=1.0))(TwoMinds(), batch).item()
    cross = (0.693147 + 0.287682) / 2  # -ln 1/2 and -ln 3/4
    # KL((1/2, 1/2) ‖ (1/4, 3/4)) = 0.143841 and the other way round 0.130812
    assert both == pytest.approx(cross + (0.143841 + 0.130812) / 2, abs=1e-5)
    assert plain == pytest.approx(0.693147, abs=1e-5)  # one pass, the first mind


@pytest.mark.parametrize(("code", "chosen"), [(0, True), (-4, False)])
def test_no_bfloat16_where_trying_it_kills_the_process(monkeypatch, code, chosen):
    """As in virtual machines that announce AMX but do not let it be used."""
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    has = {"avx512_bf16": True, "amx_tile": True}
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)
    monkeypatch.setattr(
        loop.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], code)
    )
    loop.processor_has_bfloat16.cache_clear()
    with loop.precision(torch.device("cpu"), True):
        assert torch.is_autocast_enabled("cpu") is chosen
    loop.processor_has_bfloat16.cache_clear()
