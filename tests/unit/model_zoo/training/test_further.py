"""BERT from a language model: the encoder it gets, and folders that hold another."""

import pytest
import torch
from safetensors.torch import save_file
from transformers import BertForMaskedLM

from model_zoo.__main__ import main
from model_zoo.errors import TrainingError
from model_zoo.models.transformer import bert_config
from model_zoo.training.further import further_trained
from tests import language_zoo


def test_it_starts_from_the_encoder_of_the_language_model(tmp_path):
    torch.manual_seed(0)
    language = BertForMaskedLM(bert_config()).eval()
    language.half().save_pretrained(tmp_path)
    classifier = further_trained(tmp_path).eval()
    ids = torch.randint(1000, 2000, (2, 7))
    with torch.no_grad():
        states = language.float().bert(ids).last_hidden_state
        own = classifier.bert(ids)
    assert torch.allclose(own.last_hidden_state, states, atol=1e-4)
    assert torch.allclose(own.pooler_output, states[:, 0].tanh(), atol=1e-4)
    assert classifier.config.id2label == {0: "negative", 1: "positive"}


def test_folders_that_hold_another_are_refused(tmp_path):
    with pytest.raises(TrainingError, match="Train lm-bert"):
        further_trained(tmp_path)
    language_zoo.write(tmp_path, ("bert", "lstm"))
    for name in ("bert", "lstm"):  # a smaller one, and none at all
        with pytest.raises(TrainingError, match="another BERT"):
            further_trained(tmp_path / name)
    state = BertForMaskedLM(bert_config(layers=1)).state_dict()
    save_file(
        {name: tensor.clone() for name, tensor in state.items()}, tmp_path / "model.safetensors"
    )
    with pytest.raises(TrainingError, match="another BERT"):
        further_trained(tmp_path)


def test_only_bert_takes_an_encoder(reviews, tmp_path, capsys):
    order = ["train", "lstm", "--data", str(reviews), "--out", str(tmp_path / "models")]
    assert main([*order, "--encoder", str(tmp_path)]) == 2
    assert "Only BERT" in capsys.readouterr().err
