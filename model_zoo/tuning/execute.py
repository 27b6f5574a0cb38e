"""One training from its job folder to the finished set; whatever happens, the job says so."""

import errno
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import torch

from model_zoo.errors import ZooError
from model_zoo.host import host
from model_zoo.models.sets import read_set
from model_zoo.text.tokens import MAX_TOKENS
from model_zoo.tuning import bundle
from model_zoo.tuning.compare import compared
from model_zoo.tuning.estimate import check_room, costs
from model_zoo.tuning.job import PROGRESS, WORK, Job, Kind
from model_zoo.tuning.loop import Stopped
from model_zoo.tuning.meter import Meter
from model_zoo.tuning.notes import Account, notes
from model_zoo.tuning.progress import Reporter
from model_zoo.tuning.recommend import recommend
from model_zoo.tuning.report import report
from model_zoo.tuning.settings import TrainingSettings
from model_zoo.tuning.split import Split, prepare
from model_zoo.tuning.work import Result, Work

Watch = Callable[[], str]  # what the training is asked to do, "" for nothing


def execute(job: Job, asked: Watch = lambda: "") -> Kind:
    """Train what the job asks for, within `line.turn`; where it stands in the end.

    `asked` is consulted every few steps beside the job's own requests: "pause" or "cancel". Raises
    nothing but what ends the process: errors are written into the job's state.
    """
    reporter = Reporter(job.folder / PROGRESS)
    try:
        reporter.tell("stage", stage="reading")
        job.check_unchanged()
        split = prepare(job.settings, job.data)
        _train(job, job.settings, split, reporter, lambda: job.requested() or asked())
    except ZooError as error:
        return _failed(job, str(error))
    except Stopped as stop:
        job.requested(take=True)
        if stop.request == "cancel":
            job.throw_away(Kind.CANCELLED)
        else:
            job.set_state(Kind.PAUSED)
    except Exception as error:  # of the system, of torch; the page has to be told
        message = _in_words(error, job)
        return _failed(job, _unexpected(error) if message is None else message)
    else:
        reporter.tell("stage", stage="", done=1.0, left=0.0)
        job.throw_away(Kind.DONE)
    return job.state.kind


def _train(
    job: Job, settings: TrainingSettings, split: Split, reporter: Reporter, asked: Watch
) -> Path:
    """All runs, the comparison, and the set in its place."""
    # whatever this process computed on before: other threads add up in another order, and a
    # training that goes on elsewhere would end with other bytes
    torch.set_num_threads(host().cores)
    bundle.recover(settings)
    check_room(settings, split.inspection)
    work = Work(settings, split, job.folder / WORK)
    meter = Meter(reporter, costs(settings, split.inspection))
    reporter.tell("stage", stage="training")
    results = []
    for run in work.runs:
        _heed(asked)
        results.append(work.do(run, meter.watch(run, len(work.rows_of(run)), asked)))
        meter.done(results[-1])

    reporter.tell("stage", stage="comparing")
    whole, curve, kept = _sorted_out(settings, results)
    aside = bundle.begin(work, kept, settings)
    models = {row.name: row for row in read_set(aside, settings.name).models.values()}
    tokens = min(round(split.inspection.tokens[0]), MAX_TOKENS)
    comparison = compared(models, split.test, kept, whole, curve, tokens)
    _heed(asked)

    reporter.tell("stage", stage="writing")
    recommendation = recommend(comparison)
    account = Account(
        split.inspection,
        settings.budget,
        settings.seed,
        settings.ordered,
        work.origin.title,
        work.cut,
    )
    told = notes(account)
    page = report(settings, split.inspection, comparison, recommendation, kept, told)
    outcome = bundle.Outcome(kept, comparison, recommendation, account, page)
    return bundle.finish(aside, settings, split, work, outcome, job.owner)


def _heed(asked: Watch) -> None:
    if request := asked():
        raise Stopped(request)


def _sorted_out(
    settings: TrainingSettings, results: list[Result]
) -> tuple[dict[str, list[Result]], dict[str, list[Result]], dict[str, Result]]:
    """By model: the runs on whole files, those of the learning curve, and the one to keep."""
    by_model = {
        name: [result for result in results if result.run.model == name]
        for name in settings.ordered
    }
    whole = {name: [r for r in each if r.run.share == 1] for name, each in by_model.items()}
    curve = {name: [r for r in each if r.run.share != 1] for name, each in by_model.items()}
    kept = {
        name: max(each, key=lambda result: (result.accuracy, -result.loss))
        for name, each in whole.items()
    }
    return whole, curve, kept


def _failed(job: Job, message: str) -> Kind:
    """Write down why it failed; where even that cannot be written, it is said on stderr."""
    try:
        job.set_state(Kind.FAILED, message)
    except OSError:
        print(message, file=sys.stderr, flush=True)
    return Kind.FAILED


def _in_words(error: BaseException, job: Job) -> str | None:
    """What to tell the user of an error of the system; None where it is none that is known."""
    again = "Nothing is lost: start it again and it goes on from its last checkpoint."
    text = str(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full. Make room in {job.folder.parent} and go on. {again}"
    if "No space left" in text or "os error 28" in text:  # what safetensors says
        return f"The disk is full. Make room in {job.folder.parent} and go on. {again}"
    if isinstance(error, MemoryError) or ("alloc" in text and "memory" in text):
        return f"The memory is full. Close other programs, or choose fewer models. {again}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}. Put that right and go on. {again}"
    return None


def _unexpected(error: BaseException) -> str:
    """What to tell of it. The log gets where it happened, not what, for rows may be in that."""
    kind = type(error).__name__
    frames = "".join(traceback.format_tb(error.__traceback__))
    print(f"{kind}\n{frames}", file=sys.stderr, flush=True)
    return (
        f"Something went wrong that should not ({kind}); the log of the training says where. Start "
        "it again: it goes on from its last checkpoint."
    )
