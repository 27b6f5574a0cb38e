"""Training one model from data to a checked folder that the registry can load."""

import platform
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
import transformers
from rich.progress import Progress
from torch import Tensor, nn
from torch.nn import functional as F

from model_zoo.errors import TrainingError
from model_zoo.evaluation.evaluate import evaluate
from model_zoo.host import host
from model_zoo.models.files import WEIGHTS, fingerprint, read_checksums, sha256_of
from model_zoo.models.loading import load, load_module
from model_zoo.models.network import ModelId
from model_zoo.models.recurrent import RecurrentConfig, RecurrentForSequenceClassification
from model_zoo.models.registry import spec
from model_zoo.models.sets import DESCRIPTION, add_set, model_set
from model_zoo.models.spec import ModelSpec
from model_zoo.models.transformer import label_names
from model_zoo.text.tokens import TextTokenizer
from model_zoo.training import distil
from model_zoo.training.base import (
    LAYERS,
    load_encoder,
    locate,
    read_tokenizer,
    reduced_embeddings,
    save_tokenizer,
)
from model_zoo.training.data import Corpus, Row, read_corpus
from model_zoo.training.export import check_place, save_metrics, save_network
from model_zoo.training.fit import Batch, Objective, Recipe, collate, fit
from model_zoo.training.further import further_trained
from model_zoo.training.grow import grow
from model_zoo.training.run_state import make_folder


@dataclass(frozen=True, slots=True)
class Plan:
    """How one model is made: its recipe, and what gives the untrained network and its objective.

    `made` goes into metrics.json, so that nobody has to read it out of the model card's prose:
    `by` ("supervision", "fine-tuning" or "distillation"), and what it was made from, as the number
    of `pretrained_layers` in it or the name of its `teacher`. Of a BERT fine-tuned from a language
    model, `encoder` is the sha256 of that one's weights.
    """

    recipe: Recipe
    prepare: Callable[["Setting"], tuple[nn.Module, Objective]]
    made: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Setting:
    """What `prepare` may draw on: the base encoder, rows as token ids, the teacher, the device, and
    the folder of a BERT trained further, if BERT is to start from that."""

    base: str
    ids: Sequence[Sequence[int]]
    recipe: Recipe
    teacher: ModelSpec | None
    device: torch.device
    encoder: Path | None = None


def supervised(recipe: Recipe) -> Objective:
    """Cross-entropy with the labels; with `recipe.consistency`, R-Drop on top.

    R-Drop reads each batch twice under different dropout and adds the symmetric KL divergence
    between the two answers (Liang et al. 2021, arXiv:2106.14448).
    """

    def loss_of(network: nn.Module, batch: Batch) -> Tensor:
        times = 2 if recipe.consistency else 1
        logits = network(
            input_ids=batch.ids.repeat(times, 1), attention_mask=batch.mask.repeat(times, 1)
        ).logits.float()
        loss = F.cross_entropy(logits, batch.labels.repeat(times))
        if recipe.consistency:
            first, second = logits.log_softmax(-1).chunk(2)  # (B, 2) each
            divergence = partial(F.kl_div, log_target=True, reduction="batchmean")
            apart = (divergence(first, second) + divergence(second, first)) / 2
            loss = loss + recipe.consistency * apart
        return loss

    return loss_of


def prepare_recurrent(bidirectional: bool, setting: Setting) -> tuple[nn.Module, Objective]:
    """A fresh (Bi)LSTM on the base encoder's word embeddings, reduced to its width."""
    config = RecurrentConfig(bidirectional=bidirectional, **label_names())
    network = RecurrentForSequenceClassification(config)
    table = reduced_embeddings(load_encoder(setting.base), config.embedding_size)
    with torch.no_grad():
        network.embeddings.weight.copy_(table)
        network.embeddings.weight[config.pad_token_id] = 0.0
    return network, supervised(setting.recipe)


def prepare_bert(setting: Setting) -> tuple[nn.Module, Objective]:
    """The base encoder grown to 12 layers, or one trained further; word embeddings stay."""
    sample = sorted(random.Random(0).sample(setting.ids, min(128, len(setting.ids))), key=len)
    batch = collate(sample, [0] * len(sample), range(len(sample)), torch.device("cpu"))
    if setting.encoder is not None:
        network = further_trained(setting.encoder, batch.ids, batch.mask)
    else:
        network = grow(load_encoder(setting.base), batch.ids, batch.mask)
    network.bert.embeddings.word_embeddings.requires_grad_(False)
    return network, supervised(setting.recipe)


def prepare_distilbert(setting: Setting) -> tuple[nn.Module, Objective]:
    """Half of the trained BERT, taught by the whole of it."""
    if setting.teacher is None:
        raise TrainingError("DistilBERT learns from BERT, and there is none. Train bert first.")
    teacher = load_module(setting.teacher)
    network = distil.student_of(teacher)
    network.distilbert.embeddings.word_embeddings.requires_grad_(False)
    return network, distil.objective(teacher.to(setting.device))


