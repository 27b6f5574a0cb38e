"""Add each model's answers to a file of texts. Give the command again to go on after a kill."""

import argparse
from pathlib import Path

from rich.progress import TaskID

from model_zoo.commands.lineup import chosen_models, model_options
from model_zoo.commands.output import (
    out,
    print_json,
    progress,
    table_options,
    visible,
)
from model_zoo.host import host, use_threads
from model_zoo.models.loading import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """File, column, output and models."""
    model_options(parser)
    table_options(parser)
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help="the same formats, by its ending"
    )
    parser.add_argument(
        "--exact",
        action="store_true",
        help="CSV and TSV: no apostrophe before cells that a spreadsheet takes for formulas",
    )


def run(arguments: argparse.Namespace) -> None:
    """Every row with columns more for each model: its label, its probability of each label."""
    from model_zoo.reading.score_file import score_file

    chosen = chosen_models(arguments)
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
            arguments.file,
            arguments.out,
            text=arguments.text,
            header=not arguments.no_header,
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
            }
        )
        return
    where = visible(str(written.file))
    out.print(f"{written.rows:,} rows written to {where}.", soft_wrap=True, markup=False)
    if written.resumed:
        out.print(f"{written.resumed:,} of them were there from a run that had been stopped.")
    if written.unread:
        out.print(f"{written.unread:,} texts hold nothing to read: their answers are left empty.")
