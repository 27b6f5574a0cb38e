"""Growing a 6-layer encoder to 12 layers without losing what it knows.

After every original layer comes a new one that at first (nearly) returns its input: the matrices
that write to the residual stream are zero, and its LayerNorms undo their own normalising by the
average mean and deviation of what they see. Fine-tuning then puts the new layers to use. Every
second layer of the grown encoder is an original one, which is what the distilled student starts
from.

The base was trained as a mean-pooled sentence encoder, and its [CLS] state carries little. The
last new layer therefore starts as an average: attention spread (nearly) evenly, values passed
through unchanged. So the classification head finds the mean-pooled features in [CLS] from the
first step on.
"""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertForSequenceClassification, BertModel

from model_zoo.models.transformer import bert_config

POOLING_WEIGHT = 2.0  # how much of the average the last layer adds to each state


@torch.no_grad()
def grow(
    base: BertModel, input_ids: Tensor, attention_mask: Tensor
) -> BertForSequenceClassification:
    """A classifier with twice `base`'s layers that starts from what `base` computes.

    *Shape*: `input_ids` and `attention_mask` (B, T), a sample of typical text, from which the new
    LayerNorms are calibrated.
    """
    config = bert_config(layers=2 * base.config.num_hidden_layers)
    config.attention_probs_dropout_prob = 0.0  # it costs a quarter of a CPU step
    grown = BertForSequenceClassification(config)
    grow_into(grown.bert, base, input_ids, attention_mask, averaging=True)
    pooler = grown.bert.pooler.dense
    nn.init.eye_(pooler.weight)
    nn.init.zeros_(pooler.bias)
    return grown


@torch.no_grad()
def grow_into(
    grown: BertModel,
    base: BertModel,
    input_ids: Tensor,
    attention_mask: Tensor,
    *,
    averaging: bool,
) -> None:
    """Give `grown`, which has twice the layers, what `base` knows; the last new one may average.

    *Shape*: `input_ids` and `attention_mask` (B, T), as `grow` takes them.
    """
    depth = base.config.num_hidden_layers
    grown.embeddings.load_state_dict(base.embeddings.state_dict())
    states = base.eval()(
        input_ids, attention_mask=attention_mask, output_hidden_states=True
    ).hidden_states  # depth + 1 of (B, T, E)
    real = attention_mask.bool()
    for i, original in enumerate(base.encoder.layer):
        weights = original.state_dict()
        kept, new = grown.encoder.layer[2 * i], grown.encoder.layer[2 * i + 1]
        kept.load_state_dict(weights)
        new.load_state_dict(weights)
        state = states[i + 1]
        if averaging and i == depth - 1:
            average(new, state, attention_mask)
        else:
            nn.init.zeros_(new.attention.output.dense.weight)
            _pass_on(new, state[real])


@torch.no_grad()
def average(layer: Any, states: Tensor, attention_mask: Tensor) -> None:
    """Make a layer add to each of the `states` (B, T, E) it is given their mean, and no more."""
    _average(layer.attention)
    mean = (states * attention_mask[..., None]).sum(1) / attention_mask.sum(1, keepdim=True)
    _pass_on(layer, (states + POOLING_WEIGHT * mean[:, None])[attention_mask.bool()])


def _pass_on(layer: Any, seen: Tensor) -> None:
    """Let what the attention block adds up to, `seen` (tokens, E), through the rest as it is."""
    nn.init.zeros_(layer.attention.output.dense.bias)
    nn.init.zeros_(layer.output.dense.weight)
    nn.init.zeros_(layer.output.dense.bias)
    _undo(layer.attention.output.LayerNorm, seen)
    _undo(layer.output.LayerNorm, layer.attention.output.LayerNorm(seen))


def _average(attention: Any) -> None:
    """Make an attention block add POOLING_WEIGHT times the mean of all states to each state."""
    inner = attention.self
    for scores in (inner.query, inner.key):  # near zero, not zero: two zeros would never learn
        nn.init.normal_(scores.weight, std=0.02)
        nn.init.zeros_(scores.bias)
    nn.init.eye_(inner.value.weight)
    nn.init.zeros_(inner.value.bias)
    attention.output.dense.weight.copy_(POOLING_WEIGHT * torch.eye(inner.value.in_features))


def _undo(norm: nn.LayerNorm, seen: Tensor) -> None:
    """Set `norm` so that on average it returns what it is given; `seen` (tokens, E)."""
    norm.weight.fill_(seen.var(-1, unbiased=False).sqrt().mean().item())
    norm.bias.fill_(seen.mean().item())
