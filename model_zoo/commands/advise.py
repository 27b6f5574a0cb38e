"""Advise which model to deploy on which engine, by what this machine measures."""

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from model_zoo.commands.lineup import chosen_models, chosen_set, model_options
from model_zoo.commands.measure import numbers
from model_zoo.commands.output import (
    Table,
    err,
    out,
    positive,
    print_json,
    reading_options,
    right,
    say,
    visible,
)
from model_zoo.errors import DataError, MeasureError
from model_zoo.locks import writing
from model_zoo.models.engines import engine
from model_zoo.models.files import set_tokenizer
from model_zoo.models.network import ModelId
from model_zoo.models.registry import title
from model_zoo.models.sets import ModelSet
from model_zoo.models.spec import ModelSpec
from model_zoo.paths import user_cache
from model_zoo.whole_files import replacing

if TYPE_CHECKING:  # these bring numpy, which --help does not need
    from model_zoo.deploy.advise import Advice
    from model_zoo.deploy.answers import Rows
    from model_zoo.deploy.options import Option, Survey


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """File, models, needs, and where the zip goes."""
    parser.add_argument(
        "file",
        type=Path,
        nargs="?",
        help="CSV, TSV, JSON, Parquet or XLSX with texts as yours will be: their length is what is "
        "timed, and with labels they are what accuracy is measured on",
    )
    parser.add_argument("--text", metavar="COL", help="column with the texts")
    parser.add_argument("--label", metavar="COL", help="column with the set's labels")
    reading_options(parser)
    parser.add_argument(
        "--rows", type=positive, default=2000, metavar="N", help="drawn from the file (2000)"
    )
    model_options(parser, every_engine=True)
    parser.add_argument("--latency-ms", type=_amount, metavar="MS", help="p95 of one text, at most")
    parser.add_argument("--memory-mb", type=_amount, metavar="MB", help="resident memory, at most")
    parser.add_argument(
        "--accuracy-loss",
        type=_amount,
        metavar="SHARE",
        help="against the most accurate, at most; 0.01 is a point",
    )
    parser.add_argument(
        "--threads", type=numbers, metavar="N,…", help="a call computes on (1, and all cores)"
    )
    parser.add_argument(
        "--anew", action="store_true", help="time and memory, though kept from an earlier run"
    )
    parser.add_argument("--out", type=Path, metavar="ZIP", help="where the recommended one goes")


def run(arguments: argparse.Namespace) -> None:
    """Every model on every engine, measured; Ctrl-C advises by what was measured."""
    place = arguments.out
    with writing(place, arguments.file) if place else nullcontext():
        _advise(arguments)


def _advise(arguments: argparse.Namespace) -> None:
    from model_zoo.deploy.advise import Needs, advise

    of, rows = chosen_set(arguments), None
    models = _on_engines(arguments)
    if arguments.file:
        rows = _read(arguments, of)
    measured = _measured(arguments, models, of, rows)
    if not measured.options and measured.left_out:
        raise MeasureError(next(iter(measured.left_out.values())))
    needs = Needs(arguments.latency_ms, arguments.memory_mb, arguments.accuracy_loss)
    advice = advise(measured, needs)
    for name, reason in measured.left_out.items():
        say(f"{title(name)} is left out: {reason}")
    if arguments.json:
        _print_json(measured, advice)
    else:
        _print(measured, advice)
    if arguments.out:
        _write(measured, advice, arguments.out)


def _amount(value: str) -> float:
    """A number that is not negative, as argparse wants it."""
    number = float(value)
    if not 0 <= number < float("inf"):
        raise ValueError
    return number


def _on_engines(arguments: argparse.Namespace) -> list[ModelSpec]:
    """The chosen models, each on the engines that --engine names."""
    from model_zoo.deploy.survey import every_engine

    names = [name.strip() for name in arguments.engine.split(",") if name.strip()]
    engines = [engine(name).name for name in names]
    usual = argparse.Namespace(**vars(arguments) | {"engine": ModelId.ENGINE})
    return every_engine(chosen_models(usual), engines)


