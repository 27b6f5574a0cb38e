"""LSTM and BiLSTM as language models: for every position, which word it should hold.

Importing this module registers the architecture with transformers' Auto classes.
"""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModelForMaskedLM
from transformers.modeling_outputs import MaskedLMOutput

from model_zoo.models.recurrent import RecurrentConfig, RecurrentPreTrainedModel


class RecurrentForMaskedLM(RecurrentPreTrainedModel):
    """Embeddings -> LSTM -> transform -> the words of the vocabulary, by the same embeddings.

    The distribution at position t never depends on the word at t. The LSTM's comes from its state
    after the words before t; the BiLSTM's from that and from the backward state that has read down
    to t + 1. So no word needs to be blanked for a guess, and one pass guesses all positions.
    """

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__(config)
        self.norm = nn.LayerNorm(config.embedding_size)
        self.transform = nn.Linear(self.state_size, config.embedding_size)
        self.transform_norm = nn.LayerNorm(config.embedding_size)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.post_init()

    def states(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """What is known of each position without its own word, (B, T) -> (B, T, D * H).

        D is the number of directions. `attention_mask` (B, T) is ones first and zeros after, all
        ones if left out. Position 0 of a text, [CLS], has nothing before it: zeros.
        """
        embedded = self.dropout(self.norm(self.embeddings(input_ids)))  # (B, T, E)
        after = self.states_at(embedded, attention_mask)
        size = self.config.hidden_size
        before = nn.functional.pad(after[:, :-1, :size], (0, 0, 1, 0))  # t gets the state of t - 1
        if not self.config.bidirectional:
            return before
        behind = nn.functional.pad(after[:, 1:, size:], (0, 0, 0, 1))  # and that of t + 1
        return torch.cat([before, behind], dim=-1)

    def transformed(self, states: Tensor) -> Tensor:
        """States (..., D * H) in the space of the word embeddings (..., E)."""
        return self.transform_norm(nn.functional.gelu(self.transform(self.dropout(states))))

    def scores(self, transformed: Tensor) -> Tensor:
        """Logits of all words, (..., E) -> (..., V)."""
        return nn.functional.linear(transformed, self.embeddings.weight.float(), self.bias)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None = None, **_: Any
    ) -> MaskedLMOutput:
        """Logits (B, T, V): at t, of the words that t could hold.

        *Shape*: `input_ids` (B, T); `attention_mask` (B, T) as `states` takes it.
        """
        return MaskedLMOutput(
            logits=self.scores(self.transformed(self.states(input_ids, attention_mask)))
        )


AutoModelForMaskedLM.register(RecurrentConfig, RecurrentForMaskedLM)
