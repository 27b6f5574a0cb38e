"""Four tiny language models with random weights and the real tokenizer."""

import shutil
from pathlib import Path

import torch
from transformers import (
    BertConfig,
    BertForMaskedLM,
    DistilBertConfig,
    DistilBertForMaskedLM,
    PreTrainedModel,
)

from model_zoo.language_models.recurrent import RecurrentForMaskedLM
from model_zoo.models.files import write_checksum
from model_zoo.models.recurrent import RecurrentConfig
from tests.root import ROOT

TOKENIZER = ROOT / "assets" / "models" / "bert"
NAMES = ("lstm", "bilstm", "bert", "distilbert")


def network(name: str) -> PreTrainedModel:
    """An untrained language model; weights are drawn wide, so that words differ."""
    torch.manual_seed(NAMES.index(name))
    if name == "bert":
        made = BertForMaskedLM(
            BertConfig(
                hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48
            )
        )
    elif name == "distilbert":
        made = DistilBertForMaskedLM(DistilBertConfig(dim=24, n_layers=1, n_heads=2, hidden_dim=48))
    else:
        made = RecurrentForMaskedLM(
            RecurrentConfig(embedding_size=16, hidden_size=12, bidirectional=name == "bilstm")
        )
    with torch.no_grad():
        for parameter in made.parameters():
            if parameter.dim() > 1:
                parameter.mul_(4)
    return made.eval()


def write(folder: Path, names: tuple[str, ...] = NAMES) -> Path:
    """The folder with a folder a model in it, as the app looks for them."""
    for name in names:
        network(name).half().save_pretrained(folder / name)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(TOKENIZER / file, folder / name / file)
        write_checksum(name, folder)
    return folder
