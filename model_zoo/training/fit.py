"""The training loop: resumable at any step, the same result as if it had never been stopped.

Checkpoints are safetensors (no pickle), replaced in one move, so that a kill at any moment leaves
either the old one or the new one.
"""

import hashlib
import json
import math
import random
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch
from rich.progress import Progress
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn
from transformers import PreTrainedModel

from model_zoo.errors import TrainingError
from model_zoo.text.tokens import PAD_ID
from model_zoo.worker import stoppable

CHECKPOINT = "checkpoint.safetensors"
BEST = "best.safetensors"
SAVE_EVERY_S = 120.0
CHUNK = 100  # batches sorted by length together: little padding, still shuffled


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to fine-tune one model. `lr` is the peak of a warm-up followed by a linear descent.

    `layer_decay` multiplies the rate once for each layer below the head; `averaging` is the decay
    per step of the exponential moving average of the weights, which is what gets evaluated and
    kept; `consistency` weighs the R-Drop term (Liang et al. 2021: two dropout passes must agree);
    `evaluations` is how often an epoch the held-out rows are asked.
    """

    epochs: int
    lr: float
    batch_size: int
    weight_decay: float = 0.01
    layer_decay: float = 1.0
    warmup: float = 0.06
    averaging: float = 0.998
    consistency: float = 0.0
    evaluations: int = 2
    half_precision: bool = True


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of B texts padded to T: ids and mask (B, T), labels (B,)."""

    ids: Tensor
    mask: Tensor
    labels: Tensor


@dataclass(slots=True)
class State:
    """Where a run stands, but for tensors."""

    step: int = 0
    seconds: float = 0.0
    best_accuracy: float = -1.0
    best_loss: float = math.inf
    best_step: int = 0
    history: list[dict[str, float]] = field(default_factory=list)


Objective = Callable[[nn.Module, Batch], Tensor]  # network, batch -> loss
Rows = tuple[Sequence[Sequence[int]], Sequence[int]]  # token ids and label of every row
Parameters = Mapping[str, Tensor]  # by name


