"""Training one language model from texts to a folder that `language` can load."""

import json
import platform
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from rich.progress import Progress
from torch import Tensor
from transformers import BertForMaskedLM, PreTrainedModel

from model_zoo.errors import TrainingError
from model_zoo.language.vocabulary import Vocabulary
from model_zoo.models.files import WEIGHTS, sha256_of
from model_zoo.pretraining import networks
from model_zoo.pretraining.candidates import Candidates
from model_zoo.pretraining.card import model_card
from model_zoo.pretraining.corpus import Texts, read_texts, tokenised
from model_zoo.pretraining.loop import Recipe, Standing, learn
from model_zoo.pretraining.objectives import (
    MASKED_SHARE,
    Distillation,
    Loss,
    masked_words,
    next_words,
)
from model_zoo.text.tokens import TextTokenizer
from model_zoo.training.base import locate, save_tokenizer
from model_zoo.training.export import check_place, save_network
from model_zoo.training.run_state import begin_run
from model_zoo.training.train import hardware
from model_zoo.tuning.token_rows import TokenRows

CHOSEN_ROWS = 400  # of the validation texts: enough to see a run go wrong, and quick to ask


@dataclass(frozen=True, slots=True)
class Setting:
    """What a stage may draw on: the base encoder, frequencies (V,) of the words, rows, folders."""

    base: str
    frequencies: Tensor
    train: TokenRows
    words: Vocabulary
    out: Path


