"""Test negation, contrast, typos and other behaviour.

Sentences made from templates, in the manner of CheckList (Ribeiro et al. 2020).
"""

import argparse
from collections.abc import Sequence
from typing import Any

from rich.progress import TaskID

from model_zoo.commands.lineup import chosen_models, chosen_set, model_options
from model_zoo.commands.output import Table, out, print_json, progress, right, say, visible
from model_zoo.errors import SetError
from model_zoo.evaluation.checks import Checked, Gap
from model_zoo.labels import SENTIMENT
from model_zoo.models.loading import load
from model_zoo.models.registry import title
from model_zoo.models.sets import SENTIMENT_TASK, ModelSet
from model_zoo.models.spec import ModelSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which models."""
    model_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """Every check on every chosen model, and whether the two families differ."""
    from model_zoo.evaluation import checks

    rows = askable(chosen_models(arguments), chosen_set(arguments))
    with progress() as bar:
        bars: dict[str, TaskID] = {
            row.id: bar.add_task(visible(row.title), total=len(checks.CHECKS)) for row in rows
        }
        results: list[Checked] = []
        for row in rows:
            model = load(row)
            results += checks.run([model], advance=lambda name, _: bar.advance(bars[name]))
    gaps = {gap.check: gap for gap in checks.gaps(results)}
    by_check = checks.by_check(results)
    if arguments.json:
        print_json([_as_json(check, by_check[check], gaps.get(check)) for check in by_check])
        return
    table = Table("check", *(right(title(row.id)) for row in rows))
    for kind in checks.FAILURE:
        table.add_section()
        table.add_row(f"[bold]{kind}[/bold]")
        for check, by_model in by_check.items():
            if checks.CHECKS[check].kind == kind:
                table.add_row(check, *(_rate(by_model[row.id]) for row in rows))
    out.print(f"Failures in per cent of {checks.CASES} cases each, with 95 % Wilson interval")
    out.print(table)
    for kind, failure in checks.FAILURE.items():
        out.print(f"{kind}: {failure}")
    if gaps:
        table = Table("check", *(right(title) for title in ("recurrent", "Transformers", "p")))
        for gap in gaps.values():
            table.add_row(gap.check, str(gap.b), str(gap.c), f"{gap.p:.2g}")
        out.print("Cases that more of the recurrent models fail, and more of the Transformers")
        out.print(table)
        out.print(
            "p: exact sign test, Holm-adjusted for all checks. Above 0.05 the difference could "
            "well be chance."
        )


def askable(models: Sequence[ModelSpec], of: ModelSet) -> list[ModelSpec]:
    """Those of the models that can be asked about sentiment; the others are named on stderr.

    Raises SetError for a set that is about something else, and where no model is left.
    """
    if not of.is_sentiment:
        raise SetError(
            f"The checks ask whether a text is good or bad, and {of.name} is about "
            f"{of.task or 'something else'}. Choose a set with the task {SENTIMENT_TASK!r}."
        )
    for row in models:
        if row.labels != SENTIMENT:
            say(f"{row.title} is left out: its labels are not {' and '.join(SENTIMENT)}.")
    kept = [row for row in models if row.labels == SENTIMENT]
    if not kept:
        raise SetError(
            f"No model is left that answers with {' and '.join(SENTIMENT)}. Choose one of the "
            "set's, or say with --classes what theirs mean."
        )
    return kept


def _rate(result: Checked) -> str:
    """The failures in per cent, with their interval."""
    low, high = result.ci95
    return f"{100 * result.share:.0f} ({100 * low:.0f}–{100 * high:.0f})"


def _as_json(check: str, results: dict[str, Checked], gap: Gap | None) -> dict[str, Any]:
    from model_zoo.evaluation.checks import CHECKS, FAILURE

    definition = CHECKS[check]
    failing = sorted({number for result in results.values() for number in result.failed})
    return {
        "check": check,
        "kind": definition.kind,
        "asks": definition.asks,
        "failure": FAILURE[definition.kind],
        "cases": len(definition.cases),
        "models": {
            name: {"failures": len(result.failed), "share": result.share, "ci95": result.ci95}
            for name, result in results.items()
        },
        "recurrent_against_transformers": gap and {"b": gap.b, "c": gap.c, "p_holm": gap.p},
        "failing": [
            {
                "texts": definition.cases[number].texts,
                "expected": definition.cases[number].expected,
                "positive": {name: result.positive[number] for name, result in results.items()},
                "failed_by": [name for name, result in results.items() if number in result.failed],
            }
            for number in failing
        ],
    }
