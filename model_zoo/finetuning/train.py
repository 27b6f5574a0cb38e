"""Training one reader from a language model and SQuAD's articles to a folder of its own."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from rich.progress import Progress
from torch import nn
from transformers import PreTrainedModel

from model_zoo.errors import DataError, TextError, TrainingError, WeightsError
from model_zoo.finetuning.calibrate import asked_elsewhere, best_threshold, recognition
from model_zoo.finetuning.card import model_card
from model_zoo.finetuning.objectives import TaughtSpans, span_logits, spans
from model_zoo.finetuning.plans import HEAD, PLANS, Plan
from model_zoo.finetuning.rows import SpanRows, span_rows
from model_zoo.language_models.models import TITLES
from model_zoo.models.files import WEIGHTS, sha256_of, write_checksum
from model_zoo.pretraining.loop import Standing, learn
from model_zoo.question_answering.adapters import differences, inject
from model_zoo.question_answering.evaluate import evaluate_readers
from model_zoo.question_answering.folders import DESCRIPTION, METRICS
from model_zoo.question_answering.reader import Reader, fresh_network, load_reader
from model_zoo.question_answering.squad import Question, read_squad
from model_zoo.question_answering.windows import read
from model_zoo.text.tokens import TextTokenizer
from model_zoo.training.fit import write_tensors
from model_zoo.training.run_state import begin_run
from model_zoo.training.train import hardware
from model_zoo.tuning.quiet import quiet
from model_zoo.tuning.token_rows import pieces
from model_zoo.whole_files import write_json, write_text

LOOKED_AT = 300  # validation questions whose loss is followed: enough to see a run go wrong
_PARTS = ("train", "validation", "test")
_TEACHER_TOKENS = 4096


def train_reader(
    name: str,
    *,
    data: Path,
    bodies: Path,
    out: Path,
    run: Path,
    progress: Progress,
    seed: int = 0,
    limit: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    restart: bool = False,
) -> dict[str, Any]:
    """Train the reader `name` and write its folder under `out`; return its metrics.

    `data` holds train.json, validation.json and test.json in SQuAD's form, `bodies` the folder of
    the language model called `name`. `run` keeps the state between calls: the same call again goes
    on where the last one stopped, and ends with the same weights. `limit` cuts every part to so
    many questions, for a trial run; `overrides` replace fields of the recipe. Raises DataError,
    WeightsError, TrainingError.
    """
    plan = PLANS[name]
    plan = replace(plan, recipe=replace(plan.recipe, **(overrides or {})))
    files = [data / f"{part}.json" for part in _PARTS]
    parts = dict(zip(_PARTS, (read_squad(file)[:limit] for file in files), strict=True))
    body = bodies / name
    if not (body / WEIGHTS).is_file():
        raise WeightsError(f"{body} holds no language model. Train lm-{name} first.")
    if (out / name / WEIGHTS).is_file() and not (out / name / DESCRIPTION).is_file():
        raise TrainingError(
            f"{out / name} holds a model that is no reader, which would be lost. Name another "
            "folder with --out."
        )
    tokenizer = TextTokenizer(body)
    for file, questions in zip(files, parts.values(), strict=True):
        _check_readable(file, questions, tokenizer, plan.longest)
    teacher = _teacher(plan, out, bodies)
    digests = [sha256_of(file) for file in files]
    settings = {
        "reader": name,
        "body": sha256_of(body / WEIGHTS),
        "data": digests,
        "seed": seed,
        "limit": limit,
        "plan": asdict(plan),
        "teacher": teacher.checksum if teacher else None,
    }
    begin_run(run, restart, settings)
    torch.manual_seed(seed)
    network = prepared(body, plan)
    rows = span_rows(
        parts["train"], tokenizer, plan.longest, without_answer=plan.without_answer, seed=seed
    )
    with progress:
        if teacher:
            rows = rows.with_teacher(taught(teacher, rows, run, progress))
        standing = learn(
            network,
            TaughtSpans() if teacher else spans,
            rows,
            span_rows(parts["validation"][:LOOKED_AT], tokenizer, plan.longest),
            recipe=plan.recipe,
            candidates=None,
            run=run,
            seed=seed,
            progress=progress,
        )
    folder = out / name
    _write(network, folder, body, plan)
    reader = load_reader(folder, bodies)  # the float16 file, as users will load it
    metrics = {
        "reader": name,
        "body": name,
        "body_sha256": settings["body"],
        "seed": seed,
        "plan": _described(plan),
        "teacher": {"name": plan.teacher, "sha256": teacher.checksum} if teacher else None,
        "data": {
            "name": "SQuAD 1.1, its development articles split by article",
            "questions": {part: len(questions) for part, questions in parts.items()},
            "articles": {part: len({q.article for q in asked}) for part, asked in parts.items()},
            "sha256": dict(zip(_PARTS, digests, strict=True)),
            "rows": len(rows),
            "rows_without_answer": len(rows) - rows.answerable,
        },
        **_trained(standing),
        "weights_bytes": (folder / WEIGHTS).stat().st_size,
    }
    metrics |= _measured(reader, parts)
    write_json(folder / METRICS, metrics)
    write_text(folder / "README.md", model_card(metrics))
    return metrics


def _check_readable(
    file: Path, questions: Sequence[Question], tokenizer: TextTokenizer, longest: int
) -> None:
    """DataError where a question cannot be read: hours of training would end with that."""
    for question in questions:
        try:
            read(tokenizer, question.text, question.passage, longest)
        except TextError as error:
            raise DataError(f"{file}, question {question.id}: {error}") from error


def prepared(body: Path, plan: Plan) -> PreTrainedModel:
    """The network to be trained: the body's weights frozen, updates that do nothing yet."""
    with quiet():
        network = fresh_network(body)
    if network.config.model_type in ("bert", "distilbert"):
        network.set_attn_implementation("eager")  # its backward is the faster one on a CPU
    for path, module in network.named_modules():
        if isinstance(module, nn.Dropout) and "attention" not in path:  # there it costs most
            module.p = plan.dropout
    if plan.rank:
        inject(network, plan.rank, plan.scale, whole=plan.whole, kept=(HEAD,))
    else:
        network.requires_grad_(False)
        for path, parameter in network.named_parameters():
            parameter.requires_grad_(any(part in path for part in plan.whole))
    return network


