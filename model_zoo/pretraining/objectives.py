"""What each kind of language model learns: a batch of rows -> the loss of every word asked for."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import BertForMaskedLM, PreTrainedModel

from model_zoo.language_models.heads import Output, last_states, output
from model_zoo.language_models.vocabulary import Vocabulary
from model_zoo.pretraining.candidates import cross_entropy, logits_of
from model_zoo.pretraining.masking import every_word, whole_words
from model_zoo.pretraining.teacher import LAYERS, Teacher
from model_zoo.text.tokens import PAD_ID

Drawn = tuple[Tensor, Tensor] | None  # as from Candidates.draw; None for the whole vocabulary
Rows = tuple[Tensor, Tensor, Tensor]  # ids and mask (B, T), ends (B,)
Loss = Callable[[PreTrainedModel, Rows, Drawn], Tensor]  # -> (), the mean over the words asked for
# network, rows, drawn, the vocabulary -> (), the mean over the words asked for
Task = Callable[[PreTrainedModel, Rows, Drawn, Vocabulary], Tensor]

INPUT_NOISE = 0.05  # share of words that recurrent models read as [MASK] while they learn
STATES_WEIGHT = 3.0  # of a teacher's states, against the blanks
MASKED_SHARE = 0.25  # more than BERT's 15 %: more to learn from in one pass (Wettig et al. 2023)


def masked_share(progress: float) -> float:
    """Share of words that are blanked at `progress` (0 to 1) of a taught run: many to learn from
    at first, in the end as few as texts with a blank have."""
    return 0.30 - 0.15 * progress


def next_words(network: PreTrainedModel, rows: Rows, drawn: Drawn, words: Vocabulary) -> Tensor:
    """For the recurrent ones: every word from those before it, or from those on both sides."""
    ids, mask, ends = rows
    asked = every_word(ids, mask, ends, INPUT_NOISE if network.training else 0.0, words)
    guesses = output(network, last_states(network, asked.ids, mask)[asked.positions])
    return cross_entropy(*guesses, asked.targets, drawn).mean()


def masked_words(
    network: PreTrainedModel,
    rows: Rows,
    drawn: Drawn,
    words: Vocabulary,
    share: float = MASKED_SHARE,
) -> Tensor:
    """For the Transformers: a share of the words, blanked."""
    asked = whole_words(rows[0], share, words)
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


class Imitation(nn.Module):
    """Blanks, and a larger teacher's states of the same text without blanks, at every token.

    A linear map from each of the student's last states leads to the teacher's, whose dimensions
    are brought to mean 0 and deviation 1 (some are a hundred times wider than others); what counts
    is the mean squared difference (as TinyBERT's hidden states, Jiao et al. 2020; that the teacher
    sees what the student has to guess is data2vec's idea, Baevski et al. 2022). The maps start from
    the least squares solution, are trained with the student, and thrown away.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, teacher: Teacher, student: PreTrainedModel, ids: Tensor) -> None:
        """`ids` (B, T) are of typical text, from which moments and first maps are computed."""
        super().__init__()
        self._teacher, self._share = teacher, masked_share(0.0)
        width = student.config.hidden_size
        self.maps = nn.ModuleList(nn.Linear(width, teacher.width) for _ in range(LAYERS))
        states = teacher.states(ids)  # (LAYERS, N, 768)
        self.register_buffer("mean", states.mean(1, keepdim=True))
        self.register_buffer("deviation", states.std(1, keepdim=True) + 1e-3)
        with torch.no_grad():
            real = ids != PAD_ID
            known = student.base_model(
                input_ids=ids, attention_mask=real.long(), output_hidden_states=True
            ).hidden_states[-LAYERS:]
            goals = (states - self.mean) / self.deviation
            for to, state, goal in zip(self.maps, known, goals, strict=True):
                _fit(to, state[real], goal)

    def begin(self, progress: float) -> None:
        """Say how far the run is (0 to 1): the share of blanks follows."""
        self._share = masked_share(progress)

    def forward(
        self, network: PreTrainedModel, rows: Rows, drawn: Drawn, words: Vocabulary
    ) -> Tensor:
        """The sum of both; without drawn words (in evaluation) the blanks alone."""
        ids, mask, _ends = rows
        share = self._share if network.training else masked_share(1.0)
        asked = whole_words(ids, share, words)
        states = network.base_model(
            input_ids=asked.ids, attention_mask=mask, output_hidden_states=True
        ).hidden_states[-LAYERS:]
        guesses = output(network, states[-1][asked.positions])
        blanks = cross_entropy(*guesses, asked.targets, drawn).mean()
        if drawn is None:
            return blanks
        expected = (self._teacher.states(ids) - self.mean) / self.deviation  # (LAYERS, N, 768)
        real = mask.bool()
        apart = [
            F.mse_loss(to(state[real]).float(), goal)
            for to, state, goal in zip(self.maps, states, expected, strict=True)
        ]
        return blanks + STATES_WEIGHT * torch.stack(apart).mean()


def _fit(linear: nn.Module, x: Tensor, y: Tensor) -> None:
    """Give `linear` the ridge regression of y (N, O) on x (N, I)."""
    ones = torch.ones(len(x), 1, dtype=torch.float64)
    padded = torch.cat([x.double(), ones], dim=1)
    ridge = 1e-2 * len(x) * x.double().var() * torch.eye(padded.shape[1], dtype=torch.float64)
    solution = torch.linalg.solve(padded.T @ padded + ridge, padded.T @ y.double())  # (I + 1, O)
    assert isinstance(linear, nn.Linear)
    linear.weight.copy_(solution[:-1].T)
    linear.bias.copy_(solution[-1])
