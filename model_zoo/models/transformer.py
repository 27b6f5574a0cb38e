"""Transformer encoders as Networks, and the configs of BERT and DistilBERT as bundled here.

Both are plain `transformers` classifiers: their folders load with `pipeline()` and nothing else.
They are smaller than the papers' (hidden size 384 where BERT-base has 768).
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertConfig, DistilBertConfig

from model_zoo.labels import SENTIMENT
from model_zoo.models.architectures import FIRST, RELU, TANH
from model_zoo.models.classifier import Classifier
from model_zoo.models.network import Capability, Layer
from model_zoo.text.tokens import MAX_TOKENS, PAD_ID

HIDDEN_SIZE = 384
HEADS = 12
VOCAB_SIZE = 30522


def label_names() -> dict[str, Any]:
    """The config entries that give the two classes their names.

    >>> label_names()["id2label"]
    {0: 'negative', 1: 'positive'}
    """
    ids = {label: number for number, label in enumerate(SENTIMENT)}
    return {"id2label": dict(enumerate(SENTIMENT)), "label2id": ids}


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


class TransformerClassifier(Classifier):
    """A Transformer encoder with a classification head, walked layer by layer.

    Walking the layers by hand needs none of the hooks that the library leaves on a network which is
    asked for its hidden states; a network shared between threads must stay free of them. Run one
    after the other, embeddings, layers and head give the network's own logits.
    """

    def layers(self, ids: Tensor) -> Iterator[Layer]:
        """Word embeddings, then every layer's output, all in one space; `ids` (B, T)."""
        self.check(Capability.LAYERS)
        hidden = self.part(self.architecture.embeddings)(ids)  # (B, T, E)
        if (widen := self.architecture.widen) and self._has(widen):
            hidden = self.part(widen)(hidden)
        yield Layer("embeddings", 0, hidden)
        for number, layer in enumerate(self._layers(), start=1):
            hidden = self.run(layer, hidden)
            yield Layer(f"layer {number}", 0, hidden)

    def steps(self, ids: Tensor) -> Iterator[tuple[str, Tensor]]:
        """One reading, "layers": the head applied to every layer's output.

        The head was trained on the last layer only, so the earlier ones are a probe ("logit lens").
        """
        self.check(Capability.STEPS)
        heads = [self._head(layer.states) for layer in self.layers(ids)]
        yield "layers", self.in_order(torch.cat(heads))

    def attention(self, ids: Tensor) -> Iterator[Tensor]:
        """softmax(Q K^T / sqrt(d)), Vaswani et al. (2017), from each layer's own weights.

        The network runs with fused attention, which gives no weights away.
        """
        self.check(Capability.ATTENTION)
        heads = self.module.config.num_attention_heads
        for layer, below in zip(self._layers(), self.layers(ids), strict=False):
            shape = (*below.states.shape[:-1], heads, -1)
            queries, keys = (
                layer.get_submodule(path)(below.states).view(shape).transpose(1, 2)
                for path in (self.architecture.query, self.architecture.key)
            )  # (B, H, T, d) each
            scores = queries @ keys.transpose(2, 3) * queries.shape[-1] ** -0.5
            yield (scores + self.bias(below.states)).softmax(-1)

    def run(self, layer: nn.Module, hidden: Tensor) -> Tensor:
        """The layer's output over `hidden` (B, T, E)."""
        return layer(hidden, None)

    def bias(self, hidden: Tensor) -> Tensor | float:
        """What is added to the scores of attention in every layer, for `hidden` (B, T, E)."""
        return 0.0

    def _layers(self) -> Iterator[nn.Module]:
        """The layers as they are run; where groups share weights, each as often as it is used."""
        groups = list(self.part(self.architecture.layers).children())
        layers = self.module.config.num_hidden_layers
        for number in range(layers):
            yield groups[int(number / (layers / len(groups)))]

    def _has(self, path: str) -> bool:
        try:
            return bool(self.part(path))
        except AttributeError:
            return False

    def _head(self, hidden: Tensor) -> Tensor:
        """The last layer's output (B, T, E) -> logits (B, C)."""
        for step in self.architecture.head:
            if step == FIRST:
                hidden = hidden[:, 0]
            elif step == RELU:
                hidden = hidden.relu()
            elif step == TANH:
                hidden = hidden.tanh()
            else:
                hidden = self.part(step)(hidden)
        return hidden