def taught(teacher: Reader, rows: SpanRows, run: Path, progress: Progress) -> np.ndarray:
    """The teacher's start and end logits (all tokens, 2), kept in the run once they are there."""
    file = run / "teacher.npy"
    if file.is_file():
        return np.load(file)
    logits = np.zeros((int(rows.starts[-1]), 2), dtype=np.float32)
    task = progress.add_task("the teacher's answers", total=len(rows))
    for places in pieces(rows.lengths, range(len(rows)), _TEACHER_TOKENS):
        batch = rows.batch(places)
        with torch.inference_mode():
            both = torch.stack(span_logits(teacher.network, batch), dim=-1).numpy()
        for at, row in zip(places, both, strict=True):
            logits[rows.starts[at] : rows.starts[at + 1]] = row[: rows.lengths[at]]
        progress.advance(task, len(places))
    partial = file.with_suffix(".partial.npy")
    np.save(partial, logits)
    partial.replace(file)
    return logits


def _teacher(plan: Plan, out: Path, bodies: Path) -> Reader | None:
    """The reader trained into `out` before, to learn from."""
    if plan.teacher is None or not (out / plan.teacher / DESCRIPTION).is_file():
        return None
    teacher = load_reader(out / plan.teacher, bodies)
    if teacher.longest != plan.longest:
        raise TrainingError(
            f"{out / plan.teacher} reads windows of {teacher.longest} tokens, and its pupil of "
            f"{plan.longest}. Train {plan.teacher} again."
        )
    return teacher


def _write(network: PreTrainedModel, folder: Path, body: Path, plan: Plan) -> None:
    """What training changed, and what it belongs to; the sha256 goes beside the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (METRICS, "README.md"):  # of a training before
        (folder / name).unlink(missing_ok=True)
    write_tensors(folder / WEIGHTS, differences(network), {"format": "pt"})
    (folder / WEIGHTS).chmod(0o644)  # safetensors writes it for the owner alone
    description = {
        "title": TITLES.get(folder.name, folder.name),
        "model_type": network.config.model_type,
        "body": body.name,
        "body_sha256": sha256_of(body / WEIGHTS),
        "rank": plan.rank,
        "scale": plan.scale,
        "longest": plan.longest,
    }
    write_json(folder / DESCRIPTION, description)
    write_checksum(folder.name, folder.parent)


def _measured(reader: Reader, parts: Mapping[str, Sequence[Question]]) -> dict[str, Any]:
    """EM and F1, and when an answer is weak: chosen on validation, reported on both parts."""
    figures: dict[str, Any] = {}
    weak: dict[str, Any] = {}
    for part in ("validation", "test"):
        questions = parts[part]
        evaluation = evaluate_readers([reader], questions)
        quality = evaluation.qualities[reader.name]
        figures[part] = {
            "questions": evaluation.questions,
            "passages": evaluation.passages,
            "articles": evaluation.articles,
            "exact": quality.exact,
            "exact_ci95": list(quality.exact_ci95),
            "f1": quality.f1,
            "f1_ci95": list(quality.f1_ci95),
            "ece": quality.ece,
        }
        without, own = asked_elsewhere(reader, questions), np.array(quality.no_answer_each)
        if part == "validation" and len(without):
            weak["threshold"] = best_threshold(without, own)
        if "threshold" in weak and len(without):
            weak[part] = asdict(recognition(without, own, weak["threshold"]))
    return figures | {"no_answer": weak}


def _described(plan: Plan) -> dict[str, Any]:
    entries = json.loads(json.dumps(asdict(plan)))
    del entries["recipe"]["candidates"]  # of language models
    return dict(entries)


def _trained(standing: Standing) -> dict[str, Any]:
    return {
        "history": standing.history,
        "seconds": round(standing.seconds),
        "hardware": hardware(torch.device("cpu")),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
    }
