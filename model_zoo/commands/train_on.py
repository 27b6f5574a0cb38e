"""Training the four on a labelled file of the user's own: the half of `train` that has --on."""

import argparse
import shlex
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from model_zoo.commands.output import (
    Table,
    err,
    out,
    percent,
    print_json,
    reading_options,
    right,
    say,
    visible,
)
from model_zoo.errors import TrainingError
from model_zoo.tuning.job import Job, Kind, create, jobs_folder, set_folder
from model_zoo.tuning.line import start_next, turn
from model_zoo.tuning.outcome import read_comparison
from model_zoo.tuning.process import prepare_process
from model_zoo.tuning.settings import (
    BUDGETS,
    MODELS,
    TITLES,
    TrainingSettings,
    check_enabled,
)
from model_zoo.tuning.split import prepare
from model_zoo.worker import stoppable

if TYPE_CHECKING:
    from collections.abc import Callable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything that goes with --on."""
    own = parser.add_argument_group("on a labelled file of your own")
    own.add_argument(
        "--on", type=Path, metavar="FILE", help="CSV, TSV, JSON, Parquet or XLSX; 50 rows and more"
    )
    own.add_argument("--text", metavar="COL", help="column with the texts")
    own.add_argument("--label", metavar="COL", help="column with the labels, 2 to 200 of them")
    own.add_argument("--name", dest="set_name", metavar="NAME", help="what to call the set")
    reading_options(own)
    own.add_argument("--models", metavar="A,B", help=f"which of the four ({','.join(MODELS)})")
    own.add_argument("--budget", choices=BUDGETS, default="standard", help="(standard)")
    for part, what in (("validation", "to choose by"), ("test", "to compare on")):
        own.add_argument(
            f"--{part}",
            type=_share_or_file,
            default=0.1,
            metavar="FILE|SHARE",
            help=f"rows {what}: a file, or a share of the rows (0.1)",
        )
    own.add_argument(
        "--heads-only",
        action="store_true",
        help="leave the encoders of BERT and DistilBERT as they are: little memory",
    )
    own.add_argument("--overwrite", action="store_true", help="replace a set of this name")
    own.add_argument("--keep-test", action="store_true", help="put the held-out rows into the set")


def _share_or_file(value: str) -> float | Path:
    try:
        return float(value)
    except ValueError:
        return Path(value)


def run(arguments: argparse.Namespace) -> None:
    """From a file to a set; goes on where the same command was stopped."""
    check_enabled()
    settings = _settings(arguments)
    job = _job(settings, restart=arguments.restart)
    with stoppable() as asked:
        with turn(job, _waits(job, asked)), ExitStack() as stack:
            prepare_process()
            from model_zoo.tuning.execute import execute

            stack.enter_context(_Shown(job))
            kind = execute(job, asked)
        start_next()
    if kind is Kind.PAUSED:
        if asked():
            say("What was learnt is kept: the same command goes on.")
            raise KeyboardInterrupt
        raise TrainingError("The training was paused. The same command goes on.")
    if kind is not Kind.DONE:
        raise TrainingError(job.state.message or f"The training was {kind}.")
    _print(settings, arguments)


def _settings(arguments: argparse.Namespace) -> TrainingSettings:
    given = {"--text": arguments.text, "--label": arguments.label, "--name": arguments.set_name}
    if missing := [option for option, value in given.items() if not value]:
        raise TrainingError(f"--on also needs {' and '.join(missing)}.")
    if not arguments.on.is_file():
        raise TrainingError(f"{arguments.on} does not exist, or is not a file.")
    names = tuple(part.strip() for part in (arguments.models or "").split(",") if part.strip())
    return TrainingSettings(
        file=arguments.on,
        text=arguments.text,
        label=arguments.label,
        name=arguments.set_name,
        models=names or MODELS,
        budget=arguments.budget,
        validation=arguments.validation,
        test=arguments.test,
        seed=arguments.seed,
        header=not arguments.no_header,
        sheet=arguments.sheet,
        heads_only=arguments.heads_only,
        overwrite=arguments.overwrite,
        keep_test=arguments.keep_test,
    )


def _job(settings: TrainingSettings, *, restart: bool) -> Job:
    """The training that was begun with these settings, or a new one."""
    begun = Job(jobs_folder() / settings.name)
    if begun.folder.exists():
        state = begun.state.kind
        if state is Kind.RUNNING:
            raise TrainingError(
                f"{settings.name!r} is being trained now, by another process. Wait for it, or "
                "choose another --name."
            )
        if restart or state.ended:
            begun.remove()
        elif begun.settings.as_json() == settings.as_json():
            begun.check_unchanged()
            begun.set_state(Kind.WAITING, here=True)
            say(f"Going on with the training {settings.name!r}.")
            return begun
        else:
            raise TrainingError(
                f"A training named {settings.name!r} was begun with other settings. Choose another "
                "--name, or throw it away with --restart."
            )
    with err.status("Reading the file"):
        inspection = prepare(settings).inspection
    for remark in inspection.remarks:
        say(remark)
    return create(settings, inspection, here=True)


def _waits(job: Job, asked: "Callable[[], str]") -> "Callable[[int], bool]":
    told: list[int] = []

    def wait(ahead: int) -> bool:
        if told[-1:] != [ahead]:
            told.append(ahead)
            say(f"Another training is under way; {ahead} ahead of this one. Waiting.")
        if asked():
            job.set_state(Kind.PAUSED)
            raise KeyboardInterrupt
        return True

    return wait


class _Shown:
    """Within the block, a bar on stderr follows the job's progress."""

    def __init__(self, job: Job) -> None:
        from threading import Event, Thread

        self._job, self._over = job, Event()
        self._thread = Thread(target=self._follow, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _follow(self) -> None:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
        )
        with Progress(*columns, console=err) as bar:
            task = bar.add_task("Reading", total=1.0, left="")
            shown: set[str] = set()
            over = False
            while not over:
                over = self._over.wait(1.0)
                progress = self._job.progress()
                current = ""
                for key, run in progress.runs.items():
                    if run.ended and key not in shown:
                        shown.add(key)
                        best = max((value for _, value in run.accuracy), default=None)
                        told = "" if best is None else f": {best:.1%} on the validation rows"
                        bar.print(f"{_called(key)}, {run.rows:,} rows{told}, {run.seconds:.0f} s")
                    if not run.ended:
                        current = _called(key)
                left = "" if not progress.left else f"about {_duration(progress.left)} left"
                bar.update(
                    task,
                    completed=progress.done,
                    description=current or progress.stage.capitalize() or "Done",
                    left=left,
                )