# the network as the stage before left it, or None -> the one to train, and what it learns
Prepare = Callable[[PreTrainedModel | None, Setting], tuple[PreTrainedModel, Loss]]


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a training: what it starts from, how it learns, what share of words it guesses."""

    prepare: Prepare
    recipe: Recipe
    asked: float = MASKED_SHARE


def _recurrent(
    bidirectional: bool, _: PreTrainedModel | None, setting: Setting
) -> tuple[PreTrainedModel, Loss]:
    network = networks.recurrent(bidirectional, setting.base, setting.frequencies)
    return network, partial(next_words, words=setting.words)


def _shallow(_: PreTrainedModel | None, setting: Setting) -> tuple[PreTrainedModel, Loss]:
    network = networks.shallow_bert(setting.base, setting.frequencies)
    return network, partial(masked_words, words=setting.words)


def _grown(before: PreTrainedModel | None, setting: Setting) -> tuple[PreTrainedModel, Loss]:
    assert isinstance(before, BertForMaskedLM)
    rows = sorted(random.Random(0).sample(range(len(setting.train)), min(128, len(setting.train))))
    ids, mask, _ends = setting.train.batch(rows)
    return networks.grown_bert(before, ids, mask), partial(masked_words, words=setting.words)


def _distilled(_: PreTrainedModel | None, setting: Setting) -> tuple[PreTrainedModel, Loss]:
    teacher = networks.load_trained(_teacher(setting.out).parent)
    teacher.requires_grad_(False).eval()
    assert isinstance(teacher, BertForMaskedLM)
    return networks.student_of(teacher), partial(Distillation(teacher), words=setting.words)


def _teacher(out: Path) -> Path:
    """The weights of the BERT in `out`; TrainingError where there is none."""
    folder = out / "bert"
    if not (folder / WEIGHTS).is_file():
        raise TrainingError(
            f"DistilBERT learns from BERT, and {folder} holds none. Train lm-bert first."
        )
    return folder / WEIGHTS


_FRAME = 2  # tokens of a row that nobody has to guess: [CLS] and [SEP]
_NEXT_STAGE = 100  # from the seed of one stage to the next one's
_RECURRENT = Recipe(epochs=4, lr=3e-3, averaging=0.999, candidates=2048)
STAGES: dict[str, tuple[Stage, ...]] = {
    "lstm": (Stage(partial(_recurrent, False), _RECURRENT, asked=1.0),),
    "bilstm": (Stage(partial(_recurrent, True), _RECURRENT, asked=1.0),),
    "bert": (
        Stage(_shallow, Recipe(epochs=1, lr=5e-4, averaging=0.99)),
        Stage(_grown, Recipe(epochs=0.6, lr=4e-4, averaging=0.99)),
    ),
    "distilbert": (Stage(_distilled, Recipe(epochs=0.3, lr=4e-4, averaging=0.99)),),
}


def train(
    name: str,
    *,
    data: Path,
    out: Path,
    run: Path,
    progress: Progress,
    extra: Path | None = None,
    seed: int = 0,
    limit: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    restart: bool = False,
) -> dict[str, Any]:
    """Train the language model `name` and write its folder under `out`; return its metrics.

    `run` keeps the state between calls: the same call again goes on where the last one stopped.
    `limit` cuts every part of the texts, for a trial run; `overrides` replace fields of the
    recipes. Raises DataError, TrainingError.
    """
    check_place(out / name, "ForMaskedLM")
    base = locate()
    texts = read_texts(data, extra)
    stages = [replace(s, recipe=replace(s.recipe, **(overrides or {}))) for s in STAGES[name]]
    begin_run(
        run,
        restart,
        {
            "model": name,
            "data": texts.sha256,
            "seed": seed,
            "limit": limit,
            "recipes": [asdict(stage.recipe) for stage in stages],
            "teacher": sha256_of(_teacher(out)) if name == "distilbert" else None,
        },
    )
    tokenizer_folder = save_tokenizer(base, run / "tokenizer")
    tokenizer = TextTokenizer(tokenizer_folder)
    train_rows = _rows(run, "train", texts.train[:limit], tokenizer)
    chosen = random.Random(0).sample(texts.validation, min(CHOSEN_ROWS, len(texts.validation)))
    held_out = tokenised(chosen[:limit], tokenizer)
    words = Vocabulary(tokenizer)
    counts = np.bincount(train_rows.ids, minlength=len(words))
    frequencies = torch.from_numpy((counts + 0.5) / (counts + 0.5).sum()).float()
    setting = Setting(base, frequencies, train_rows, words, out)

    torch.manual_seed(seed)
    network: PreTrainedModel | None = None
    standings: list[Standing] = []
    with progress:
        for number, stage in enumerate(stages):
            network, loss = stage.prepare(network, setting)
            standings.append(
                learn(
                    network,
                    loss,
                    train_rows,
                    held_out,
                    recipe=stage.recipe,
                    candidates=Candidates(counts, stage.recipe.candidates),
                    run=run / f"stage{number + 1}",
                    seed=seed + _NEXT_STAGE * number,  # else it is asked for what it knows by heart
                    progress=progress,
                )
            )
    assert network is not None
    folder = out / name
    save_network(network.cpu(), folder, tokenizer_folder)
    metrics = {
        "model": name,
        "seed": seed,
        "base": "nreimers/MiniLM-L6-H384-uncased as all-MiniLM-L6-v2",
        "data": _described(texts, train_rows, extra),
        "stages": [
            {
                "recipe": asdict(stage.recipe),
                "history": standing.history,
                "seconds": round(standing.seconds),
            }
            for stage, standing in zip(stages, standings, strict=True)
        ],
        "guesses": round(
            (int(train_rows.starts[-1]) - _FRAME * len(train_rows))
            * sum(s.recipe.epochs * s.asked for s in stages)
        ),
        "hardware": hardware(torch.device("cpu")),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
        "weights_bytes": (folder / WEIGHTS).stat().st_size,
    }
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(model_card(metrics), encoding="utf-8")
    return metrics


def _rows(run: Path, part: str, texts: Sequence[str], tokenizer: TextTokenizer) -> TokenRows:
    """The texts as rows of tokens, kept in the folder of the run once they are."""
    file = run / f"{part}.npz"
    if not file.is_file():
        rows = tokenised(texts, tokenizer)
        beside = file.with_suffix(".partial.npz")
        np.savez(beside, ids=rows.ids, starts=rows.starts, labels=rows.labels)
        beside.replace(file)
    with np.load(file) as kept:
        return TokenRows(kept["ids"], kept["starts"], kept["labels"])


def _described(texts: Texts, rows: TokenRows, extra: Path | None) -> dict[str, Any]:
    return {
        "texts": len(texts.train),
        "sources": texts.sources,
        "tokens": int(rows.starts[-1]),
        "words": sum(text.count(" ") + 1 for text in texts.train),
        "extra": extra.parent.name + "/" + extra.name if extra else None,
        "sha256": texts.sha256,
    }
