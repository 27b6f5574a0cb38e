"""BERT and DistilBERT at the sizes bundled here, as the library's own classes.

Both are plain `transformers` classifiers: their folders load with `pipeline()` and nothing else.
They are smaller than the papers' (hidden size 384 where BERT-base has 768).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor, nn
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    PreTrainedModel,
)

from model_zoo.results import LABELS
from model_zoo.tokens import MAX_TOKENS, PAD_ID

__all__ = [
    "BertForSequenceClassification",
    "DistilBertForSequenceClassification",
    "Parts",
    "bert_config",
    "distilbert_config",
    "label_names",
    "parts",
]

HIDDEN_SIZE = 384
HEADS = 12
VOCAB_SIZE = 30522


def label_names() -> dict:
    """The config entries that give the two classes their names."""
    return {"id2label": dict(enumerate(LABELS)), "label2id": {n: i for i, n in enumerate(LABELS)}}


def bert_config(layers: int = 12) -> BertConfig:
    """BERT with `layers` layers of hidden size 384 and 12 heads."""
    return BertConfig(
        vocab_size=VOCAB_SIZE,
        hidden_size=HIDDEN_SIZE,
        num_hidden_layers=layers,
        num_attention_heads=HEADS,
        intermediate_size=4 * HIDDEN_SIZE,
        max_position_embeddings=MAX_TOKENS,
        pad_token_id=PAD_ID,
        **label_names(),
    )


def distilbert_config(layers: int = 6) -> DistilBertConfig:
    """DistilBERT with `layers` layers of hidden size 384: no token types, no pooler."""
    return DistilBertConfig(
        vocab_size=VOCAB_SIZE,
        dim=HIDDEN_SIZE,
        n_layers=layers,
        n_heads=HEADS,
        hidden_dim=4 * HIDDEN_SIZE,
        max_position_embeddings=MAX_TOKENS,
        pad_token_id=PAD_ID,
        seq_classif_dropout=0.1,
        **label_names(),
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """A Transformer classifier in the pieces its forward pass is made of.

    `embed`: ids (B, T) -> (B, T, E). Each of `layers`: (B, T, E) -> (B, T, E). `head`: the last
    layer's output (B, T, E) -> logits (B, 2). Run one after the other they give the network's own
    logits. Walking them by hand needs none of the hooks that the library leaves on a network which
    is asked for its hidden states; a network shared between threads must stay free of them.
    """

    embed: Callable[[Tensor], Tensor]
    layers: Sequence[nn.Module]
    head: Callable[[Tensor], Tensor]


def parts(network: PreTrainedModel) -> Parts:
    """The pieces of a BERT or DistilBERT classifier in evaluation mode; TypeError for others."""
    if isinstance(network, BertForSequenceClassification):
        return Parts(
            embed=lambda ids: network.bert.embeddings(input_ids=ids),
            layers=list(network.bert.encoder.layer),
            head=lambda hidden: network.classifier(network.bert.pooler(hidden)),
        )
    if isinstance(network, DistilBertForSequenceClassification):
        return Parts(
            embed=lambda ids: network.distilbert.embeddings(ids),
            layers=list(network.distilbert.transformer.layer),
            head=lambda hidden: network.classifier(network.pre_classifier(hidden[:, 0]).relu()),
        )
    raise TypeError(f"{type(network).__name__} is neither BERT nor DistilBERT.")
