"""The loop that trains a language model, or one further to a task; resumable at any step."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic, process_time
from typing import Any, Protocol

import numpy as np
import torch
from rich.progress import Progress
from torch import Tensor, nn
from transformers import PreTrainedModel

from model_zoo.pretraining.candidates import Candidates
from model_zoo.pretraining.corpus import batches_of_tokens
from model_zoo.pretraining.objectives import Drawn
from model_zoo.training.fit import CHECKPOINT, other_run, precision, slope
from model_zoo.training.run_state import RunState
from model_zoo.tuning.token_rows import pieces
from model_zoo.worker import stoppable

SAVE_EVERY_S = 300.0
_LOOK_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one language model learns. `lr` is the peak of a warm-up and a linear descent.

    `tokens` is the size of a batch with padding, `candidates` how many words stand for the
    vocabulary, `evaluations` how often an epoch the validation rows are asked; `epochs` may be a
    part of one; `half_precision` is bfloat16, where the processor has it.
    """

    epochs: float
    lr: float
    tokens: int = 4096
    candidates: int = 8192
    weight_decay: float = 0.01
    warmup: float = 0.05
    averaging: float = 0.0
    evaluations: int = 4
    gradient_norm: float = 1.0
    half_precision: bool = False


class Rows(Protocol):
    """N rows of tokens, of several `lengths` (N,), as batches that the loss knows how to take.

    `weights` (N,) say how much of the mean, which the loss of a batch is, each of its rows is.
    """

    def __len__(self) -> int: ...

    @property
    def lengths(self) -> np.ndarray: ...

    @property
    def weights(self) -> np.ndarray: ...

    def batch(self, places: Sequence[int]) -> Any: ...


# network, batch, words that stand for the vocabulary -> (), the mean over what is asked for
Objective = Callable[[PreTrainedModel, Any, Drawn], Tensor]


@dataclass(slots=True)
class Standing:
    """Where a run stands, but for tensors. `history` has step, epoch, train_loss, held_out_loss.

    `seconds` are of all cores together, without those that the process was stopped for.
    """

    step: int = 0
    seconds: float = 0.0
    losses: float = 0.0
    since: int = 0
    history: list[dict[str, float]] = field(default_factory=list)


def learn(
    network: PreTrainedModel,
    loss: Objective,
    train: Rows,
    validation: Rows,
    *,
    recipe: Recipe,
    candidates: Candidates | None,
    run: Path,
    seed: int,
    progress: Progress,
    begin_step: Callable[[float], None] = lambda share: None,
    stop_after: int | None = None,
) -> Standing:
    """Train the network in place, to the end of its recipe. State is kept in the folder `run`.

    `candidates` draws the words that stand for the vocabulary, if the loss is over one;
    `begin_step` is told before each step how far the run is, 0 to 1;
    `stop_after` ends this process's share after that many steps, as a kill would; Ctrl+C ends it
    after the step that is under way. TrainingError where the folder holds a run of other settings.
    """
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    rows = {"seed": seed, "tokens": int(train.lengths.sum())}
    state = RunState(
        network,
        run,
        lr=recipe.lr,
        weight_decay=recipe.weight_decay,
        layer_decay=1.0,
        averaging=recipe.averaging,
        settings={"recipe": asdict(recipe)} | rows,
        as_before=asdict(recipe) | rows,  # in which the rows' tokens hid those of a batch
    )
    before = state.resume()
    if before is None and (run / CHECKPOINT).exists():
        raise other_run(run)
    standing = Standing(**(before or {}))
    order = _order(train, recipe, seed)
    looks = max(1, round(len(order) / max(1, round(recipe.epochs * recipe.evaluations))))
    task = progress.add_task("training", total=len(order), completed=standing.step)
    began, saved, first = process_time() - standing.seconds, monotonic(), standing.step
    network.train()
    with stoppable() as asked:
        while standing.step < len(order):
            state.rate(slope(standing.step, len(order), recipe.warmup))
            drawn = candidates.draw() if candidates else None
            begin_step(standing.step / len(order))
            with precision(torch.device("cpu"), recipe.half_precision):
                value = loss(network, train.batch(order[standing.step]), drawn)
            value.backward()
            nn.utils.clip_grad_norm_(state.trained.values(), recipe.gradient_norm)
            state.optimiser.step()
            state.optimiser.zero_grad()
            standing.step += 1
            standing.losses += value.item()
            standing.since += 1
            state.average(standing.step)
            standing.seconds = process_time() - began
            progress.update(task, completed=standing.step, description=f"loss {value.item():.3f}")
            due = standing.step % looks == 0 or standing.step == len(order)
            if due:
                with state.averaged():
                    _look(network, loss, validation, standing, recipe.epochs / len(order))
                progress.print(_line(standing))
            stopped = asked() or (stop_after is not None and standing.step - first >= stop_after)
            if due or stopped or monotonic() - saved > SAVE_EVERY_S:
                state.save(asdict(standing))
                saved = monotonic()
            if asked():
                raise KeyboardInterrupt
            if stopped:
                return standing
    if recipe.averaging:
        state.averaged().__enter__()  # for good
    network.eval()
    return standing


def _order(train: Rows, recipe: Recipe, seed: int) -> list[list[int]]:
    """The batches of the whole run; of a last part of an epoch, that part of its batches."""
    order: list[list[int]] = []
    for epoch in range(math.ceil(recipe.epochs)):
        batches = batches_of_tokens(train.lengths, recipe.tokens, seed=1000 * seed + epoch)
        order += batches[: math.ceil(min(1.0, recipe.epochs - epoch) * len(batches))]
    return order


@torch.no_grad()
def _look(
    network: PreTrainedModel, loss: Objective, rows: Rows, standing: Standing, epochs_a_step: float
) -> None:
    """Ask the validation rows, always for the same words; the loop's random numbers stay as is."""
    network.eval()
    whole: Drawn = None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        parts = list(pieces(rows.lengths, range(len(rows)), _LOOK_TOKENS))
        losses = [loss(network, rows.batch(places), whole).item() for places in parts]
    weights = [float(rows.weights[places].sum()) for places in parts]
    mean = sum(a * b for a, b in zip(losses, weights, strict=True)) / sum(weights)
    standing.history.append(
        {
            "step": standing.step,
            "epoch": round(standing.step * epochs_a_step, 4),
            "train_loss": standing.losses / max(1, standing.since),
            "held_out_loss": mean,
        }
    )
    standing.losses, standing.since = 0.0, 0
    network.train()


def _line(standing: Standing) -> str:
    last = standing.history[-1]
    return (
        f"epoch {last['epoch']:.2f}  training loss {last['train_loss']:.4f}  "
        f"held-out loss {last['held_out_loss']:.4f}  {standing.seconds:.0f} core seconds"
    )