def fit(
    network: PreTrainedModel,
    train: Rows,
    held_out: Rows,
    *,
    recipe: Recipe,
    objective: Objective,
    run: Path,
    seed: int,
    progress: Progress,
    settings: dict[str, Any],
    stop_after: int | None = None,
) -> State:
    """Train `network` in place and leave it with the weights that did best on `held_out`.

    `train` and `held_out` are (token ids, labels). State is kept in the folder `run`; a run found
    there goes on where it stopped, and TrainingError is raised if its `settings` differ from these,
    or its rows.
    `stop_after` ends the process's share of the run after that many steps, as a kill would; Ctrl+C
    ends it after the step that is under way.
    """
    run.mkdir(parents=True, exist_ok=True)
    device = next(network.parameters()).device
    torch.manual_seed(seed)
    optimiser = torch.optim.AdamW(
        parameter_groups(network, recipe), betas=(0.9, 0.98), fused=device.type in ("cpu", "cuda")
    )
    trained = {name: p for name, p in network.named_parameters() if p.requires_grad}
    average = {name: p.detach().clone() for name, p in trained.items()}
    settings = settings | {"rows": _digest(train, held_out)}
    state = _resume(run, trained, average, optimiser, settings)

    ids, labels = train
    per_epoch = math.ceil(len(ids) / recipe.batch_size)
    total = per_epoch * recipe.epochs
    gap = max(1, per_epoch // recipe.evaluations)
    bar = progress.add_task("training", total=total, completed=state.step)
    started, saved, first = monotonic() - state.seconds, monotonic(), state.step
    network.train()
    with stoppable() as asked:
        while state.step < total:
            epoch, skip = divmod(state.step, per_epoch)
            order = batch_order(ids, recipe.batch_size, seed=seed + 1000 * epoch)
            for rows in order[skip:]:
                for group in optimiser.param_groups:
                    group["lr"] = group["peak"] * slope(state.step, total, recipe.warmup)
                with precision(device, recipe.half_precision):
                    loss = objective(network, collate(ids, labels, rows, device))
                loss.backward()
                nn.utils.clip_grad_norm_(trained.values(), 1.0)
                optimiser.step()
                optimiser.zero_grad()
                state.step += 1
                # the warm-up of the average: early on it follows the weights closely
                decay = min(recipe.averaging, (state.step + 1) / (state.step + 10))
                follow = get_ema_multi_avg_fn(decay)
                follow(list(average.values()), list(trained.values()), None)
                state.seconds = monotonic() - started
                progress.update(bar, completed=state.step, description=f"loss {loss.item():.3f}")
                evaluated = state.step % gap == 0 or state.step == total
                if evaluated:
                    _evaluate(network, trained, average, held_out, recipe, state, run, loss.item())
                    progress.print(_line(state, per_epoch))
                stopped = asked() or (stop_after is not None and state.step - first >= stop_after)
                # between two steps only: what is stored of half a one cannot be gone on with
                if evaluated or stopped or monotonic() - saved > SAVE_EVERY_S:
                    _save(run, trained, average, optimiser, state, settings)
                    saved = monotonic()
                if asked():
                    raise KeyboardInterrupt
                if stopped:
                    return state
    with safe_open(run / BEST, "pt") as best, torch.no_grad():
        for name, parameter in trained.items():
            parameter.copy_(best.get_tensor(name))
    network.eval()
    return state


def _digest(*parts: Rows) -> str:
    """What tells rows from others."""
    digest = hashlib.sha256()
    for ids, labels in parts:
        for row, label in zip(ids, labels, strict=True):
            digest.update(np.array([len(row), label, *row], dtype=np.int64).tobytes())
    return digest.hexdigest()


def parameter_groups(network: PreTrainedModel, recipe: Recipe) -> list[dict[str, Any]]:
    """One group per trained parameter, with its own peak rate and decay (none for vectors)."""
    depth = network.config.num_hidden_layers
    groups = []
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        below = depth - layer_of(name, depth)
        groups.append(
            {
                "params": [parameter],
                "peak": recipe.lr * recipe.layer_decay**below,
                "weight_decay": recipe.weight_decay if parameter.dim() > 1 else 0.0,
            }
        )
    return groups


def layer_of(name: str, depth: int) -> int:
    """Height of a parameter: 0 for embeddings, 1 to `depth` for layers, `depth` for the head.

    >>> layer_of("bert.encoder.layer.0.output.dense.weight", 12), layer_of("classifier.bias", 12)
    (1, 12)
    """
    parts = name.split(".")
    if "embeddings" in parts:
        return 0
    if "layer" in parts:
        return int(parts[parts.index("layer") + 1]) + 1
    return depth


def slope(step: int, total: int, warmup: float) -> float:
    """Share of the peak rate at `step`: linear up to 1 over `warmup` of the run, linear to 0.

    >>> [slope(step, 8, 0.25) for step in range(8)][:5]
    [0.5, 1.0, 1.0, 0.8333333333333334, 0.6666666666666666]
    """
    rise = max(1, int(warmup * total))
    return (step + 1) / rise if step < rise else (total - step) / max(1, total - rise)


def batch_order(ids: Sequence[Sequence[int]], size: int, seed: int) -> list[list[int]]:
    """Row numbers of every batch of one epoch: shuffled, but of like lengths within a batch.

    >>> sorted(sorted(batch) for batch in batch_order([[1], [1, 2], [1], [1, 2]], 2, seed=0))
    [[0, 2], [1, 3]]
    """
    shuffled = random.Random(seed)
    order = list(range(len(ids)))
    shuffled.shuffle(order)
    batches = []
    for start in range(0, len(order), size * CHUNK):
        chunk = sorted(order[start : start + size * CHUNK], key=lambda i: len(ids[i]))
        batches += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    shuffled.shuffle(batches)
    return batches


def collate(
    ids: Sequence[Sequence[int]], labels: Sequence[int], rows: Sequence[int], device: torch.device
) -> Batch:
    """The rows padded on the right to their longest."""
    longest = max(len(ids[row]) for row in rows)
    padded = torch.tensor([[*ids[row], *[PAD_ID] * (longest - len(ids[row]))] for row in rows])
    lengths = torch.tensor([len(ids[row]) for row in rows])
    mask = (torch.arange(longest) < lengths[:, None]).long()
    return Batch(
        padded.to(device), mask.to(device), torch.tensor([labels[row] for row in rows]).to(device)
    )


def precision(device: torch.device, half: bool) -> AbstractContextManager[object]:
    """bfloat16 matrix products where asked for and where the hardware has them."""
    if not half:
        return nullcontext()
    cuda = device.type == "cuda"
    fast = torch.cuda.is_bf16_supported() if cuda else processor_has_bfloat16()
    return torch.autocast(device.type, torch.bfloat16) if fast else nullcontext()


@cache
def processor_has_bfloat16() -> bool:
    capabilities = torch.cpu.get_capabilities()
    if not (torch.backends.mkldnn.is_available() and capabilities.get("avx512_bf16", False)):
        return False
    if not capabilities.get("amx_tile", False):
        return True
    # Some virtual machines announce AMX but kill a process that uses it: let another one try.
    code = "import torch; a = torch.ones(64, 384).bfloat16(); torch.nn.functional.linear(a, a)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


@torch.no_grad()
def score(
    network: nn.Module,
    ids: Sequence[Sequence[int]],
    labels: Sequence[int],
    *,
    half_precision: bool = False,
    batch_size: int = 64,
) -> tuple[float, float]:
    """(accuracy, mean cross-entropy) of the network as it stands, in evaluation mode."""
    network.eval()
    device = next(network.parameters()).device
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    right, loss = 0, 0.0
    for start in range(0, len(order), batch_size):
        batch = collate(ids, labels, order[start : start + batch_size], device)
        with precision(device, half_precision):
            logits = network(input_ids=batch.ids, attention_mask=batch.mask).logits.float()
        right += int((logits.argmax(-1) == batch.labels).sum())
        loss += nn.functional.cross_entropy(logits, batch.labels, reduction="sum").item()
    network.train()
    return right / len(ids), loss / len(ids)


def _evaluate(
    network: PreTrainedModel,
    trained: Parameters,
    average: Parameters,
    held_out: Rows,
    recipe: Recipe,
    state: State,
    run: Path,
    loss: float,
) -> None:
    """Evaluate the averaged weights on the held-out rows; keep them if they are the best so far."""
    with _swapped(trained, average):
        accuracy, held_out_loss = score(network, *held_out, half_precision=recipe.half_precision)
        state.history.append(
            {
                "step": state.step,
                "train_loss": loss,
                "held_out_accuracy": accuracy,
                "held_out_loss": held_out_loss,
            }
        )
        if (accuracy, -held_out_loss) > (state.best_accuracy, -state.best_loss):
            state.best_accuracy, state.best_loss = accuracy, held_out_loss
            state.best_step = state.step
            write_tensors(run / BEST, {name: p.detach() for name, p in trained.items()}, {})


def _line(state: State, per_epoch: int) -> str:
    last = state.history[-1]
    return (
        f"epoch {state.step / per_epoch:.2f}  held-out accuracy {last['held_out_accuracy']:.2%}  "
        f"loss {last['held_out_loss']:.4f}  {state.seconds:.0f} s"
    )


class _swapped:
    """Within the block, `trained` parameters hold the values of `average`."""

    def __init__(self, trained: Parameters, average: Parameters) -> None:
        self.trained, self.average = trained, average

    def __enter__(self) -> None:
        self.kept = {name: p.detach().clone() for name, p in self.trained.items()}
        self._set(self.average)

    def __exit__(self, *_: object) -> None:
        self._set(self.kept)

    @torch.no_grad()
    def _set(self, values: Parameters) -> None:
        for name, parameter in self.trained.items():
            parameter.copy_(values[name])


def other_run(run: Path) -> TrainingError:
    """What to say where the folder `run` holds a run that is not to be gone on with."""
    return TrainingError(
        f"{run} holds a run with other settings. "
        "Add --restart to throw it away, or --run FOLDER to keep both."
    )


def write_tensors(file: Path, tensors: Mapping[str, Tensor], meta: dict[str, str]) -> None:
    """Write the tensors in one move: a kill leaves the old file or the new one."""
    partial = file.with_suffix(".partial")
    try:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, partial, meta)
        partial.replace(file)
    finally:
        for leftover in (partial, *file.parent.glob(".tmp*")):  # where the disk is full
            leftover.unlink(missing_ok=True)


