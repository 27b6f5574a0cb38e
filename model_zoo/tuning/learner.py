"""Networks while they learn: the same weights as later, run in ways that are fast to train.

What comes out is checked against the network's own answers by a test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from model_zoo.models.architectures import FIRST, RELU, architecture
from model_zoo.training.fit import precision
from model_zoo.tuning.token_rows import Ragged, TokenRows, pieces

_CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class StateRows(Ragged):
    """Rows as the frozen layers leave them: `states` (all tokens, E) in float16."""

    states: Tensor
    starts: np.ndarray
    labels: np.ndarray


Source = TokenRows | StateRows  # rows as a learner reads them


class Learner(Protocol):
    """A network that is trained.

    `piece_tokens` is how many tokens it reads at once, padding included: more are read in pieces.
    """

    network: PreTrainedModel
    piece_tokens: int

    def source(self, rows: TokenRows) -> Source:
        """The rows, with everything computed once that will not change."""

    def logits(self, source: Source, places: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Logits (B, C) in float32 and labels (B,) of these rows of a `source` of its own."""

    def finish(self) -> None:
        """Give the network the form that it is saved in."""


class RecurrentLearner:
    """An LSTM or BiLSTM, each direction run over padded rows.

    torch has a fast kernel for these, and none for packed sequences: the state after a row's last
    token is picked out, and for the other direction each row is turned around within its length.
    """

    piece_tokens = 16_384

    def __init__(self, network: PreTrainedModel, rows: TokenRows) -> None:
        """`rows` are those that it will learn from: vectors of their words are trained."""
        self.network = network
        network.embeddings = _WordsOfRows(network.embeddings.weight.detach(), rows)

    def finish(self) -> None:
        """See Learner."""
        embeddings = self.network.embeddings
        if isinstance(embeddings, _WordsOfRows):
            self.network.embeddings = embeddings.whole(self.network.config.pad_token_id)

    def source(self, rows: TokenRows) -> Source:
        """The rows as they are."""
        return rows

    def logits(self, source: Source, places: Sequence[int]) -> tuple[Tensor, Tensor]:
        """See Learner."""
        assert isinstance(source, TokenRows)
        ids, mask, labels = source.batch(places)
        network = self.network
        lengths = mask.sum(1)
        embedded = network.dropout(network.embeddings(ids))  # (B, T, E)
        ends = [self._end(embedded, lengths, "")]
        if network.config.bidirectional:
            ends.append(self._end(_turned(embedded, lengths), lengths, "_reverse"))
        state = torch.cat(ends, dim=-1)  # (B, directions * H)
        return network.classifier(network.dropout(state)), labels

    def _end(self, embedded: Tensor, lengths: Tensor, direction: str) -> Tensor:
        """The state (B, H) after each row's last token."""
        lstm = self.network.lstm
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        weights = [getattr(lstm, name + direction) for name in names]
        zeros = embedded.new_zeros(1, len(embedded), lstm.hidden_size)
        training = self.network.training and torch.is_grad_enabled()
        states, _, _ = torch.lstm(
            embedded, (zeros, zeros), weights, True, 1, 0.0, training, False, True
        )
        return states[torch.arange(len(embedded)), lengths - 1]


class _WordsOfRows(nn.Module):
    """Word vectors of which only those are trained whose words occur in some rows.

    The others would get no gradient, but their share of every step of the optimiser.
    """

    words: Tensor
    place: Tensor
    table: Tensor

    def __init__(self, table: Tensor, rows: TokenRows) -> None:
        super().__init__()
        words = torch.from_numpy(np.unique(rows.ids).astype(np.int64))
        self.register_buffer("words", words)
        self.register_buffer("place", torch.full((len(table),), -1))
        self.register_buffer("table", table)
        self.place[words] = torch.arange(len(words))
        self.weight = nn.Parameter(table[words].clone())

    def forward(self, ids: Tensor) -> Tensor:
        """Vectors (B, T, E) of `ids` (B, T); padding has one like any word, and is not read."""
        places = self.place[ids]
        own = nn.functional.embedding(places.clamp(min=0), self.weight)
        if (places >= 0).all():
            return own
        return torch.where(places[..., None] >= 0, own, self.table[ids])

    @torch.no_grad()
    def whole(self, padding: int) -> nn.Embedding:
        """All vectors in one table; that of `padding` is zero."""
        table = self.table.clone()
        table[self.words] = self.weight
        table[padding] = 0.0
        return nn.Embedding.from_pretrained(table, freeze=False, padding_idx=padding)


