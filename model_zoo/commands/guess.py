"""Guess the missing word of a text, or measure how often that succeeds."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from model_zoo.commands.given import text_given
from model_zoo.commands.language import bars, language_models, language_options
from model_zoo.commands.output import (
    Table,
    new_file,
    out,
    percent,
    positive,
    print_json,
    right,
    seed,
    visible,
    written,
)
from model_zoo.errors import TextError
from model_zoo.language_models.models import TITLES
from model_zoo.text.notices import notices

if TYPE_CHECKING:
    from model_zoo.language_models.guess import Blank


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Text, or texts to be tested on."""
    language_options(parser)
    parser.add_argument(
        "text", nargs="?", help="a text in quotes, with [MASK] for each blank; -: standard input"
    )
    parser.add_argument("--top", type=positive, default=10, metavar="N", help="guesses (10)")
    parser.add_argument(
        "--test",
        type=Path,
        metavar="FILE",
        help="measure instead: words of this TSV's column text, blanked one at a time",
    )
    parser.add_argument("--positions", type=positive, default=2000, metavar="N", help="(2000)")
    parser.add_argument("--seed", type=seed, default=0, help="which words are drawn (0)")
    parser.add_argument(
        "--out", type=new_file, metavar="FILE", help="write what was measured as JSON"
    )


def run(arguments: argparse.Namespace) -> None:
    """Guesses side by side, or how often they are right."""
    if arguments.test is not None:
        _measure(arguments)
    elif arguments.text is None:
        raise TextError("Give a text with [MASK] in it, or --test FILE.")
    else:
        _guess(arguments)


def _guess(arguments: argparse.Namespace) -> None:
    from model_zoo.language_models.guess import guess

    text = text_given(arguments.text)
    results = {}
    tokens = unknown = dropped = 0
    for model in language_models(arguments):
        results[model.name] = guess(model, text, top=arguments.top)
        read = model.read(text)
        tokens, dropped = len(read.ids), read.dropped
        unknown = read.ids.count(model.vocabulary.unknown)
    if arguments.json:
        records = {name: [asdict(blank) for blank in blanks] for name, blanks in results.items()}
        how = {"unknown": unknown, "dropped": dropped}
        print_json({"text": text, "guesses": records} | how)
        return
    count = len(next(iter(results.values())))
    for number in range(count):
        if count > 1:
            out.print(f"Blank {number + 1}")
        out.print(_table({name: blanks[number] for name, blanks in results.items()}))
    for sentence in notices(tokens, unknown, dropped):
        out.print(sentence, markup=False)


def _table(blanks: "dict[str, Blank]") -> Table:
    """A column of guesses with their probabilities a model, the best on top."""
    table = Table(right(""), *(TITLES[name] for name in blanks))
    for rank, row in enumerate(zip(*(blank.best for blank in blanks.values()), strict=True), 1):
        cells = (Text(f"{visible(best.word)} {best.probability:.1%}") for best in row)
        table.add_row(str(rank), *cells)
    return table


def _measure(arguments: argparse.Namespace) -> None:
    from model_zoo.language_models.report import measure

    with written(arguments.out, arguments.test) as write:
        with bars(arguments.positions) as advance:
            models = language_models(arguments)
            report = measure(models, arguments.test, arguments.positions, arguments.seed, advance)
        write(report)
    if arguments.json:
        print_json(report)
        return
    for part in ("all", "content", "function"):
        if all(part in model for model in report["models"].values()):
            out.print(_scores(part, report))
    for pair in report["paired"]:
        first, second = (TITLES[name] for name in pair["models"])
        out.print(
            f"{first} right where {second} is wrong: {pair['b']}; the other way round: {pair['c']} "
            f"(McNemar, p = {pair['adjusted']:.2g}, adjusted for all pairs)"
        )


def _scores(part: str, report: dict[str, Any]) -> Table:
    """Accuracy and mean log probability of each model on one kind of words."""
    scores = {name: model[part] for name, model in report["models"].items()}
    positions = next(iter(scores.values()))["positions"]
    table = Table(
        f"{positions:,} {'words' if part == 'all' else part + ' words'}",
        right("top 1"),
        right("top 5"),
        right("mean log probability"),
    )
    for name, score in scores.items():
        low, high = score["log_probability_ci95"]
        table.add_row(
            TITLES[name],
            percent(score["top1"], score["top1_ci95"]),
            percent(score["top5"], score["top5_ci95"]),
            f"{score['log_probability']:.3f} ({low:.3f} to {high:.3f})",
        )
    return table
