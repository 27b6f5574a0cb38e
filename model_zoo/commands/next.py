"""Say which word comes next, and have the LSTM write on."""

import argparse
from dataclasses import asdict

from rich.text import Text

from model_zoo.commands.given import text_given
from model_zoo.commands.language import language_models, language_options
from model_zoo.commands.output import (
    Table,
    out,
    positive,
    print_json,
    right,
    seed,
    temperature,
    visible,
)
from model_zoo.text.notices import notices


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A beginning, and how to write on."""
    language_options(parser)
    parser.add_argument("text", help="the beginning of a text, in quotes; -: standard input")
    parser.add_argument("--top", type=positive, default=10, metavar="N", help="next words (10)")
    parser.add_argument("--words", type=positive, default=20, metavar="N", help="to write (20)")
    parser.add_argument(
        "--top-k", type=positive, default=1, metavar="K", help="draw from the K best; 1 is greedy"
    )
    parser.add_argument(
        "--temperature", type=temperature, default=1.0, help="below 1 is bolder (1.0)"
    )
    parser.add_argument("--seed", type=seed, default=0, help="which draw (0)")


def run(arguments: argparse.Namespace) -> None:
    """What each expects next, and what those that read from the left write."""
    from model_zoo.language_models.continuation import joined, next_words, read_end, write

    text = text_given(arguments.text)
    expected, texts = {}, {}
    tokens = unknown = dropped = 0
    for model in language_models(arguments):
        ids, dropped = read_end(model, text)
        tokens, unknown = len(ids) + 1, ids.count(model.vocabulary.unknown)
        expected[model.title] = next_words(model, text, arguments.top)
        if model.left_only:
            written = write(
                model,
                text,
                most_words=arguments.words,
                top_k=arguments.top_k,
                temperature=arguments.temperature,
                seed=arguments.seed,
            )
            texts[model.title] = joined(text, written)
    if arguments.json:
        guesses = {title: [asdict(best) for best in row] for title, row in expected.items()}
        read = {"unknown": unknown, "dropped": dropped}
        print_json({"text": text, "next": guesses, "written": texts} | read)
        return
    table = Table(right(""), *expected)
    for rank, row in enumerate(zip(*expected.values(), strict=True), start=1):
        table.add_row(
            str(rank), *(Text(f"{visible(best.word)} {best.probability:.1%}") for best in row)
        )
    out.print(table)
    out.print(
        "Those that see both sides get a [MASK] with nothing behind it: they expect an ending.",
        style="dim",
    )
    for title, text in texts.items():
        out.print(Text(f"{title} writes: {visible(text)}"))
    for sentence in notices(tokens, unknown, dropped, end=True):
        out.print(sentence, markup=False)
