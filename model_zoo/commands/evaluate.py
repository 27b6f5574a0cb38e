"""Measure accuracy on labelled rows."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.progress import TaskID
from rich.text import Text

from model_zoo.commands.lineup import chosen_models, chosen_set, model_options
from model_zoo.commands.on_cluster import cluster_options, one_file, reported, way
from model_zoo.commands.output import (
    Table,
    out,
    percent,
    print_json,
    progress,
    right,
    say,
    table_options,
    visible,
)
from model_zoo.errors import DataError
from model_zoo.host import host, use_threads
from model_zoo.labels import without_rows
from model_zoo.models.loading import load
from model_zoo.models.registry import title
from model_zoo.models.spec import ModelSpec
from model_zoo.text.notices import notices_of_rows

if TYPE_CHECKING:  # both bring numpy, which --help does not need
    from model_zoo.evaluation.classification import Quality
    from model_zoo.evaluation.evaluate import Evaluation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """File, columns and models."""
    model_options(parser)
    table_options(parser)
    parser.add_argument(
        "--label",
        required=True,
        metavar="COL",
        help="column with the set's labels, by name or by number (0/1, negative/positive, "
        "True/False, stars)",
    )
    cluster_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """Accuracy, F1 and paired tests on labelled rows."""
    labels = chosen_set(arguments).labels
    rows, left_out = measurable(chosen_models(arguments), labels)
    for name, reason in left_out.items():
        say(f"{title(name)} is left out: {reason}")
    if not rows:
        raise DataError(
            "No model is left whose answers could be compared with the labels. Choose one of the "
            "set's, or say with --classes what theirs mean."
        )
    compute = _on_cluster if arguments.cluster else _here
    evaluation = compute(arguments, rows, labels)
    if arguments.json:
        print_json(as_json(evaluation, labels) | ({"left_out": left_out} if left_out else {}))
    else:
        _print(evaluation, labels)


def _here(
    arguments: argparse.Namespace, rows: Sequence[ModelSpec], labels: Sequence[str]
) -> "Evaluation":
    from model_zoo.evaluation.evaluate import evaluate, read_labelled

    file = one_file(arguments)
    texts, truth = read_labelled(
        file,
        arguments.text,
        arguments.label,
        labels,
        header=not arguments.no_header,
        sheet=arguments.sheet,
        tell=say,
    )
    use_threads(1, beside=host().cores)
    models = list(map(load, rows))
    with progress() as bar:
        bars: dict[str, TaskID] = {
            row.id: bar.add_task(visible(row.title), total=len(texts)) for row in rows
        }
        return evaluate(
            models,
            texts,
            truth,
            batch_size=arguments.batch_size,
            advance=lambda name, rows: bar.advance(bars[name], rows),
        )


def _on_cluster(
    arguments: argparse.Namespace, rows: Sequence[ModelSpec], labels: Sequence[str]
) -> "Evaluation":
    from model_zoo.cluster.evaluate import evaluate_on_cluster

    with reported() as report:
        return evaluate_on_cluster(
            rows,
            arguments.input,
            text=arguments.text,
            label=arguments.label,
            labels=labels,
            way=way(arguments),
            header=not arguments.no_header,
            report=report,
            tell=say,
        )


def measurable(
    models: Sequence[ModelSpec], labels: Sequence[str]
) -> tuple[list[ModelSpec], dict[str, str]]:
    """The models that answer with these `labels`, and why each of the others does not count."""
    kept = [row for row in models if row.comparable and row.labels == tuple(labels)]
    return kept, {
        row.id: "its labels are not the set's, so that no answer of it is right or wrong."
        for row in models
        if row not in kept
    }


def as_json(evaluation: "Evaluation", labels: Sequence[str]) -> dict[str, Any]:
    """The evaluation for programs; figures by label where there are more than two."""
    return {
        "rows": evaluation.rows,
        "unknown": evaluation.unknown,
        "cut": evaluation.cut,
        "models": {
            name: {
                "accuracy": quality.accuracy,
                "ci95": quality.accuracy_ci95,
                **_means(quality),
                "ece": quality.ece,
                "confusion": _counts(quality, labels),
                **_by_label(quality, labels),
                "seconds": evaluation.seconds[name],
            }
            for name, quality in evaluation.qualities.items()
        },
        "mcnemar": {
            f"{first}|{second}": asdict(pair) for (first, second), pair in evaluation.pairs.items()
        },
    }


def _means(quality: "Quality") -> dict[str, Any]:
    """F1 and ROC area: the second label's of two, and else means, which their names say."""
    macro = "" if len(quality.labels) == 2 else "_macro"
    return {
        f"f1{macro}": quality.f1,
        f"f1{macro}_ci95": quality.f1_ci95,
        f"auc{macro}": quality.auc,
    }


def _counts(quality: "Quality", labels: Sequence[str]) -> dict[str, Any]:
    """Counts of rows: by what they are called of two labels, as a table of more."""
    counts = quality.confusion.counts
    if len(labels) > 2:
        return {"labels": labels, "counts": counts}
    names = ("true_negative", "false_positive", "false_negative", "true_positive")
    return dict(zip(names, (*counts[0], *counts[1]), strict=True))


def _by_label(quality: "Quality", labels: Sequence[str]) -> Mapping[str, Any]:
    """Each label against all others, where there are more than two."""
    if len(labels) == 2:
        return {}
    return {
        "labels": {
            label: {
                "precision": figures.precision,
                "recall": figures.recall,
                "f1": figures.f1,
                "auc": figures.auc,
                "rows": figures.support,
            }
            for label, figures in zip(labels, quality.labels, strict=True)
        }
    }


def _print(evaluation: "Evaluation", labels: Sequence[str]) -> None:
    many = len(labels) > 2
    columns = ("accuracy", "macro F1" if many else "F1", "ECE", "seconds")
    table = Table("model", *map(right, columns))
    for name, quality in evaluation.qualities.items():
        table.add_row(
            Text(visible(title(name))),
            percent(quality.accuracy, quality.accuracy_ci95),
            f"{quality.f1:.3f}",
            f"{quality.ece:.3f}",
            f"{evaluation.seconds[name]:.1f}",
        )
    out.print(f"{evaluation.rows:,} rows; ECE: how far probabilities are off on average, 0 is best")
    for quality in list(evaluation.qualities.values())[:1]:  # the rows are the same for all
        out.print(
            "Always giving the commonest label would be right for "
            f"{quality.confusion.commonest:.1%}."
        )
    if many:
        out.print(
            f"Macro F1: the mean over those of the {len(labels)} labels that occur in the rows or "
            "the answers; --json gives every label's figures."
        )
        any_of = next(iter(evaluation.qualities.values()))
        if sentence := without_rows(labels, [label.support for label in any_of.labels]):
            out.print(visible(sentence), markup=False)
    out.print(table)
    for sentence in notices_of_rows(evaluation.unknown, evaluation.cut):
        out.print(sentence, markup=False)
    if evaluation.pairs:
        pairs = Table("pair", *(right(name) for name in ("only first right", "only second", "p")))
        for (first, second), pair in evaluation.pairs.items():
            pairs.add_row(
                Text(visible(f"{title(first)}, {title(second)}")),
                str(pair.b),
                str(pair.c),
                f"{pair.adjusted:.2g}",
            )
        out.print(pairs)
        out.print(
            "p: McNemar's exact test, adjusted for looking at all pairs (Holm). From 0.05 on the "
            "difference could well be chance."
        )
