"""What each kind of language model learns: a batch of rows -> the loss of every word asked for."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F
from transformers import BertForMaskedLM, PreTrainedModel

from model_zoo.language.heads import Output, last_states, output
from model_zoo.language.vocabulary import Vocabulary
from model_zoo.pretraining.candidates import cross_entropy, logits_of
from model_zoo.pretraining.masking import every_word, whole_words

Drawn = tuple[Tensor, Tensor] | None  # as from Candidates.draw; None for the whole vocabulary
Rows = tuple[Tensor, Tensor, Tensor]  # ids and mask (B, T), ends (B,)
Loss = Callable[[PreTrainedModel, Rows, Drawn], Tensor]  # -> (), the mean over the words asked for

INPUT_NOISE = 0.05  # share of words that recurrent models read as [MASK] while they learn
MASKED_SHARE = 0.25  # more than BERT's 15 %: more to learn from in one pass (Wettig et al. 2023)


def next_words(network: PreTrainedModel, rows: Rows, drawn: Drawn, words: Vocabulary) -> Tensor:
    """For the recurrent ones: every word from those before it, or from those on both sides."""
    ids, mask, ends = rows
    asked = every_word(ids, mask, ends, INPUT_NOISE if network.training else 0.0, words)
    guesses = output(network, last_states(network, asked.ids, mask)[asked.positions])
    return cross_entropy(*guesses, asked.targets, drawn).mean()


def masked_words(network: PreTrainedModel, rows: Rows, drawn: Drawn, words: Vocabulary) -> Tensor:
    """For the Transformers: a share of the words, blanked."""
    asked = whole_words(rows[0], MASKED_SHARE, words)
    guesses = output(network, last_states(network, asked.ids, rows[1])[asked.positions])
    return cross_entropy(*guesses, asked.targets, drawn).mean()


@dataclass(frozen=True, slots=True)
class Distillation:
    """Masked words, and what a teacher expects there, and its last states (Sanh et al. 2019)."""

    teacher: BertForMaskedLM
    soft: float = 0.6
    hard: float = 0.3
    states: float = 0.1
    temperature: float = 2.0

    def __call__(
        self, network: PreTrainedModel, rows: Rows, drawn: Drawn, words: Vocabulary
    ) -> Tensor:
        """The weighted sum; without drawn words (in evaluation) the masked words alone."""
        asked = whole_words(rows[0], MASKED_SHARE, words)
        final = last_states(network, asked.ids, rows[1])[asked.positions]
        guesses = output(network, final)
        hard = cross_entropy(*guesses, asked.targets, drawn).mean()
        if drawn is None:
            return hard
        with torch.no_grad():
            expected = last_states(self.teacher, asked.ids, rows[1])[asked.positions]
            soft_teacher = self._softened(output(self.teacher, expected), drawn)
        soft_student = self._softened(guesses, drawn)
        soft = self.temperature**2 * F.kl_div(
            soft_student, soft_teacher, log_target=True, reduction="batchmean"
        )
        apart = 1 - F.cosine_similarity(final, expected, dim=-1).mean()
        return self.soft * soft + self.hard * hard + self.states * apart

    def _softened(self, guesses: Output, drawn: tuple[Tensor, Tensor]) -> Tensor:
        """Log probabilities (N, K) of the drawn words, at the temperature."""
        words, log_weight = drawn
        logits = logits_of(*guesses, words, torch.zeros_like(log_weight))
        return (logits / self.temperature + log_weight).log_softmax(-1)