def _called(key: str) -> str:
    return TITLES[key.partition("-")[0]]


def _duration(seconds: float) -> str:
    """
    >>> _duration(42), _duration(130)
    ('42 s', '2 min')
    """
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _print(settings: TrainingSettings, arguments: argparse.Namespace) -> None:
    folder, record = set_folder(settings.name), read_comparison(settings.name)
    if arguments.json:
        print_json({"set": str(folder), **record})
        return
    columns = ("accuracy", "macro F1", "ECE", "latency", "weights", "trained in")
    table = Table("model", *map(right, columns))
    for row in record["models"]:
        table.add_row(
            row["title"],
            percent(row["accuracy"], row["accuracy_ci95"]),
            f"{row['macro_f1']:.3f}",
            f"{row['ece']:.3f}",
            f"{row['latency_ms']:.1f} ms",
            f"{row['size_bytes'] / 1e6:.1f} MB",
            f"{row['train_seconds']:.0f} s",
        )
    commonest = max(map(sum, record["models"][0]["confusion"])) / record["rows"]
    out.print(
        f"{record['rows']:,} held-out rows, {len(record['labels'])} labels; always giving the "
        f"commonest would be right for {commonest:.1%}"
    )
    out.print(table)
    _print_words(record["recommendation"])
    name = shlex.quote(settings.name)
    out.print(Text(visible(f"Written to {folder}; report.html in it shows more.")))
    out.print(f'Use it: python -m model_zoo predict "…" --set {name}')


def _print_words(recommendation: dict[str, Any]) -> None:
    for sentence in (
        recommendation["reason"],
        *recommendation["others"],
        *recommendation["uncertainty"],
    ):
        out.print(Text(sentence))
