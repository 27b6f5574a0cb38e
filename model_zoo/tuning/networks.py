"""Where the four start from: the pre-trained encoder, or the bundled BERT where it is not there."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertForSequenceClassification, BertModel, PreTrainedModel

from model_zoo.errors import TrainingError
from model_zoo.models.loading import load_module
from model_zoo.models.recurrent import RecurrentConfig, RecurrentForSequenceClassification
from model_zoo.models.transformer import bert_config
from model_zoo.training import base, distil
from model_zoo.training.grow import grow
from model_zoo.tuning.quiet import quiet
from model_zoo.tuning.token_rows import TokenRows

_SAMPLE = 128  # texts that new layers are calibrated on


@dataclass(frozen=True, slots=True)
class Origin:
    """What the four start from: a folder or the bundled BERT, what to call it, and how many of its
    layers BERT is made of."""

    folder: str | None
    title: str
    layers: int


def origin() -> Origin:
    """The pre-trained encoder where its package is installed, or else the bundled BERT."""
    try:
        folder = base.locate()
        return Origin(folder, "MiniLM (all-MiniLM-L6-v2), pre-trained, not tuned", base.LAYERS)
    except TrainingError:
        return Origin(None, "the bundled BERT, which was tuned to sentiment", 12)


def class_names(labels: tuple[str, ...]) -> dict[str, Any]:
    """The config entries that give classes their names."""
    ids = {label: number for number, label in enumerate(labels)}
    return {"id2label": dict(enumerate(labels)), "label2id": ids}


def recurrent(start: Origin, labels: tuple[str, ...], bidirectional: bool) -> PreTrainedModel:
    """A fresh LSTM or BiLSTM on word vectors made from the encoder's, or the bundled ones."""
    config = RecurrentConfig(bidirectional=bidirectional, **class_names(labels))
    network = RecurrentForSequenceClassification(config)
    if start.folder is not None:
        table = _word_vectors(start.folder, config.embedding_size, torch.get_num_threads())
    else:
        bundled = load_module("bilstm" if bidirectional else "lstm")
        table = bundled.get_input_embeddings().weight.float()
    with torch.no_grad():
        network.embeddings.weight.copy_(table)
        network.embeddings.weight[config.pad_token_id] = 0.0
    return network


def bert(
    start: Origin, labels: tuple[str, ...], sample: TokenRows
) -> BertForSequenceClassification:
    """A BERT of 12 layers with a fresh head; new layers are calibrated on rows of `sample`."""
    if start.folder is not None:
        places = sorted(random.Random(0).sample(range(len(sample)), min(_SAMPLE, len(sample))))
        cut = [place for place in places if sample.lengths[place] <= _SAMPLE] or places[:4]
        ids, mask, _ = sample.batch(cut)
        network = grow(_encoder(start.folder), ids, mask)
    else:
        bundled = load_module("bert")
        config = bert_config(layers=bundled.config.num_hidden_layers)
        config.attention_probs_dropout_prob = 0.0
        network = BertForSequenceClassification(config)
        network.load_state_dict({name: p.float() for name, p in bundled.state_dict().items()})
    _name_classes(network, labels)
    return network.requires_grad_(True)


def distilbert(teacher: BertForSequenceClassification) -> PreTrainedModel:
    """Half of the teacher, its head included."""
    return distil.student_of(teacher)


def load_bert(folder: Path) -> BertForSequenceClassification:
    """A BERT that was saved here, in float32 and evaluation mode."""
    with quiet():
        network = BertForSequenceClassification.from_pretrained(
            folder, local_files_only=True, dtype=torch.float32, attn_implementation="eager"
        )
    return network.eval()


def _name_classes(network: PreTrainedModel, labels: tuple[str, ...]) -> None:
    """Give the network a fresh head with a class a label."""
    names: Mapping[str, Any] = class_names(labels)
    network.config.id2label, network.config.label2id = names["id2label"], names["label2id"]
    network.num_labels = len(labels)
    head = nn.Linear(network.classifier.in_features, len(labels))
    nn.init.normal_(head.weight, std=0.02)
    nn.init.zeros_(head.bias)
    network.classifier = head


@cache
def _word_vectors(folder: str, size: int, threads: int) -> Tensor:
    """The encoder's word embeddings reduced to this size; kept, for it takes seconds.

    Kept for each number of `threads`: with another one sums are rounded otherwise.
    """
    return base.reduced_embeddings(_encoder(folder), size)


def _encoder(folder: str) -> BertModel:
    with quiet():
        return base.load_encoder(folder)
