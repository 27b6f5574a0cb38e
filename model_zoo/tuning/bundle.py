"""The set that comes of a training: put together aside, and moved to its place in one step."""

import json
import os
import platform
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from model_zoo.host import host
from model_zoo.models.files import WEIGHTS, write_checksum
from model_zoo.models.owner import Owner, write_owner
from model_zoo.models.sets import DESCRIPTION
from model_zoo.tuning.card import model_card
from model_zoo.tuning.comparison import Comparison, Standing
from model_zoo.tuning.job import check_free, set_folder
from model_zoo.tuning.notes import Account
from model_zoo.tuning.outcome import COMPARISON, REPORT, TEST
from model_zoo.tuning.recommend import Recommendation
from model_zoo.tuning.settings import TITLES, TrainingSettings
from model_zoo.tuning.split import Inspection, Split
from model_zoo.tuning.work import MODEL, Result, Work
from model_zoo.whole_files import write_json, write_text


def begin(work: Work, kept: Mapping[str, Result], settings: TrainingSettings) -> Path:
    """A hidden folder beside the sets with the models that are kept and their set.json."""
    place = set_folder(settings.name)
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = _aside(place, "new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for name, result in kept.items():
        shutil.copytree(work.folder(result.run) / MODEL, aside / name)
        write_checksum(name, aside)
    record = {
        "title": settings.called,
        "task": settings.label,
        "labels": list(work.labels),
        "language": "",
        "origin": f"trained with Quartet on a file of {len(work.train):,} rows to learn from",
        "date": date.today().isoformat(),
        "models": [
            {"name": name, "title": TITLES[name], "description": _DESCRIPTIONS[name]}
            for name in kept
        ],
    }
    write_json(aside / DESCRIPTION, record)
    return aside


_DESCRIPTIONS = {
    "lstm": "one LSTM layer, reads forward",
    "bilstm": "one LSTM layer in each direction",
    "bert": "Transformer encoder, 12 layers",
    "distilbert": "Transformer encoder, 6 layers, distilled from BERT",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is written into the set beside the models: the runs kept, by model, and the rest."""

    kept: Mapping[str, Result]
    comparison: Comparison
    recommendation: Recommendation
    account: Account
    report: str


def finish(
    aside: Path,
    settings: TrainingSettings,
    split: Split,
    work: Work,
    outcome: Outcome,
    owner: Owner,
) -> Path:
    """Write all records into the set that was begun, and move it to its place; the place.

    From then on it is the `owner`'s.
    A set of the same name is replaced only where the settings say so; TrainingError where one has
    come up meanwhile.
    """
    comparison = outcome.comparison
    for standing in comparison.models:
        result = outcome.kept[standing.name]
        folder = aside / standing.name
        metrics = _metrics(settings, split.inspection, work, result, standing, comparison.rows)
        metrics["weights_bytes"] = (folder / WEIGHTS).stat().st_size
        write_json(folder / "metrics.json", metrics)
        card = model_card(settings.called, standing, result, split.inspection, work)
        write_text(folder / "README.md", card)
    record = comparison.as_json() | {
        "recommendation": asdict(outcome.recommendation),
        "account": outcome.account.as_json(),
    }
    write_json(aside / COMPARISON, record)
    write_text(aside / REPORT, outcome.report)
    if owner.digest:  # else it is the operator's, for all to see
        write_owner(aside, owner)
    if settings.keep_test:
        rows = zip(split.test.texts, split.test.labels, strict=True)
        lines = (
            json.dumps({"text": text, "label": work.labels[label]}, ensure_ascii=False) + "\n"
            for text, label in rows
        )
        write_text(aside / TEST, "".join(lines))
    return put_in_place(aside, settings)


def put_in_place(aside: Path, settings: TrainingSettings) -> Path:
    """Move the finished set to its place; the one it replaces goes only once it is there."""
    check_free(settings)
    place = set_folder(settings.name)
    old = _aside(place, "old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    try:
        aside.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)
    os.utime(place)
    return place


def recover(settings: TrainingSettings) -> None:
    """Put back a set that a kill left moved aside, and delete what was not finished."""
    place = set_folder(settings.name)
    old = _aside(place, "old")
    if old.exists() and not place.exists():
        old.rename(place)
    for leftover in (old, _aside(place, "new")):
        shutil.rmtree(leftover, ignore_errors=True)


def _aside(place: Path, what: str) -> Path:
    """A folder beside `place` that is taken for no set: names of sets begin with no dot."""
    return place.with_name(f".{place.name}.{what}")


def _metrics(
    settings: TrainingSettings,
    inspection: Inspection,
    work: Work,
    result: Result,
    standing: Standing,
    rows: int,
) -> dict[str, Any]:
    """What metrics.json says of a model, under the names that the bundled models' have.

    "held_out" are the rows it was chosen by, "validation" those that nobody looked at before.
    """
    made: dict[str, str | int] = {"by": "supervision"}
    if standing.name == "bert":
        made = {"by": "fine-tuning", "pretrained_layers": work.origin.layers}
    if standing.name == "distilbert":
        made = {"by": "distillation", "teacher": "bert"}
    return {
        "model": standing.name,
        "seed": result.run.seed,
        "budget": settings.budget,
        "recipe": asdict(result.recipe) | {"epochs": result.history[-1]["epoch"]},
        "base": work.origin.title,
        "made": made,
        "data": {
            "name": settings.called,
            "source": "file",
            "train_rows": result.rows,
            "held_out_rows": len(work.validation),
            "extra": None,
            "sha256": inspection.sha256,
        },
        "held_out": {
            "rows": len(work.validation),
            "accuracy": result.accuracy,
            "loss": result.loss,
            "step": result.step,
        },
        "history": result.history,
        "validation": {
            "rows": rows,
            "accuracy": standing.accuracy,
            "ci95": list(standing.accuracy_ci95),
            "f1": standing.macro_f1,
        },
        "seconds": round(result.seconds),
        "hardware": f"{host().processor}, {host().cores} threads",
        "finished": time.strftime("%Y-%m-%d"),
        "versions": {
            "python": platform.python_version(),
            "torch": version("torch"),
            "transformers": version("transformers"),
        },
    }
