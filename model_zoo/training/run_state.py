"""The tensors of a training run, and its checkpoint: a run goes on as if it had never been stopped.

A checkpoint holds all that the rest depends on (weights, their average, the optimiser, random
numbers, where the run stands) in safetensors, and is replaced in one move.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor
from transformers import PreTrainedModel

from model_zoo.errors import TrainingError
from model_zoo.training.fit import BEST, CHECKPOINT, layer_of, other_run, write_tensors
from model_zoo.whole_files import write_text

SETTINGS = "settings.json"
_OF_A_RUN = (SETTINGS, CHECKPOINT, "tokenizer")  # one of them is in its folder


class RunState:
    """Weights that are trained, their average, the optimiser.

    `averaging` is the decay per step of the average that is evaluated and kept, 0 for none;
    `settings` tell a run from others: a checkpoint of other settings is not gone on with, but
    for one that has them `as_before`, as earlier versions wrote them.
    """

    def __init__(
        self,
        network: PreTrainedModel,
        folder: Path,
        *,
        lr: float,
        weight_decay: float,
        layer_decay: float,
        averaging: float,
        settings: Mapping[str, Any],
        as_before: Mapping[str, Any] | None = None,
    ) -> None:
        self._folder, self._averaging = folder, averaging
        self._settings = json.dumps(settings, sort_keys=True)
        self._before = json.dumps(as_before, sort_keys=True)
        self.trained = {n: p for n, p in network.named_parameters() if p.requires_grad}
        self._average = (
            {name: p.detach().clone() for name, p in self.trained.items()} if averaging else {}
        )
        depth = network.config.num_hidden_layers
        groups = [
            {
                "params": [parameter],
                "peak": lr * layer_decay ** (depth - layer_of(name, depth)),
                "weight_decay": weight_decay if parameter.dim() > 1 else 0.0,
            }
            for name, parameter in self.trained.items()
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.98), fused=True)

    def rate(self, share: float) -> None:
        """Set the learning rate to this share of its peak."""
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * share

    def average(self, step: int) -> None:
        """Move the average a step towards the weights, further in the beginning."""
        if self._average:
            follow = 1 - min(self._averaging, (step + 1) / (step + 10))
            with torch.no_grad():
                for name, average in self._average.items():
                    average.lerp_(self.trained[name], follow)

    def averaged(self) -> "_Averaged":
        """A block in which the network has the averaged weights, where there are any."""
        return _Averaged(self.trained, self._average)

    def keep_best(self) -> None:
        """Write the weights as the best so far."""
        write_tensors(self._folder / BEST, {n: p.detach() for n, p in self.trained.items()}, {})

    @torch.no_grad()
    def take_best(self) -> None:
        """Give the network the best weights."""
        with safe_open(self._folder / BEST, "pt") as best:
            for name, parameter in self.trained.items():
                parameter.copy_(best.get_tensor(name))

    def save(self, standing: Mapping[str, Any]) -> None:
        """Write the checkpoint, with where the run stands."""
        tensors = {f"weight.{name}": p.detach() for name, p in self.trained.items()}
        tensors |= {f"average.{name}": tensor for name, tensor in self._average.items()}
        for name, parameter in self.trained.items():
            for key, value in self.optimiser.state[parameter].items():
                tensors[f"{key}.{name}"] = value
        tensors["random"] = torch.get_rng_state()
        meta = {"standing": json.dumps(standing), "settings": self._settings}
        write_tensors(self._folder / CHECKPOINT, tensors, meta)

    @torch.no_grad()
    def resume(self) -> dict[str, Any] | None:
        """Take the checkpoint back and return where the run stood; None where there is none."""
        file = self._folder / CHECKPOINT
        if not file.exists():
            return None
        with safe_open(file, "pt") as checkpoint:
            meta = checkpoint.metadata()
            if meta.get("settings") not in (self._settings, self._before):  # of another version
                return None
            names = set(checkpoint.keys())
            for name, parameter in self.trained.items():
                parameter.copy_(checkpoint.get_tensor(f"weight.{name}"))
                if self._average:
                    self._average[name].copy_(checkpoint.get_tensor(f"average.{name}"))
                self.optimiser.state[parameter] = {
                    key: checkpoint.get_tensor(f"{key}.{name}")
                    for key in ("step", "exp_avg", "exp_avg_sq")
                    if f"{key}.{name}" in names
                }
            torch.set_rng_state(checkpoint.get_tensor("random"))
        standing: dict[str, Any] = json.loads(meta["standing"])
        return standing


def begin_run(run: Path, restart: bool, settings: Mapping[str, Any]) -> None:
    """Make the folder of a run, or see that the one that is there is of these settings.

    Raises TrainingError where it is of others; with `restart` it is thrown away.
    """
    make_folder(run, restart)
    file, wanted = run / SETTINGS, json.dumps(settings, sort_keys=True, indent=2)
    if file.is_file() and file.read_text(encoding="utf-8") != wanted:
        raise other_run(run)
    write_text(file, wanted)


def make_folder(run: Path, restart: bool) -> None:
    """Make the folder of a run; with `restart` what was begun in it is thrown away.

    TrainingError where that is something else.
    """
    if restart and run.exists():
        if any(run.iterdir()) and not any((run / name).exists() for name in _OF_A_RUN):
            raise TrainingError(
                f"{run} holds no run, so it is not thrown away. Leave out --restart, or name "
                "another folder with --run."
            )
        shutil.rmtree(run)
    run.mkdir(parents=True, exist_ok=True)


class _Averaged:
    def __init__(self, trained: Mapping[str, Tensor], average: Mapping[str, Tensor]) -> None:
        self._trained, self._average = trained, average

    def __enter__(self) -> None:
        self._kept = {name: self._trained[name].detach().clone() for name in self._average}
        self._set(self._average)

    def __exit__(self, *_: object) -> None:
        self._set(self._kept)

    @torch.no_grad()
    def _set(self, values: Mapping[str, Tensor]) -> None:
        for name, value in values.items():
            self._trained[name].copy_(value)