RECURRENT = Recipe(
    epochs=5, lr=2e-3, batch_size=128, averaging=0.999, consistency=1.0, half_precision=False
)
PLANS: dict[str, Plan] = {
    "lstm": Plan(RECURRENT, partial(prepare_recurrent, False), {"by": "supervision"}),
    "bilstm": Plan(RECURRENT, partial(prepare_recurrent, True), {"by": "supervision"}),
    "bert": Plan(
        Recipe(epochs=3, lr=5e-5, batch_size=64, layer_decay=0.97, consistency=1.0),
        prepare_bert,
        {"by": "fine-tuning", "pretrained_layers": LAYERS},
    ),
    "distilbert": Plan(
        Recipe(epochs=3, lr=6e-5, batch_size=64),
        prepare_distilbert,
        {"by": "distillation", "teacher": "bert"},
    ),
}


def train(
    name: str,
    *,
    data: str,
    out: Path,
    run: Path,
    progress: Progress,
    extra: Path | None = None,
    seed: int = 0,
    held_out: int = 1000,
    limit: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    restart: bool = False,
    encoder: Path | None = None,
) -> dict[str, Any]:
    """Train `name` and write its folder under `out`; return its metrics.

    `progress` is shown while it trains. `run` keeps the state between calls: the same call again
    goes on where the last one stopped. `overrides` replace fields of the model's recipe; `encoder`
    is the folder of a BERT trained further on text, for BERT to start from. Raises
    UnknownModelError, DataError, TrainingError.
    """
    spec(name)
    if encoder is not None and name != "bert":
        raise TrainingError("Only BERT starts from an encoder of its own; DistilBERT from BERT.")
    check_place(out / name, "ForSequenceClassification")
    recipe = replace(PLANS[name].recipe, **(overrides or {}))
    base = locate(from_hub=data == "hub")
    tokenizer = read_tokenizer(base)
    corpus = read_corpus(data, tokenizer, extra=extra, held_out=held_out, limit=limit)
    make_folder(run, restart)
    tokenizer_folder = save_tokenizer(base, run / "tokenizer")

    torch.manual_seed(seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    train_ids, held_out_ids = (_as_ids(rows, tokenizer) for rows in (corpus.train, corpus.held_out))
    begin_set(out)
    teacher = _teacher(out)
    setting = Setting(base, train_ids[0], recipe, teacher, device, encoder)
    network, objective = PLANS[name].prepare(setting)
    settings = {"recipe": asdict(recipe), "seed": seed, "data": corpus.sha256, "limit": limit}
    made = dict(PLANS[name].made)
    if encoder is not None:
        made |= {"pretrained_layers": 2 * LAYERS - 1, "encoder": sha256_of(encoder / WEIGHTS)}
        settings["encoder"] = made["encoder"]
    if name == "distilbert":
        settings["teacher"] = teacher and fingerprint(teacher)
    with progress:
        state = fit(
            network.to(device),
            train_ids,
            held_out_ids,
            recipe=recipe,
            objective=objective,
            run=run,
            seed=seed,
            progress=progress,
            settings=settings,
        )

    folder = out / name
    save_network(network.cpu(), folder, tokenizer_folder)
    trained = load(
        ModelId.of(name, add_set(out).name)
    )  # the float16 file as users will load it, sha256 and all
    metrics = {
        "model": name,
        "seed": seed,
        "recipe": asdict(recipe),
        "base": "nreimers/MiniLM-L6-H384-uncased as all-MiniLM-L6-v2",
        "made": made,
        "data": _describe(corpus, data, extra),
        "held_out": {
            "rows": len(corpus.held_out),
            "accuracy": state.best_accuracy,
            "loss": state.best_loss,
            "step": state.best_step,
        },
        "history": state.history,
        "seconds": round(state.seconds),
        "hardware": hardware(device),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
        "weights_bytes": (folder / WEIGHTS).stat().st_size,
    }
    for part, rows in corpus.reported.items():
        scored = evaluate([trained], [row.text for row in rows], [row.label for row in rows])
        quality = scored.qualities[trained.id]
        metrics[part] = {
            "rows": len(rows),
            "accuracy": quality.accuracy,
            "ci95": list(quality.accuracy_ci95),
            "f1": quality.f1,
        }
    save_metrics(folder, metrics)
    return metrics


def begin_set(folder: Path) -> None:
    """Make `folder` a set that answers as the bundled one, if it is none yet."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / DESCRIPTION).is_file():
        shutil.copyfile(model_set().folder / DESCRIPTION, folder / DESCRIPTION)


def _teacher(out: Path) -> ModelSpec | None:
    """The BERT trained into `out`, or else the bundled one; None where neither is there."""
    if "bert" in read_checksums(out):
        return spec(ModelId.of("bert", add_set(out).name))
    return spec("bert") if fingerprint("bert") else None


def hardware(device: torch.device) -> str:
    """The processor and how many of its cores torch uses, or the GPU's name."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    threads = torch.get_num_threads()
    return f"{host().processor}, {threads} thread{'s' if threads > 1 else ''}"


def _as_ids(rows: Sequence[Row], tokenizer: TextTokenizer) -> tuple[list[list[int]], list[int]]:
    encoded = tokenizer.encode([row.text for row in rows])
    return [list(item.ids) for item in encoded], [row.label for row in rows]


def _describe(corpus: Corpus, source: str, extra: Path | None) -> dict[str, Any]:
    return {
        "name": "SST-2",
        "source": "hub" if source == "hub" else "folder",
        "train_rows": len(corpus.train),
        "held_out_rows": len(corpus.held_out),
        "extra": extra.name if extra else None,
        "sha256": corpus.sha256,
    }
