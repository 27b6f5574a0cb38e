"""The loop that trains one network, resumable at any step as if it had never been stopped.

Order and dropout follow from the seed and what a checkpoint holds, so that the weights that come
out are the same to the byte however often a run was killed.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic

import torch
from torch import Tensor, nn

from model_zoo.host import resident_bytes
from model_zoo.training.fit import slope
from model_zoo.training.run_state import RunState
from model_zoo.tuning.learner import Learner, Source
from model_zoo.tuning.recipes import Recipe
from model_zoo.tuning.token_rows import pieces, shuffled_batches

SAVE_EVERY_S = 30.0
TELL_EVERY_S = 2.0


class Stopped(Exception):  # noqa: N818 - it is no error
    """A run was asked to stop, and its checkpoint is written; `request` is what was asked."""

    def __init__(self, request: str) -> None:
        super().__init__(request)
        self.request = request


@dataclass(slots=True)
class Standing:
    """Where a run stands, but for tensors.

    `history` are the looks at the validation rows: step, epoch, train_loss, held_out_accuracy and
    held_out_loss each. `loss` is the training loss of late, `losses` the sum since the last look.
    `seconds` is the time spent training, of every process that took part; `peak_bytes` the most
    memory any of them was seen to take.
    """

    step: int = 0
    seconds: float = 0.0
    peak_bytes: int = 0
    best_accuracy: float = -1.0
    best_loss: float = math.inf
    best_step: int = 0
    without_gain: int = 0
    loss: float = math.nan
    losses: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a network learns from: rows to learn, rows to choose by, a weight a class (C,), and the
    logits (N, C) of a teacher where there is one."""

    train: Source
    validation: Source
    weights: Tensor
    teacher: Tensor | None = None


# (standing, steps in all, epoch) -> what the run is asked to do, "" for nothing
Watch = Callable[[Standing, int, float], str]


def learn(
    learner: Learner, lesson: Lesson, recipe: Recipe, folder: Path, seed: int, watch: Watch
) -> Standing:
    """Train the network in place, and leave it with the weights that did best on validation.

    State is kept in `folder`; what is there goes on. Raises Stopped, with a checkpoint written,
    where `watch` asks for it, which is called every few steps.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in (*folder.glob(".tmp*"), *folder.glob("*.partial")):  # of a kill while writing
        leftover.unlink(missing_ok=True)
    torch.manual_seed(seed)
    state = RunState(
        learner.network,
        folder,
        lr=recipe.lr,
        weight_decay=recipe.weight_decay,
        layer_decay=recipe.layer_decay,
        averaging=recipe.averaging,
        settings=asdict(recipe),
    )
    standing = Standing(**(state.resume() or {}))
    lengths = lesson.train.lengths
    per_epoch = math.ceil(len(lesson.train) / recipe.batch_size)
    total = per_epoch * recipe.epochs
    gap = max(1, per_epoch // recipe.evaluations)
    ends = {total} | set(range(gap, total, gap))
    began, saved, told = monotonic() - standing.seconds, monotonic(), -math.inf
    recent: list[float] = []
    learner.network.train()
    while standing.step < total and standing.without_gain < recipe.patience:
        epoch, skip = divmod(standing.step, per_epoch)
        order = shuffled_batches(lengths, recipe.batch_size, seed=1000 * seed + epoch)
        for places in order[skip:]:
            state.rate(slope(standing.step, total, recipe.warmup))
            recent.append(_step(learner, lesson, recipe, state, places))
            standing.losses += recent[-1]
            standing.step += 1
            state.average(standing.step)
            at = standing.step / per_epoch
            standing.seconds = monotonic() - began
            due = standing.step in ends
            if due or monotonic() - told > TELL_EVERY_S:
                standing.peak_bytes = max(standing.peak_bytes, resident_bytes())
                standing.loss = sum(recent) / len(recent)
                recent.clear()
                told = monotonic()
            if due:
                _choose(learner, lesson, state, standing, at)
                standing.seconds = monotonic() - began
            request = watch(standing, total, at)
            if due or request or monotonic() - saved > SAVE_EVERY_S:
                state.save(asdict(standing))
                saved = monotonic()
            if request:
                raise Stopped(request)
            if due and standing.without_gain >= recipe.patience:
                break
    state.take_best()
    learner.network.eval()
    return standing


def _step(
    learner: Learner, lesson: Lesson, recipe: Recipe, state: RunState, places: list[int]
) -> float:
    """One batch: gradients of its pieces, then one step of the optimiser; the mean loss."""
    labels = lesson.train.labels[places]
    weight = float(lesson.weights[torch.from_numpy(labels)].sum())
    loss_sum = 0.0
    for piece in pieces(lesson.train.lengths, places, learner.piece_tokens):
        logits, truth = learner.logits(lesson.train, piece)
        loss = nn.functional.cross_entropy(
            logits, truth, lesson.weights, reduction="sum", label_smoothing=recipe.smoothing
        )
        loss = loss / weight
        if lesson.teacher is not None:
            soft = _soft(logits, lesson.teacher[piece].float(), recipe.temperature) / len(places)
            loss = (1 - recipe.soft) * loss + recipe.soft * soft
        loss.backward()
        loss_sum += loss.item()
    nn.utils.clip_grad_norm_(state.trained.values(), 1.0)
    state.optimiser.step()
    state.optimiser.zero_grad()
    return loss_sum


def _soft(logits: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """T² · KL(teacher/T ‖ student/T), summed over rows (Hinton et al. 2015)."""
    return temperature**2 * nn.functional.kl_div(
        (logits / temperature).log_softmax(-1),
        (teacher / temperature).log_softmax(-1),
        log_target=True,
        reduction="sum",
    )


def _choose(
    learner: Learner, lesson: Lesson, state: RunState, standing: Standing, epoch: float
) -> None:
    """Ask the validation rows, and keep the weights if they answer better than before."""
    with state.averaged():
        answers = answer(learner, lesson.validation)
        truth = torch.from_numpy(lesson.validation.labels)
        accuracy = float((answers.argmax(-1) == truth).float().mean())
        loss = float(nn.functional.cross_entropy(answers, truth))
        last = standing.history[-1]["step"] if standing.history else 0
        standing.history.append(
            {
                "step": standing.step,
                "epoch": round(epoch, 4),
                "train_loss": standing.losses / (standing.step - last),
                "held_out_accuracy": accuracy,
                "held_out_loss": loss,
            }
        )
        standing.losses = 0.0
        standing.without_gain += 1
        if (accuracy, -loss) > (standing.best_accuracy, -standing.best_loss):
            standing.best_accuracy, standing.best_loss = accuracy, loss
            standing.best_step, standing.without_gain = standing.step, 0
            state.keep_best()
    learner.network.train()


@torch.no_grad()
def answer(learner: Learner, source: Source) -> Tensor:
    """Logits (N, C) of all rows, in evaluation mode."""
    learner.network.eval()
    rows = list(pieces(source.lengths, range(len(source)), 2 * learner.piece_tokens))
    parts = [learner.logits(source, places)[0] for places in rows]
    answers = torch.empty(len(source), parts[0].shape[1])
    for places, part in zip(rows, parts, strict=True):
        answers[places] = part
    return answers
