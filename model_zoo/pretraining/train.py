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
from model_zoo.language_models.vocabulary import Vocabulary
from model_zoo.models.files import WEIGHTS, sha256_of
from model_zoo.pretraining import networks
from model_zoo.pretraining.candidates import Candidates
from model_zoo.pretraining.card import model_card
from model_zoo.pretraining.corpus import Texts, in_sentences, long_texts, read_texts, tokenised
from model_zoo.pretraining.loop import Recipe, Standing, learn
from model_zoo.pretraining.objectives import (
    MASKED_SHARE,
    Distillation,
    Imitation,
    Loss,
    Task,
    masked_words,
    next_words,
)
from model_zoo.pretraining.teacher import NAME as TEACHER
from model_zoo.pretraining.teacher import SHA256, Teacher, unpack
from model_zoo.text.tokens import TextTokenizer
from model_zoo.training.base import locate, save_tokenizer
from model_zoo.training.export import check_place, save_network
from model_zoo.training.run_state import begin_run
from model_zoo.training.train import hardware
from model_zoo.tuning.token_rows import TokenRows
from model_zoo.whole_files import write_text

CHOSEN_ROWS = 400  # of the validation texts: enough to see a run go wrong, and quick to ask


@dataclass(frozen=True, slots=True)
class Setting:
    """What a stage may draw on: the base encoder, frequencies (V,) of the words, rows, folders.

    `teacher` is the folder of the larger encoder, None where BERT is to learn without.
    """

    base: str
    frequencies: Tensor
    train: TokenRows
    words: Vocabulary
    tokenizer: TextTokenizer
    out: Path
    teacher: Path | None


