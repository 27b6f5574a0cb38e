"""From token ids to the words expected at a place, whatever the network is made of."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F
from transformers import DistilBertForMaskedLM, PreTrainedModel

from model_zoo.language_models.recurrent import RecurrentForMaskedLM

_WORDS_AT_ONCE = 4096  # made float32 at a time: the whole table would be 47 MB


class Output(NamedTuple):
    """States (N, E) as the output layer takes them, its table of words (V, E) and its bias (V,).

    The table may be kept in float16; all else is float32.
    """

    states: Tensor
    table: Tensor
    bias: Tensor

    def log_probabilities(self) -> Tensor:
        """Of all words, (N, V)."""
        return self._logits().log_softmax(-1)

    def log_probability_of(self, words: Tensor) -> Tensor:
        """Of one word each, `words` (N,), (N,)."""
        logits = self._logits()
        return logits.gather(-1, words[:, None])[:, 0] - logits.logsumexp(-1)

    def _logits(self) -> Tensor:
        parts = zip(self.table.split(_WORDS_AT_ONCE), self.bias.split(_WORDS_AT_ONCE), strict=True)
        return torch.cat([F.linear(self.states, words.float(), bias) for words, bias in parts], -1)


def last_states(network: PreTrainedModel, ids: Tensor, mask: Tensor) -> Tensor:
    """What is known of every position, (B, T) -> (B, T, H): of a Transformer its last layer's
    output, of a recurrent network what it knows without the position's own word."""
    if isinstance(network, RecurrentForMaskedLM):
        return network.states(ids, mask)
    states: Tensor = network.base_model(input_ids=ids, attention_mask=mask).last_hidden_state
    return states


def output(network: PreTrainedModel, states: Tensor) -> Output:
    """The output layer for states (N, H)."""
    if isinstance(network, RecurrentForMaskedLM):
        return Output(network.transformed(states), network.embeddings.weight, network.bias)
    if isinstance(network, DistilBertForMaskedLM):
        transformed = network.vocab_layer_norm(network.activation(network.vocab_transform(states)))
        return Output(transformed, network.vocab_projector.weight, network.vocab_projector.bias)
    predictions = network.cls.predictions
    return Output(predictions.transform(states), predictions.decoder.weight, predictions.bias)
