"""BERT from a language model: the encoder it gets, and folders that hold another."""

import pytest
import torch
from safetensors.torch import save_file
from transformers import BertForMaskedLM

from model_zoo.__main__ import main
from model_zoo.errors import TrainingError
from model_zoo.models.transformer import bert_config
from model_zoo.training.further import further_trained
from model_zoo.training.grow import POOLING_WEIGHT
from tests import language_zoo

IDS = torch.randint(1000, 2000, (2, 7), generator=torch.Generator().manual_seed(0))
MASK = torch.tensor([[1] * 7, [1] * 4 + [0] * 3])


@pytest.mark.slow
def test_it_starts_from_the_encoder_of_the_language_model_and_an_average(tmp_path):
    torch.manual_seed(0)
    language = BertForMaskedLM(bert_config()).eval()
    language.half().save_pretrained(tmp_path)
    classifier = further_trained(tmp_path, IDS, MASK).eval()
    with torch.no_grad():
        theirs, ours = (
            bert(IDS, attention_mask=MASK, output_hidden_states=True)
            for bert in (language.float().bert, classifier.bert)
        )
    before = theirs.hidden_states[-2]
    assert torch.allclose(ours.hidden_states[-2], before, atol=1e-4)
    mean = (before * MASK[..., None]).sum(1) / MASK.sum(1, keepdim=True)
    expected = before[:, 0] + POOLING_WEIGHT * mean
    alike = torch.cosine_similarity(ours.last_hidden_state[:, 0], expected)
    assert alike.min() > 0.99 > torch.cosine_similarity(before[:, 0], expected).max()
    assert torch.allclose(ours.pooler_output, ours.last_hidden_state[:, 0].tanh(), atol=1e-4)
    assert classifier.config.id2label == {0: "negative", 1: "positive"}


@pytest.mark.slow
def test_folders_that_hold_another_are_refused(tmp_path):
    with pytest.raises(TrainingError, match="Train lm-bert"):
        further_trained(tmp_path, IDS, MASK)
    language_zoo.write(tmp_path, ("bert", "lstm"))
    for name in ("bert", "lstm"):  # a smaller one, and none at all
        with pytest.raises(TrainingError, match="another BERT"):
            further_trained(tmp_path / name, IDS, MASK)
    state = BertForMaskedLM(bert_config(layers=1)).state_dict()
    save_file(
        {name: tensor.clone() for name, tensor in state.items()}, tmp_path / "model.safetensors"
    )
    with pytest.raises(TrainingError, match="another BERT"):
        further_trained(tmp_path, IDS, MASK)


def test_only_bert_takes_an_encoder(reviews, tmp_path, capsys):
    order = ["train", "lstm", "--data", str(reviews), "--out", str(tmp_path / "models")]
    assert main([*order, "--encoder", str(tmp_path)]) == 2
    assert "Only BERT" in capsys.readouterr().err
