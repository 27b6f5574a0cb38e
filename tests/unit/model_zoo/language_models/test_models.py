"""Loading language models: which there are, and what is wrong with damaged ones."""

import json
import shutil

import numpy as np
import pytest
import torch

from model_zoo.errors import TextError, UnknownModelError, WeightsError
from model_zoo.language_models import models
from model_zoo.models.files import WEIGHTS, write_checksum
from tests import language_zoo


def test_they_are_known_in_one_order(loaded):
    assert list(loaded) == list(language_zoo.NAMES)
    assert [model.left_only for model in loaded.values()] == [True, False, False, False]
    assert loaded["bilstm"].title == "BiLSTM"


def test_without_any_the_error_says_how_to_train_them(monkeypatch, tmp_path):
    monkeypatch.setenv("QUARTET_LANGUAGE", str(tmp_path))
    assert models.available() == ()
    with pytest.raises(UnknownModelError, match="train lm-lstm"):
        models.load("lstm")


@pytest.mark.parametrize(
    "damage, says",
    [
        (lambda folder: (folder / "tokenizer.json").unlink(), "missing"),
        (lambda folder: (folder / WEIGHTS).write_bytes(b"\0" * 100), "not the file"),
        (lambda folder: (folder / WEIGHTS).unlink(), "missing"),
    ],
    ids=["no tokenizer", "altered", "no weights"],
)
def test_damage_is_named(damage, says, folder, monkeypatch, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    monkeypatch.setenv("QUARTET_LANGUAGE", str(copy))
    damage(copy / "lstm")
    with pytest.raises(WeightsError, match=says):
        models.load("lstm")


def test_another_network_is_refused(folder, monkeypatch, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    monkeypatch.setenv("QUARTET_LANGUAGE", str(copy))
    (copy / "bert" / WEIGHTS).unlink()
    shutil.copyfile(copy / "lstm" / WEIGHTS, copy / "bert" / WEIGHTS)
    write_checksum("bert", copy)
    with pytest.raises(WeightsError, match="lacks weights"):
        models.load("bert")


def test_its_size_is_known_without_loading_it(folder, loaded, monkeypatch):
    monkeypatch.setenv("QUARTET_LANGUAGE", str(folder))
    for name, model in loaded.items():
        count = sum(parameter.numel() for parameter in model.network.parameters())
        assert models.parameters(name) == count
        assert models.needed_bytes(name) == pytest.approx(2 * count, rel=0.05)


@pytest.mark.parametrize("name", language_zoo.NAMES)
def test_rows_of_all_lengths_are_read_as_if_alone(name, loaded, plain):
    model = loaded[name]
    rows = [list(model.read("word " * n).ids) for n in (1, 90, 3, 90, 2, 200, 1)]
    places = [(row, at) for row in (5, 0, 3, 2, 6) for at in range(1, len(rows[row]) - 1, 7)]
    together = model.log_probabilities(rows, places)
    for (row, at), result in zip(places, together, strict=True):
        with torch.inference_mode():
            logits = plain[name](torch.tensor([rows[row]])).logits[0, at]
        np.testing.assert_allclose(result, logits.log_softmax(-1).numpy(), atol=1e-4)
    targets = np.arange(len(places)) + 2000
    alone = model.target_log_probabilities(rows, places, targets)
    np.testing.assert_allclose(alone, together[np.arange(len(places)), targets], atol=1e-5)


def test_an_empty_text_is_refused(loaded):
    with pytest.raises(TextError):
        loaded["lstm"].read(" \u200b ")


@pytest.mark.parametrize("name", language_zoo.NAMES)
def test_what_plain_transformers_loads_is_what_was_saved(name, plain):
    saved = language_zoo.network(name).half().float()
    ids = torch.tensor([[101, 1996, 2143, 102]])
    with torch.inference_mode():
        torch.testing.assert_close(plain[name](ids).logits, saved(ids).logits)


def test_settings_of_wrong_types_and_a_list_of_no_text_are_damage(folder, monkeypatch, tmp_path):
    shutil.copytree(folder, tmp_path / "language")
    monkeypatch.setenv("QUARTET_LANGUAGE", str(tmp_path / "language"))
    config = tmp_path / "language" / "bert" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"hidden_size": "wide"}))
    with pytest.raises(WeightsError, match="cannot be loaded"):
        models.load("bert")
    (tmp_path / "language" / "SHA256SUMS").write_bytes(b"\xff\xfe not a list")
    assert models.available() == ()
