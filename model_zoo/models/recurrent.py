"""LSTM and BiLSTM as one `transformers` model with a `bidirectional` switch.

Being a `PreTrainedModel` brings saving, loading, safetensors and `pipeline()` from the library.
Importing this module registers the architecture with transformers' Auto classes.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    PretrainedConfig,
    PreTrainedModel,
)
from transformers.modeling_outputs import SequenceClassifierOutput


class RecurrentConfig(PretrainedConfig):
    """Sizes of a recurrent classifier; `bidirectional` makes it a BiLSTM."""

    model_type = "quartet_recurrent"

    def __init__(
        self,
        vocab_size: int = 30522,
        embedding_size: int = 128,
        hidden_size: int = 384,
        num_hidden_layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.5,
        pad_token_id: int = 0,
        **kwargs: Any,
    ) -> None:
        self.vocab_size = vocab_size
        self.embedding_size = embedding_size
        self.hidden_size = hidden_size
        self.num_hidden_layers = num_hidden_layers
        self.bidirectional = bidirectional
        self.dropout = dropout
        super().__init__(pad_token_id=pad_token_id, **kwargs)


class RecurrentPreTrainedModel(PreTrainedModel):
    """What recurrent networks share, whatever their head: word vectors, the LSTM, first weights.

    `state_size` is the width of a state, of all directions together.
    """

    config_class = RecurrentConfig
    base_model_prefix = "recurrent"
    main_input_name = "input_ids"

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__(config)
        self.embeddings = nn.Embedding(
            config.vocab_size, config.embedding_size, padding_idx=config.pad_token_id
        )
        self.dropout = nn.Dropout(config.dropout)
        self.lstm = nn.LSTM(
            config.embedding_size,
            config.hidden_size,
            num_layers=config.num_hidden_layers,
            batch_first=True,
            bidirectional=config.bidirectional,
        )
        self.state_size = (1 + config.bidirectional) * config.hidden_size

    def vectors(self, input_ids: Tensor | None, inputs_embeds: Tensor | None) -> Tensor:
        """The word vectors (B, T, E) of `input_ids` (B, T), or those given; ValueError for both."""
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("Give either input_ids or inputs_embeds, and not both.")
        return self.embeddings(input_ids) if inputs_embeds is None else inputs_embeds

    def packed(self, embedded: Tensor, attention_mask: Tensor | None) -> PackedSequence:
        """What the LSTM reads of `embedded` (B, T, E): no padding, which would change its states.

        `attention_mask` (B, T) is ones first and zeros after, all ones if left out.
        """
        if attention_mask is None:
            lengths = torch.full((embedded.shape[0],), embedded.shape[1])
        else:
            lengths = attention_mask.sum(1).clamp(min=1).cpu()
        return pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)

    def states_at(self, embedded: Tensor, attention_mask: Tensor | None) -> Tensor:
        """The last layer's state at every position, (B, T, E) -> (B, T, directions * H)."""
        read, _ = self.lstm(self.packed(embedded, attention_mask))
        return pad_packed_sequence(read, batch_first=True, total_length=embedded.shape[1])[0]

    def get_input_embeddings(self) -> nn.Embedding:
        """The word embeddings, as transformers asks for them."""
        return self.embeddings

    def set_input_embeddings(self, value: nn.Embedding) -> None:
        """Put other word embeddings in their place."""
        self.embeddings = value

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.LSTM):
            for name, weight in module.named_parameters():
                if "weight_hh" in name:
                    nn.init.orthogonal_(weight)
                elif "weight_ih" in name:
                    nn.init.xavier_uniform_(weight)
                else:
                    nn.init.zeros_(weight)
                    if "bias_ih" in name:  # start by remembering: forget gate open
                        hidden = weight.shape[0] // 4
                        with torch.no_grad():
                            weight[hidden : 2 * hidden].fill_(1.0)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.1)
        elif isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)


class RecurrentForSequenceClassification(RecurrentPreTrainedModel):
    """Embeddings -> LSTM -> linear head on the state at the end of each direction.

    The LSTM classifies from the state after the last real token; the BiLSTM from that and from
    the backward state after it has read down to the first token. Sequences are packed, so padding
    on the right changes nothing.
    """

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__(config)
        self.classifier = nn.Linear(self.state_size, config.num_labels)
        self.post_init()

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        **_: Any,
    ) -> SequenceClassifierOutput:
        """Logits (B, 2), and the loss where `labels` (B,) are given.

        *Shape*: `input_ids` (B, T) or `inputs_embeds` (B, T, E); `attention_mask` (B, T), ones
        first and zeros after (right padding), all ones if left out.
        """
        embedded = self.dropout(self.vectors(input_ids, inputs_embeds))
        # hidden (layers * directions, B, H)
        _, (hidden, _) = self.lstm(self.packed(embedded, attention_mask))
        ends = (hidden[-2], hidden[-1]) if self.config.bidirectional else (hidden[-1],)
        state = torch.cat(ends, dim=-1)  # (B, directions * H)
        logits = self.classifier(self.dropout(state))  # (B, 2)
        loss = None if labels is None else nn.functional.cross_entropy(logits, labels)
        return SequenceClassifierOutput(loss=loss, logits=logits)


AutoConfig.register(RecurrentConfig.model_type, RecurrentConfig)
AutoModelForSequenceClassification.register(RecurrentConfig, RecurrentForSequenceClassification)