def _read(arguments: argparse.Namespace, of: ModelSet) -> "Rows":
    """The rows of the file, with labels where a column of them is named."""
    from model_zoo.deploy.answers import drawn
    from model_zoo.evaluation.evaluate import read_labelled
    from model_zoo.tables.table import open_table

    how: dict[str, Any] = {"header": not arguments.no_header, "sheet": arguments.sheet, "tell": say}
    if arguments.text is None:
        raise DataError("Which column of the file holds the texts? Say so with --text.")
    truth: list[int] | None = None
    if arguments.label is not None:
        texts, truth = read_labelled(
            arguments.file, arguments.text, arguments.label, of.labels, **how
        )
    else:
        table = open_table(arguments.file, **how)
        at = table.column(arguments.text)
        texts = [row[at] for row in table.rows()]
    return drawn(texts, truth, set_tokenizer(of), arguments.rows)


def _measured(
    arguments: argparse.Namespace, models: list[ModelSpec], of: ModelSet, rows: "Rows | None"
) -> "Survey":
    from model_zoo.deploy.survey import survey

    cache = user_cache()
    latest: Survey | None = None
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=err) as bar:
        task = bar.add_task("Starting")
        try:
            for stage in survey(
                models,
                of.labels,
                rows,
                threads=arguments.threads,
                kept_in=cache,
                answers_kept_in=cache,
                anew=arguments.anew,
            ):
                latest = stage.survey
                spent = bar.tasks[0].elapsed or 0.0
                bar.update(
                    task,
                    description=visible(stage.doing),
                    completed=spent,
                    total=spent + stage.seconds_left,
                )
        except KeyboardInterrupt:
            if not (latest and latest.options):
                raise
            say("Stopped early: this is by what was measured.")
    assert latest is not None
    return latest


def _print_json(measured: "Survey", advice: "Advice") -> None:
    from dataclasses import asdict

    from model_zoo.deploy.options import as_json, front, record
    from model_zoo.deploy.wording import accuracy_about, sentences

    print_json(
        {
            "needs": asdict(advice.needs),
            "meets": advice.meets,
            "guessing": advice.guessing,
            "recommended": record(advice.option) if advice.option and not advice.guessing else None,
            "words": sentences(measured, advice),
            "accuracy_about": accuracy_about(measured),
            "front": [[option.model, option.threads] for option in front(measured.single)],
            **as_json(measured),
        }
    )


def _print(measured: "Survey", advice: "Advice") -> None:
    from model_zoo.deploy.options import front
    from model_zoo.deploy.wording import accuracy_about, sentences

    unbeaten = front(measured.single)
    columns = ("threads", "p95 ms", "texts/s", "MB", "on disk", "accuracy", "as torch")
    table = Table("", "model", *map(right, columns))
    for option in measured.single:
        most = max(
            other.texts_per_second
            for other in measured.options
            if (other.model, other.threads) == (option.model, option.threads)
        )
        mark = "→" if option == advice.option and advice.recommended else "·" * (option in unbeaten)
        table.add_row(mark, Text(visible(title(option.model))), *_cells(option, most))
    out.print(table)
    machine = measured.host
    tokens = sorted({option.tokens for option in measured.single})
    out.print(
        f"→ recommended, · beaten by no other in p95, memory and accuracy. One text of {tokens[0]}"
        f"{f' to {tokens[-1]}' if len(tokens) > 1 else ''} tokens a call; texts a second in the "
        f"best of batches; MB of memory at its peak, and on disk. "
        f"{measured.taken}, {machine.processor}, {machine.cores} cores."
    )
    out.print(Text(visible(accuracy_about(measured))))
    for sentence in sentences(measured, advice):
        out.print(Text(visible(sentence)), style="bold")


def _cells(option: "Option", most: float) -> list[str]:
    return [
        str(option.threads),
        f"{option.p95_ms:.1f}",
        f"{most:,.0f}",
        f"{option.memory_bytes / 1e6:,.0f}",
        f"{option.disk_bytes / 1e6:,.0f}",
        _share(option.accuracy),
        _share(option.agreement),
    ]


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _write(measured: "Survey", advice: "Advice", file: Path) -> None:
    """Write the zip, whole or not at all."""
    from model_zoo.deploy.package import write_package

    try:
        with replacing(file) as aside, aside.open("wb") as stream:
            write_package(measured, advice, stream)
    except OSError as error:
        raise DataError(
            f"{file} cannot be written ({error.strerror}). Choose another place."
        ) from error
    say(f"{file} holds {title(advice.option.model) if advice.option else 'it'}; see its README.md.")
