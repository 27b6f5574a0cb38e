"""All runs of one training, one after the other, each kept as soon as it is done.

A run is a folder: its checkpoint while it trains, then the model it made and a record of it. A
training that goes on passes over the runs that have their record.
"""

import gc
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from model_zoo.host import give_back_memory
from model_zoo.models.registry import spec
from model_zoo.text.tokens import TextTokenizer
from model_zoo.training.run_state import BEST, CHECKPOINT
from model_zoo.tuning import networks
from model_zoo.tuning.learner import Learner, RecurrentLearner, TransformerLearner
from model_zoo.tuning.loop import Lesson, Standing, answer, learn
from model_zoo.tuning.recipes import (
    MOST_VALIDATION,
    QUICK_ROWS,
    QUICK_TOKENS,
    Recipe,
    Run,
    recipe,
    runs,
)
from model_zoo.tuning.save import save_model
from model_zoo.tuning.settings import TRANSFORMERS, TrainingSettings
from model_zoo.tuning.split import LOPSIDED, TOKENIZER, Split
from model_zoo.tuning.token_rows import TokenRows, stratified, tokenised
from model_zoo.whole_files import write_json

RECORD, MODEL, ROWS = "result.json", "model", "rows.json"
ANSWERS = "answers.safetensors"  # a teacher's logits on the rows that it learned from
_AT_ONCE = 5_000  # held-out rows whose states are in memory together


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run.

    `accuracy` and `loss` are those on the validation rows after `step` steps, which were the best,
    and `history` all looks at them (see `loop.Standing`). `seconds` is the time spent training,
    `peak_bytes` the most memory the process was seen to take.
    `test_right` counts the held-out rows answered right, before weights are rounded to float16:
    it is for networks that are not kept, those of the learning curve and of other seeds.
    """

    run: Run
    rows: int
    recipe: Recipe
    accuracy: float
    loss: float
    step: int
    seconds: float
    peak_bytes: int
    history: list[dict[str, float]]
    test_right: int


class Work:
    """The runs of a training in the folder `place`.

    Runs that learnt from other rows, as another version split the file, are thrown away: what they
    learnt from may be among the rows that all are compared on now.
    """

    def __init__(self, settings: TrainingSettings, split: Split, place: Path) -> None:
        self.settings, self.labels, self._place = settings, split.labels, place
        self.origin = networks.origin()
        tokenizer = TextTokenizer(spec(TOKENIZER).folder)
        self.train, train_cut = tokenised(split.train, tokenizer)
        everything, _ = tokenised(split.validation, tokenizer)
        chosen = stratified(everything.labels, MOST_VALIDATION, settings.seed)
        self.validation = everything.take(chosen)
        self.test, test_cut = tokenised(split.test, tokenizer)
        self.cut = (train_cut + test_cut) / (len(split.train) + len(split.test))
        self.weights = class_weights(split.train.labels, len(split.labels))
        self.runs = list(runs(settings, len(self.train), len(self.labels)))
        self._begin()

    def _begin(self) -> None:
        file, what = self._place / ROWS, {"sha256": self._digest(), "from": self.origin.title}
        with suppress(OSError, ValueError):
            if json.loads(file.read_text(encoding="utf-8")) == what:
                return
        forget(self._place)
        self._place.mkdir(parents=True)
        write_json(file, what)

    def _digest(self) -> str:
        """What tells the three parts, and the names of their labels, from others."""
        digest = hashlib.sha256(json.dumps(self.labels).encode())
        for rows in (self.train, self.validation, self.test):
            for numbers in (rows.ids, rows.starts, rows.labels):
                digest.update(len(numbers).to_bytes(8, "little"))
                digest.update(numbers.tobytes())
        return digest.hexdigest()

    def rows_of(self, run: Run) -> TokenRows:
        """The rows that a run learns from: a nested share of them, every label in it."""
        rows = self.train
        count = len(rows) if run.share == 1 else round(run.share * len(rows))
        if run.model in TRANSFORMERS and self.settings.budget == "quick":
            mean = len(rows.ids) / len(rows)
            count = min(count, QUICK_ROWS, max(1, round(QUICK_TOKENS / mean)))
        if count == len(rows):
            return rows
        return rows.take(stratified(rows.labels, count, self.settings.seed))

    def folder(self, run: Run) -> Path:
        """Where a run is."""
        return self._place / run.key

    def result(self, run: Run) -> Result | None:
        """What came of a run; None as long as it is not done."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            record = json.loads((self.folder(run) / RECORD).read_text(encoding="utf-8"))
            return Result(**record | {"run": run, "recipe": Recipe(**record["recipe"])})
        return None

    def do(self, run: Run, watch: Callable[[Standing, int, float], str]) -> Result:
        """Train what the run asks for, or take what is there of it; its result.

        Raises `loop.Stopped` where `watch` asks for it.
        """
        if (done := self.result(run)) is not None:
            return done
        folder = self.folder(run)
        gc.collect()
        give_back_memory()
        rows = self.rows_of(run)
        how = recipe(self.settings, run.model, len(rows), len(self.labels))
        torch.manual_seed(run.seed)
        learner, teacher = self._learner(run, rows, how)
        lesson = Lesson(
            learner.source(rows), learner.source(self.validation), self.weights, teacher
        )
        standing = learn(learner, lesson, how, folder, run.seed, watch)
        right = self._right(learner)
        if run.model == "bert" and "distilbert" in self.settings.models:
            answers = answer(learner, lesson.train)  # above frozen layers, where there are any
            save_file({"logits": answers}, folder / ANSWERS)
        learner.finish()
        if run.share == 1 or run.model == "bert":  # a student of the curve learns from it
            save_model(learner.network, folder / MODEL, spec(TOKENIZER).folder)
        result = Result(
            run=run,
            rows=len(rows),
            recipe=how,
            accuracy=standing.best_accuracy,
            loss=standing.best_loss,
            step=standing.best_step,
            seconds=standing.seconds,
            peak_bytes=standing.peak_bytes,
            history=standing.history,
            test_right=right,
        )
        write_json(folder / RECORD, _as_json(result))
        for file in (CHECKPOINT, BEST):
            (folder / file).unlink(missing_ok=True)
        return result

    def _right(self, learner: Learner) -> int:
        """How many held-out rows the network answers right; a few thousand at a time."""
        right = 0
        for start in range(0, len(self.test), _AT_ONCE):
            rows = self.test.take(np.arange(start, min(start + _AT_ONCE, len(self.test))))
            answers = answer(learner, learner.source(rows)).argmax(-1).numpy()
            right += int((answers == rows.labels).sum())
        return right

    def _learner(
        self, run: Run, rows: TokenRows, how: Recipe
    ) -> tuple[Learner, torch.Tensor | None]:
        """The untrained network, and a teacher's answers to the rows where it has a teacher."""
        if run.model not in TRANSFORMERS:
            network = networks.recurrent(self.origin, self.labels, run.model == "bilstm")
            return RecurrentLearner(network, rows), None
        if run.model == "bert":
            network = networks.bert(self.origin, self.labels, rows)
            return TransformerLearner(network, how.frozen), None
        teacher = networks.load_bert(self.folder(run.teacher) / MODEL)
        answers = load_file(self.folder(run.teacher) / ANSWERS)["logits"]
        return TransformerLearner(networks.distilbert(teacher), how.frozen), answers


def class_weights(labels: np.ndarray, classes: int) -> torch.Tensor:
    """A weight a class (C,): 1 for all, or, where rows a label differ much, more for rare ones.

    The square root of how many times rarer a label is than the most frequent one; their mean over
    the rows is 1.
    """
    counts = np.bincount(labels, minlength=classes).astype(np.float64)
    if counts.max() <= LOPSIDED * counts.min():
        return torch.ones(classes)
    weights = np.sqrt(counts.max() / counts)
    weights *= counts.sum() / (weights * counts).sum()
    return torch.tensor(weights, dtype=torch.float32)


def _as_json(result: Result) -> Mapping[str, Any]:
    record = asdict(result)
    del record["run"]
    return record


def forget(work: Path) -> None:
    """Delete all runs."""
    shutil.rmtree(work, ignore_errors=True)