def _save(
    run: Path,
    trained: Parameters,
    average: Parameters,
    optimiser: torch.optim.Optimizer,
    state: State,
    settings: dict[str, Any],
) -> None:
    """Write the checkpoint: everything that `_resume` takes back."""
    tensors = {f"weight.{name}": p.detach() for name, p in trained.items()}
    tensors |= {f"average.{name}": tensor for name, tensor in average.items()}
    for name, parameter in trained.items():
        for key, value in optimiser.state[parameter].items():
            tensors[f"{key}.{name}"] = value
    tensors["random.cpu"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random.cuda"] = torch.cuda.get_rng_state()
    meta = {"state": json.dumps(asdict(state)), "settings": json.dumps(settings, sort_keys=True)}
    write_tensors(run / CHECKPOINT, tensors, meta)


def _resume(
    run: Path,
    trained: Parameters,
    average: Parameters,
    optimiser: torch.optim.Optimizer,
    settings: dict[str, Any],
) -> State:
    """The run's state, with parameters, average, optimiser and random numbers as they were."""
    file = run / CHECKPOINT
    if not file.exists():
        return State()
    with safe_open(file, "pt") as checkpoint, torch.no_grad():
        meta = checkpoint.metadata()
        if json.loads(meta["settings"]) != json.loads(json.dumps(settings)):
            raise other_run(run)
        for name, parameter in trained.items():
            parameter.copy_(checkpoint.get_tensor(f"weight.{name}"))
            average[name].copy_(checkpoint.get_tensor(f"average.{name}"))
        keys = checkpoint.keys()
        for name, parameter in trained.items():
            optimiser.state[parameter] = {
                key: checkpoint.get_tensor(f"{key}.{name}").to(parameter.device)
                for key in ("step", "exp_avg", "exp_avg_sq")
                if f"{key}.{name}" in keys
            }
        torch.set_rng_state(checkpoint.get_tensor("random.cpu"))
        if "random.cuda" in keys and torch.cuda.is_available():
            torch.cuda.set_rng_state(checkpoint.get_tensor("random.cuda"))
    return State(**json.loads(meta["state"]))