def _turned(embedded: Tensor, lengths: Tensor) -> Tensor:
    """Each row of `embedded` (B, T, E) from its last token to its first, padding behind."""
    places = torch.arange(embedded.shape[1])
    order = torch.where(places < lengths[:, None], lengths[:, None] - 1 - places, places)
    return embedded.gather(1, order[..., None].expand_as(embedded))


class TransformerLearner:
    """BERT or DistilBERT; embeddings and the `frozen` lowest layers keep their weights.

    Attention is computed step by step: on processors torch's fused one is slow to train.
    """

    piece_tokens = 1_024

    def __init__(self, network: PreTrainedModel, frozen: int = 0) -> None:
        network.set_attn_implementation("eager")
        self.network, self._frozen = network, frozen
        parts = architecture(network.config.model_type)
        self._embeddings = network.get_submodule(parts.embeddings)
        self._layers = list(network.get_submodule(parts.layers).children())
        self._head = parts.head
        self._embeddings.requires_grad_(False)
        for layer in self._layers[:frozen]:
            layer.requires_grad_(False)

    def finish(self) -> None:
        """See Learner."""

    @torch.no_grad()
    def source(self, rows: TokenRows) -> Source:
        """The rows, or their states above the frozen layers."""
        if not self._frozen:
            return rows
        self.network.eval()
        states = torch.empty(len(rows.ids), self.network.config.hidden_size, dtype=torch.float16)
        lengths = rows.lengths
        for places in pieces(lengths, range(len(rows)), self.piece_tokens):
            ids, mask, _ = rows.batch(places)
            with precision(_CPU, True):
                hidden = self._run(self._embeddings(ids), mask, self._layers[: self._frozen])
            for row, place in zip(hidden.half(), places, strict=True):
                start, end = rows.starts[place : place + 2]
                states[start:end] = row[: end - start]
        return StateRows(states, rows.starts, rows.labels)

    def logits(self, source: Source, places: Sequence[int]) -> tuple[Tensor, Tensor]:
        """See Learner."""
        with precision(_CPU, True):
            if isinstance(source, StateRows):
                hidden, mask, labels = self._states(source, places)
            else:
                ids, mask, labels = source.batch(places)
                hidden = self._embeddings(ids)
            hidden = self._run(hidden, mask, self._layers[self._frozen :])
            return self._answer(hidden).float(), labels

    def _states(self, source: StateRows, places: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
        lengths = torch.from_numpy(source.lengths[list(places)])
        rows = [source.states[source.starts[i] : source.starts[i + 1]] for i in places]
        hidden = nn.utils.rnn.pad_sequence(rows, batch_first=True).float()
        mask = (torch.arange(hidden.shape[1]) < lengths[:, None]).long()
        return hidden, mask, torch.from_numpy(source.labels[list(places)])

    def _run(self, hidden: Tensor, mask: Tensor, layers: Sequence[nn.Module]) -> Tensor:
        """The output (B, T, E) of `layers` one after the other."""
        bias = None
        if not mask.all():
            bias = (1.0 - mask[:, None, None].float()) * torch.finfo(torch.float32).min
        for layer in layers:
            hidden = layer(hidden, bias)
        return hidden

    def _answer(self, hidden: Tensor) -> Tensor:
        """The head's logits (B, C), with its dropout before the last step."""
        for step in self._head:
            if step == FIRST:
                hidden = hidden[:, 0]
            elif step == RELU:
                hidden = hidden.relu()
            else:
                if step == self._head[-1]:
                    hidden = self.network.dropout(hidden)
                hidden = self.network.get_submodule(step)(hidden)
        return hidden
