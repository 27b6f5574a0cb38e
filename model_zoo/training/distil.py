"""Distilling BERT into DistilBERT, after Sanh et al. 2019 (arXiv:1910.01108).

The student starts as every second layer of the fine-tuned teacher and learns from three signals:
the teacher's softened answers, the true labels, and the direction of the teacher's final states.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import (
    BertForSequenceClassification,
    BertModel,
    DistilBertForSequenceClassification,
    DistilBertModel,
)

from model_zoo.models.transformer import distilbert_config
from model_zoo.training.fit import Batch, Objective


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of the loss counts, and the temperature that softens the answers."""

    soft: float = 0.6
    hard: float = 0.2
    states: float = 0.2
    temperature: float = 2.0


def loss(
    student_logits: Tensor,
    teacher_logits: Tensor,
    labels: Tensor,
    student_states: Tensor,
    teacher_states: Tensor,
    mask: Tensor,
    weights: Weights = Weights(),
) -> Tensor:
    """Weighted sum of the three parts, a scalar.

    soft: T² · KL(teacher/T ‖ student/T), mean over texts (T² keeps gradients of one size, Hinton
    et al. 2015); hard: cross-entropy with `labels`; states: 1 - cosine, mean over real tokens.

    *Shape*: logits (B, 2), `labels` (B,), states (B, T, E), `mask` (B, T).
    """
    t = weights.temperature
    soft = t**2 * F.kl_div(
        (student_logits / t).log_softmax(-1),
        (teacher_logits / t).log_softmax(-1),
        log_target=True,
        reduction="batchmean",
    )
    hard = F.cross_entropy(student_logits, labels)
    cosine = F.cosine_similarity(student_states, teacher_states, dim=-1)  # (B, T)
    states = ((1 - cosine) * mask).sum() / mask.sum()
    return weights.soft * soft + weights.hard * hard + weights.states * states


def objective(teacher: BertForSequenceClassification, weights: Weights = Weights()) -> Objective:
    """The loss above as `fit` wants it; the teacher answers anew for every batch."""

    def loss_of(student: nn.Module, batch: Batch) -> Tensor:
        inputs = {
            "input_ids": batch.ids,
            "attention_mask": batch.mask,
            "output_hidden_states": True,
        }
        with torch.no_grad():
            teacher_output = teacher(**inputs)
        student_output = student(**inputs)
        return loss(
            student_output.logits.float(),
            teacher_output.logits.float(),
            batch.labels,
            student_output.hidden_states[-1].float(),
            teacher_output.hidden_states[-1].float(),
            batch.mask,
            weights,
        )

    return loss_of


_LAYER_NAMES = {
    "attention.self.query": "attention.q_lin",
    "attention.self.key": "attention.k_lin",
    "attention.self.value": "attention.v_lin",
    "attention.output.dense": "attention.out_lin",
    "attention.output.LayerNorm": "sa_layer_norm",
    "intermediate.dense": "ffn.lin1",
    "output.dense": "ffn.lin2",
    "output.LayerNorm": "output_layer_norm",
}


@torch.no_grad()
def student_of(teacher: BertForSequenceClassification) -> DistilBertForSequenceClassification:
    """A student with half the teacher's layers: its layers 0, 2, 4, …, its head and its classes."""
    config = distilbert_config(layers=teacher.config.num_hidden_layers // 2)
    config.id2label, config.label2id = teacher.config.id2label, teacher.config.label2id
    config.attention_dropout = teacher.config.attention_probs_dropout_prob
    student = DistilBertForSequenceClassification(config)
    copy_layers(teacher.bert, student.distilbert)
    student.pre_classifier.load_state_dict(teacher.bert.pooler.dense.state_dict())
    student.classifier.load_state_dict(teacher.classifier.state_dict())
    return student


@torch.no_grad()
def copy_layers(source: BertModel, target: DistilBertModel) -> None:
    """Give `target`, which has half the layers, the embeddings and layers 0, 2, 4, … of `source`.

    DistilBERT has no token types: the one that single sentences use is added to the positions, so
    nothing is lost.
    """
    embeddings = target.embeddings
    embeddings.word_embeddings.load_state_dict(source.embeddings.word_embeddings.state_dict())
    embeddings.LayerNorm.load_state_dict(source.embeddings.LayerNorm.state_dict())
    embeddings.position_embeddings.weight.copy_(
        source.embeddings.position_embeddings.weight
        + source.embeddings.token_type_embeddings.weight[0]
    )
    for i, layer in enumerate(target.transformer.layer):
        original = source.encoder.layer[2 * i]
        for in_bert, in_distilbert in _LAYER_NAMES.items():
            weights = original.get_submodule(in_bert).state_dict()
            layer.get_submodule(in_distilbert).load_state_dict(weights)
