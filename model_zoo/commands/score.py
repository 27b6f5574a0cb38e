"""Add each model's answers to texts. Give the command again to go on after a kill."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import TaskID

from model_zoo.commands.lineup import chosen_models, model_options
from model_zoo.commands.on_cluster import cluster_options, one_file, reported, way
from model_zoo.commands.output import (
    out,
    print_json,
    progress,
    say,
    table_options,
    visible,
)
from model_zoo.errors import DataError
from model_zoo.host import host, use_threads
from model_zoo.models.loading import load
from model_zoo.models.spec import ModelSpec
from model_zoo.text.notices import notices_of_rows

if TYPE_CHECKING:  # brings numpy, which --help does not need
    from model_zoo.cluster.run import Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """File, column, output and models."""
    model_options(parser)
    table_options(parser)
    parser.add_argument(
        "--out",
        required=True,
        metavar="FILE|FOLDER",
        help="the same formats, by its ending; with --cluster a folder or an address",
    )
    parser.add_argument(
        "--exact",
        action="store_true",
        help="CSV and TSV: no apostrophe before cells that a spreadsheet takes for formulas",
    )
    cluster_options(parser)
    parser.add_argument(
        "--price", type=float, metavar="P", help="of a core an hour: the record says what rows cost"
    )


def run(arguments: argparse.Namespace) -> None:
    """Every row with columns more for each model: its label, its probability of each label."""
    chosen = chosen_models(arguments)
    if arguments.cluster:
        _run_on_cluster(arguments, chosen)
        return
    from model_zoo.inference.score_file import score_file

    file = one_file(arguments)
    use_threads(1, beside=host().cores)
    models = list(map(load, chosen))
    with progress() as bar:
        bars: dict[str, TaskID] = {
            model.id: bar.add_task(visible(model.title), total=None) for model in models
        }

        def begin(rows: int) -> None:
            for task in bars.values():
                bar.update(task, total=rows)

        written = score_file(
            models,
            file,
            Path(arguments.out),
            text=arguments.text,
            header=not arguments.no_header,
            sheet=arguments.sheet,
            tell=say,
            batch_size=arguments.batch_size,
            safe=not arguments.exact,
            begin=begin,
            advance=lambda name, rows: bar.advance(bars[name], rows),
        )
    if arguments.json:
        print_json(
            {
                "file": str(written.file),
                "rows": written.rows,
                "resumed": written.resumed,
                "unread": written.unread,
                "unknown": written.unknown,
                "cut": written.cut,
            }
        )
        return
    where = visible(str(written.file))
    out.print(f"{written.rows:,} rows written to {where}.", soft_wrap=True, markup=False)
    if written.resumed:
        out.print(f"{written.resumed:,} of them were there from a run that had been stopped.")
    if written.unread:
        out.print(f"{written.unread:,} texts hold nothing to read: their answers are left empty.")
    _print_notices(written.unknown, written.cut)


def _run_on_cluster(arguments: argparse.Namespace, models: list[ModelSpec]) -> None:
    """The same rows as parts in a folder; DataError at the end where some are missing."""
    from model_zoo.cluster.run import score_on_cluster

    if arguments.exact:
        raise DataError("Parquet needs no apostrophes. Leave out --exact.")
    with reported() as report:
        outcome = score_on_cluster(
            models,
            arguments.input,
            arguments.out,
            text=arguments.text,
            way=way(arguments),
            header=not arguments.no_header,
            price=arguments.price,
            report=report,
        )
    if arguments.json:
        print_json({name: value for name, value in outcome.record.items() if name != "settings"})
    else:
        _print_outcome(outcome)
    if outcome.missing:
        reasons = " ".join(f"{path}: {why}" for path, why in sorted(outcome.missing.items())[:20])
        more = f" And {len(outcome.missing) - 20:,} more." * (len(outcome.missing) > 20)
        raise DataError(
            f"{len(outcome.missing):,} could not be read, the rest is in {outcome.out}. "
            f"{reasons}{more}"
        )


def _print_notices(unknown: int, cut: int) -> None:
    for sentence in notices_of_rows(unknown, cut):
        out.print(sentence, markup=False)


def _print_outcome(outcome: "Outcome") -> None:
    where = visible(outcome.out)
    out.print(f"{outcome.rows:,} rows are in {where}.", soft_wrap=True, markup=False)
    if outcome.resumed:
        out.print(f"{outcome.resumed:,} of them were there from a run that had been stopped.")
    if outcome.errors:
        kinds = ", ".join(f"{visible(name)} ({count:,})" for name, count in outcome.errors.items())
        out.print(
            f"{sum(outcome.errors.values()):,} rows have no answer; the column error says why: "
            f"{kinds[:500]}.",
            markup=False,
            soft_wrap=True,
        )
    record = outcome.record
    _print_notices(record["rows_with_unknown_tokens"], record["rows_cut"])
    cost = record.get("cost_a_million_rows")
    price = f", at {cost:,.2f}" if cost is not None else ""
    out.print(
        f"{record['rows_a_second']:,.0f} rows a second; {record['core_hours_a_million_rows']:.2f} "
        f"core hours a million rows{price}."
    )
