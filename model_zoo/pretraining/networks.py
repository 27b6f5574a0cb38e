"""The networks that language models start as: made of the base encoder, or of one another."""

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertForMaskedLM, BertModel, DistilBertForMaskedLM, PreTrainedModel

from model_zoo.errors import WeightsError
from model_zoo.language_models.recurrent import RecurrentForMaskedLM
from model_zoo.models.recurrent import RecurrentConfig
from model_zoo.models.transformer import bert_config, distilbert_config
from model_zoo.training.base import load_encoder, reduced_embeddings
from model_zoo.training.distil import copy_layers
from model_zoo.training.grow import grow_into

EMBEDDING_SIZE, HIDDEN_SIZE = 256, 384
_SPREAD = 0.06  # of word vectors that are outputs, too: logits start with a deviation of about 1


def recurrent(bidirectional: bool, base: str, frequencies: Tensor) -> RecurrentForMaskedLM:
    """A fresh (Bi)LSTM on the base encoder's word vectors, reduced to its width.

    `frequencies` (V,), the shares of the words in the training texts, are what it first guesses.
    """
    config = RecurrentConfig(
        embedding_size=EMBEDDING_SIZE,
        hidden_size=HIDDEN_SIZE,
        bidirectional=bidirectional,
        dropout=0.25,
    )
    network = RecurrentForMaskedLM(config)
    with torch.no_grad():
        network.embeddings.weight.copy_(
            _SPREAD * reduced_embeddings(load_encoder(base), EMBEDDING_SIZE)
        )
        network.bias.copy_(frequencies.log())
    return network


def shallow_bert(base: str, frequencies: Tensor) -> BertForMaskedLM:
    """The base encoder's 6 layers, with a fresh head for masked words."""
    encoder = load_encoder(base)
    network = _masked_bert(encoder.config.num_hidden_layers)
    network.bert.load_state_dict(encoder.state_dict())
    _begin(network.cls.predictions.transform.dense, network.cls.predictions.bias, frequencies)
    return network


def grown_bert(shallow: BertForMaskedLM, ids: Tensor, mask: Tensor) -> BertForMaskedLM:
    """Twice the layers, computing at first (nearly) what the shallow one computes.

    *Shape*: `ids` and `mask` (B, T), a sample of typical text.
    """
    network = _masked_bert(2 * shallow.config.num_hidden_layers)
    base: BertModel = shallow.bert
    grow_into(network.bert, base, ids, mask, averaging=False)
    network.cls.load_state_dict(shallow.cls.state_dict())
    return network


@torch.no_grad()
def student_of(teacher: BertForMaskedLM) -> DistilBertForMaskedLM:
    """A DistilBERT of the teacher's layers 0, 2, 4, … and its head."""
    config = distilbert_config(layers=teacher.config.num_hidden_layers // 2)
    config.attention_dropout = config.dropout = 0.0
    student = DistilBertForMaskedLM(config)
    copy_layers(teacher.bert, student.distilbert)
    predictions = teacher.cls.predictions
    student.vocab_transform.load_state_dict(predictions.transform.dense.state_dict())
    student.vocab_layer_norm.load_state_dict(predictions.transform.LayerNorm.state_dict())
    student.vocab_projector.bias.copy_(predictions.bias)
    return student


def load_trained(folder: Path) -> PreTrainedModel:
    """A language model trained before, in float32, to teach; WeightsError where it is none."""
    network: PreTrainedModel
    network, report = BertForMaskedLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    if report["missing_keys"]:
        raise WeightsError(f"{folder} holds no language model. Train lm-bert first.")
    return network


def _masked_bert(layers: int) -> BertForMaskedLM:
    """Without dropout: in a pass or two over the text nothing is learnt by heart."""
    config = bert_config(layers)
    config.attention_probs_dropout_prob = config.hidden_dropout_prob = 0.0
    network = BertForMaskedLM(config)
    network.set_attn_implementation("eager")  # its backward is the faster one on a CPU
    return network


@torch.no_grad()
def _begin(dense: nn.Linear, bias: Tensor, frequencies: Tensor) -> None:
    """Start a head by the words' frequencies, and from the states as they are."""
    nn.init.eye_(dense.weight)
    nn.init.zeros_(dense.bias)
    bias.copy_(frequencies.log())
