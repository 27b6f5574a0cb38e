"""Say which words made the answer."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.text import Text

from model_zoo.commands.given import text_given
from model_zoo.commands.lineup import chosen_models, model_options
from model_zoo.commands.output import Table, out, print_json, right, seed, visible
from model_zoo.models.loading import load
from model_zoo.models.registry import title
from model_zoo.text.notices import notices
from model_zoo.text.tokens import MASK
from model_zoo.text.words import align

if TYPE_CHECKING:
    from model_zoo.explain.records import Attribution, Trust


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Text, models and method."""
    model_options(parser)
    parser.add_argument("text", help="a text, in quotes; -: standard input")
    parser.add_argument(
        "--method",
        default="integrated_gradients",
        help="integrated_gradients, input_x_gradient, saliency, occlusion, shapley or lime",
    )
    parser.add_argument(
        "--target",
        default="predicted",
        help="predicted, a label, or difference (to the runner-up)",
    )
    parser.add_argument("--baseline", default="pad", help="pad, mask or zero")
    parser.add_argument("--seed", type=seed, default=0, help="for the methods that sample (0)")


def run(arguments: argparse.Namespace) -> None:
    """What each word did for each model's answer, and how far to trust that."""
    from model_zoo.explain.attribute import METHODS, attribute
    from model_zoo.explain.faithfulness import trust

    text = text_given(arguments.text)
    results = []
    for row in chosen_models(arguments):
        model = load(row)
        attribution = attribute(
            model,
            text,
            method=arguments.method,
            target=arguments.target,
            baseline=arguments.baseline,
            seed=arguments.seed,
        )
        results.append((attribution, trust(model, attribution, seed=arguments.seed)))
    if arguments.json:
        print_json([explained.as_record() | asdict(measured) for explained, measured in results])
        return
    out.print(_table(results))
    targets = ", ".join(
        f"{title(explained.model)} {explained.evidence}" for explained, _ in results
    )
    out.print(Text(visible(f"{METHODS[arguments.method].title}, in logits, for: {targets}.")))
    first = results[0][0]
    for sentence in notices(
        len(first.tokens), first.unknown, first.dropped, blank=MASK in first.tokens
    ):
        out.print(sentence, markup=False)


def _table(results: Sequence[tuple["Attribution", "Trust"]]) -> Table:
    """A column a model; rows are the words as the first model has them, then how far to trust it.

    A model that cuts the text into other words has its scores brought to these.
    """
    table = Table("word", *(right(title(explained.model)) for explained, _ in results))
    rows = results[0][0]
    columns = [
        align(explained.word_spans, explained.word_scores, rows.word_spans)
        for explained, _ in results
    ]
    for word, *scores in zip(rows.words, *columns, strict=True):
        table.add_row(Text(visible(word)), *(f"{score:+.3f}" for score in scores))
    table.add_section()
    for name in ("comprehensiveness", "random_comprehensiveness", "sufficiency"):
        values = (getattr(measured, name) for _, measured in results)
        table.add_row(name.replace("_", " "), *(f"{value:+.3f}" for value in values))
    table.add_row("gap", *(_gap(explained.gap_relative) for explained, _ in results))
    return table


def _gap(share: float | None) -> str:
    """The completeness gap; a dash for methods that have none."""
    return "–" if share is None else f"{share:.1%}"
