"""LSTM and BiLSTM with a span head: at every position a logit for start and one for end.

Importing this module registers the architecture with transformers' Auto classes.
"""

from typing import Any

from torch import Tensor, nn
from transformers import AutoModelForQuestionAnswering
from transformers.modeling_outputs import QuestionAnsweringModelOutput

from model_zoo.models.recurrent import RecurrentConfig, RecurrentPreTrainedModel


class RecurrentForQuestionAnswering(RecurrentPreTrainedModel):
    """Embeddings -> LSTM -> linear span head on the states at each position.

    The head is BERT's: one linear layer from a position's state to its two logits. The LSTM's state
    at a token holds what stands up to it, question included; the BiLSTM's what stands behind, too.
    Embeddings, their norm and the LSTM are called as in the language model that it starts from.
    """

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__(config)
        self.norm = nn.LayerNorm(config.embedding_size)
        self.qa_outputs = nn.Linear(self.state_size, 2)
        self.post_init()

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        **_: Any,
    ) -> QuestionAnsweringModelOutput:
        """Start and end logits (B, T) each.

        *Shape*: `input_ids` (B, T) or `inputs_embeds` (B, T, E); `attention_mask` (B, T), ones
        first and zeros after (right padding), all ones if left out.
        """
        embedded = self.dropout(self.norm(self.vectors(input_ids, inputs_embeds)))  # (B, T, E)
        states = self.states_at(embedded, attention_mask)
        logits = self.qa_outputs(self.dropout(states))  # (B, T, 2)
        return QuestionAnsweringModelOutput(start_logits=logits[..., 0], end_logits=logits[..., 1])


AutoModelForQuestionAnswering.register(RecurrentConfig, RecurrentForQuestionAnswering)