# the network as the stage before left it, or None -> the one to train, and what it learns
Prepare = Callable[[PreTrainedModel | None, Setting], tuple[PreTrainedModel, Task]]


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a training: what it starts from, how it learns, what share of words it guesses.

    `long` ones read the long texts, where there are any, beside the others; a `taught` one learns
    from the larger encoder, too, and is left out where there is no teacher.
    """

    prepare: Prepare
    recipe: Recipe
    asked: float = MASKED_SHARE
    long: bool = False
    taught: bool = False


def _recurrent(
    bidirectional: bool, _: PreTrainedModel | None, setting: Setting
) -> tuple[PreTrainedModel, Task]:
    network = networks.recurrent(bidirectional, setting.base, setting.frequencies)
    return network, next_words


def _shallow(_: PreTrainedModel | None, setting: Setting) -> tuple[PreTrainedModel, Task]:
    network = networks.shallow_bert(setting.base, setting.frequencies)
    return network, masked_words


def _grown(before: PreTrainedModel | None, setting: Setting) -> tuple[PreTrainedModel, Task]:
    assert isinstance(before, BertForMaskedLM)
    rows = sorted(random.Random(0).sample(range(len(setting.train)), min(128, len(setting.train))))
    ids, mask, _ends = setting.train.batch(rows)
    return networks.grown_bert(before, ids, mask), masked_words


def _taught(before: PreTrainedModel | None, setting: Setting) -> tuple[PreTrainedModel, Task]:
    assert before is not None and setting.teacher is not None
    teacher = Teacher(setting.teacher, setting.tokenizer)
    ids, _mask, _ends = setting.train.batch(range(min(512, len(setting.train))))
    loss = Imitation(teacher, before, ids)
    before.add_module("maps_to_teacher", loss.maps)  # trained and checkpointed with the network
    return before, loss


def _distilled(_: PreTrainedModel | None, setting: Setting) -> tuple[PreTrainedModel, Task]:
    teacher = networks.load_trained(_teacher(setting.out).parent)
    teacher.requires_grad_(False).eval()
    assert isinstance(teacher, BertForMaskedLM)
    return networks.student_of(teacher), Distillation(teacher)


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
        Stage(
            _taught,
            Recipe(epochs=0.25, lr=5e-4, averaging=0.998, half_precision=True),
            asked=0.2,
            long=True,
            taught=True,
        ),
    ),
    "distilbert": (
        Stage(
            _distilled,
            Recipe(epochs=0.08, lr=4e-4, averaging=0.99, half_precision=True),
            long=True,
        ),
    ),
}


def train(
    name: str,
    *,
    data: Path,
    out: Path,
    run: Path,
    progress: Progress,
    extra: Path | None = None,
    long: Sequence[Path] = (),
    taught: bool = False,
    seed: int = 0,
    limit: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    restart: bool = False,
) -> dict[str, Any]:
    """Train the language model `name` and write its folder under `out`; return its metrics.

    `long` are files of long texts (column `text`) that BERT reads while it is `taught` by a larger
    encoder, and DistilBERT, too.

    `run` keeps the state between calls: the same call again goes on where the last one stopped.
    `limit` cuts every part of the texts, for a trial run; `overrides` replace fields of the
    recipes. Raises DataError, TrainingError.
    """
    check_place(out / name, "ForMaskedLM")
    base = locate()
    texts = read_texts(data, extra)
    stages = [
        replace(stage, recipe=replace(stage.recipe, **(overrides or {})))
        for stage in STAGES[name]
        if taught or not stage.taught
    ]
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
        }
        | ({"long": [sha256_of(file) for file in long]} if long else {})
        | ({"taught_by": SHA256} if taught else {}),
    )
    tokenizer_folder = save_tokenizer(base, run / "tokenizer")
    tokenizer = TextTokenizer(tokenizer_folder)
    train_rows = _rows(run, "train", lambda: texts.train[:limit], tokenizer)
    both = train_rows
    if long:
        both = _rows(run, "both", lambda: _with_long(texts, long)[:limit], tokenizer)
    chosen = random.Random(0).sample(texts.validation, min(CHOSEN_ROWS, len(texts.validation)))
    held_out = tokenised(chosen[:limit], tokenizer)
    words = Vocabulary(tokenizer)
    teacher = unpack(run / "teacher") if taught else None

    torch.manual_seed(seed)
    network: PreTrainedModel | None = None
    standings: list[Standing] = []
    guesses = 0.0
    with progress:
        for number, stage in enumerate(stages):
            rows = both if stage.long else train_rows
            counts = np.bincount(rows.ids, minlength=len(words))
            frequencies = torch.from_numpy((counts + 0.5) / (counts + 0.5).sum()).float()
            setting = Setting(base, frequencies, rows, words, tokenizer, out, teacher)
            network, task = stage.prepare(network, setting)
            standings.append(
                learn(
                    network,
                    _over(words, task),
                    rows,
                    held_out,
                    recipe=stage.recipe,
                    candidates=Candidates(counts, stage.recipe.candidates),
                    run=run / f"stage{number + 1}",
                    seed=seed + _NEXT_STAGE * number,  # else it is asked for what it knows by heart
                    begin_step=task.begin if isinstance(task, Imitation) else lambda share: None,
                    progress=progress,
                )
            )
            tokens = int(rows.starts[-1]) - _FRAME * len(rows)
            guesses += tokens * stage.recipe.epochs * stage.asked
            if stage.taught:
                del network.maps_to_teacher
    assert network is not None
    folder = out / name
    save_network(network.cpu(), folder, tokenizer_folder)
    metrics = {
        "model": name,
        "seed": seed,
        "base": "nreimers/MiniLM-L6-H384-uncased as all-MiniLM-L6-v2",
        "teacher": TEACHER if taught else None,
        "data": _described(texts, train_rows, extra),
        "long": {"files": [file.name for file in long], "tokens": int(both.starts[-1])}
        if long
        else None,
        "stages": [
            {
                "recipe": asdict(stage.recipe),
                "history": standing.history,
                "seconds": round(standing.seconds),
            }
            for stage, standing in zip(stages, standings, strict=True)
        ],
        "guesses": round(guesses),
        "hardware": hardware(torch.device("cpu")),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
        "weights_bytes": (folder / WEIGHTS).stat().st_size,
    }
    write_text(folder / "metrics.json", json.dumps(metrics, indent=2) + "\n")
    write_text(folder / "README.md", model_card(metrics))
    return metrics


def _over(words: Vocabulary, task: Task) -> Loss:
    return lambda network, rows, drawn: task(network, rows, drawn, words)


def _with_long(texts: Texts, long: Sequence[Path]) -> list[str]:
    """The training texts and the long ones, those in rows of whole sentences."""
    return [*texts.train, *in_sentences(long_texts(long, texts.validation + texts.test))]


def _rows(
    run: Path, part: str, texts: Callable[[], Sequence[str]], tokenizer: TextTokenizer
) -> TokenRows:
    """The texts as rows of tokens, kept in the folder of the run once they are."""
    file = run / f"{part}.npz"
    if not file.is_file():
        rows = tokenised(texts(), tokenizer)
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
