"""The command line: `python -m model_zoo models | predict | attribute | evaluate | train`.

Results go to stdout (tables, or JSON with --json), progress and errors to stderr. Exit codes:
0 done, 2 bad usage or input, with one line that says what to do.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table
from rich.text import Text

from model_zoo.errors import ZooError
from model_zoo.registry import MODELS_DIR, SPECS, card, choose, load
from model_zoo.results import LABELS, Prediction

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the process's exit code."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.command(arguments)
    except ZooError as error:
        _say(str(error))
        return 2
    except KeyboardInterrupt:
        _say("Stopped.")
        return 130
    except BrokenPipeError:  # the reader, say `head`, has had enough
        sys.stderr.close()
    return 0


def show_models(arguments: argparse.Namespace) -> None:
    """`models`: what there is, from the files alone (nothing is loaded)."""
    cards = [card(name, arguments.models_dir) for name in choose(arguments.models)]
    if arguments.json:
        _print_json(
            [
                {
                    "name": item.name,
                    "architecture": item.architecture,
                    "layers": item.layers,
                    "parameters": item.parameters,
                    "core_parameters": item.core_parameters,
                    "size_bytes": item.size_bytes,
                    "accuracy": item.accuracy,
                    "ci95": item.ci95,
                }
                for item in cards
            ]
        )
        return
    table = Table("name", "architecture", *(_right(title) for title in _MODEL_COLUMNS))
    for item in cards:
        table.add_row(
            item.name,
            item.architecture,
            str(item.layers),
            f"{item.parameters / 1e6:.1f} M",
            f"{item.core_parameters / 1e6:.2f} M",
            f"{item.size_bytes / 1e6:.1f} MB",
            _percent(item.accuracy, item.ci95),
        )
    out.print(table)
    out.print(
        "core: recurrent or encoder layers, without word embeddings and head. "
        "Accuracy: SST-2 validation, 872 rows, with 95 % interval."
    )


_MODEL_COLUMNS = ("layers", "parameters", "core", "on disk", "accuracy")


def show_predictions(arguments: argparse.Namespace) -> None:
    """`predict`: every chosen model on every text, one at a time so that times are its own."""
    from model_zoo.predict import predict

    names = choose(arguments.models)
    models = []
    with err.status("") as status:
        for name in names:
            status.update(f"Loading {SPECS[name].title}")
            models.append(load(name, arguments.models_dir))
        predict(models[0], arguments.text)  # refuses empty texts, naming their position
        for model in models[1:]:  # a first call is slower than any other
            predict(model, arguments.text[:1])
        rows = [(text, [predict(model, [text])[0] for model in models]) for text in arguments.text]
    if arguments.json:
        _print_json(
            [
                {"text": text, "results": [_as_json(found) for found in results]}
                for text, results in rows
            ]
        )
        return
    for text, results in rows:
        table = Table("model", "label", *(_right(title) for title in _PREDICTION_COLUMNS))
        for found in results:
            table.add_row(
                SPECS[found.model].title,
                found.label,
                f"{found.positive:.1%}",
                str(len(found.tokens)),
                f"{found.tokenize_ms + found.forward_ms:.1f} ms",
            )
        out.print(Text(text.encode("utf-8", "replace").decode()))
        out.print(table)
        if results[0].truncated:
            read, dropped = len(results[0].tokens), results[0].dropped
            out.print(f"Too long: only the first {read} tokens were read, {dropped} were cut off.")


_PREDICTION_COLUMNS = ("positive", "tokens", "time")


def _as_json(found: Prediction) -> dict:
    return {
        "model": found.model,
        "label": found.label,
        "probabilities": dict(zip(LABELS, found.probabilities, strict=True)),
        "tokens": found.tokens,
        "truncated": found.truncated,
        "tokenize_ms": found.tokenize_ms,
        "forward_ms": found.forward_ms,
    }


def show_attributions(arguments: argparse.Namespace) -> None:
    """`attribute`: what each word did for each model's answer, and how far to trust that."""
    from model_zoo.attribute import METHODS, attribute
    from model_zoo.faithfulness import trust

    records = []
    for name in choose(arguments.models):
        model = load(name, arguments.models_dir)
        found = attribute(
            model,
            arguments.text,
            method=arguments.method,
            target=arguments.target,
            baseline=arguments.baseline,
            seed=arguments.seed,
        )
        records.append(asdict(found) | asdict(trust(model, found, seed=arguments.seed)))
    if arguments.json:
        _print_json(records)
        return
    table = Table("word", *(_right(SPECS[record["model"]].title) for record in records))
    for i, word in enumerate(records[0]["words"]):
        table.add_row(Text(word), *(f"{record['word_scores'][i]:+.3f}" for record in records))
    table.add_section()
    for row in ("comprehensiveness", "random_comprehensiveness", "sufficiency"):
        table.add_row(row.replace("_", " "), *(f"{record[row]:+.3f}" for record in records))
    table.add_row("gap", *(_gap(record["gap_relative"]) for record in records))
    out.print(table)
    targets = ", ".join(f"{SPECS[record['model']].title} {record['target']}" for record in records)
    out.print(f"{METHODS[arguments.method].title}, in logits, for: {targets}.")


def _gap(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def show_evaluation(arguments: argparse.Namespace) -> None:
    """`evaluate`: accuracy, F1 and paired tests on a labelled file."""
    from model_zoo.evaluate import evaluate, read_labelled

    names = choose(arguments.models)
    texts, labels = read_labelled(arguments.file, arguments.text, arguments.label)
    models = [load(name, arguments.models_dir) for name in names]
    with _progress() as progress:
        bars = {name: progress.add_task(SPECS[name].title, total=len(texts)) for name in names}
        found = evaluate(
            models,
            texts,
            labels,
            batch_size=arguments.batch_size,
            advance=lambda name, rows: progress.advance(bars[name], rows),
        )
    if arguments.json:
        _print_json(
            {
                "rows": found.rows,
                "models": {
                    name: {
                        "accuracy": score.accuracy,
                        "ci95": score.ci95,
                        "f1": score.f1,
                        "seconds": score.seconds,
                    }
                    for name, score in found.scores.items()
                },
                "mcnemar": {
                    f"{one}|{other}": {"b": pair.b, "c": pair.c, "p": pair.p}
                    for (one, other), pair in found.pairs.items()
                },
            }
        )
        return
    table = Table("model", *(_right(title) for title in ("accuracy", "F1", "seconds")))
    for name, score in found.scores.items():
        table.add_row(
            SPECS[name].title,
            _percent(score.accuracy, score.ci95),
            f"{score.f1:.3f}",
            f"{score.seconds:.1f}",
        )
    out.print(f"{found.rows:,} rows")
    out.print(table)
    if found.pairs:
        pairs = Table(
            "pair", *(_right(title) for title in ("only first right", "only second", "p"))
        )
        for (one, other), pair in found.pairs.items():
            pairs.add_row(
                f"{SPECS[one].title}, {SPECS[other].title}",
                str(pair.b),
                str(pair.c),
                f"{pair.p:.2g}",
            )
        out.print(pairs)
        out.print("p: McNemar's exact test. Above 0.05 the difference could well be chance.")


def run_training(arguments: argparse.Namespace) -> None:
    """`train`: one model from data to a folder that `--models-dir` can name."""
    try:
        from model_zoo.training.train import train
    except ModuleNotFoundError as error:
        raise ZooError(
            f"Training needs {error.name}. Run `pip install -r requirements-train.txt`."
        ) from error
    overrides = {
        field: value
        for field in ("epochs", "lr", "batch_size")
        if (value := getattr(arguments, field)) is not None
    }
    run = arguments.run or arguments.out.parent / "state" / arguments.name
    metrics = train(
        arguments.name,
        data=arguments.data,
        out=arguments.out,
        run=run,
        extra=arguments.extra,
        seed=arguments.seed,
        held_out=arguments.held_out,
        limit=arguments.limit,
        overrides=overrides,
        restart=arguments.restart,
        progress=_progress(),
    )
    if arguments.json:
        _print_json(metrics)
        return
    found = metrics["validation"]
    out.print(
        f"{SPECS[arguments.name].title}: {_percent(found['accuracy'], found['ci95'])} "
        f"on {found['rows']} validation rows. Written to {arguments.out / arguments.name}."
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m model_zoo", description="LSTM, BiLSTM, BERT and DistilBERT.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    shared = _Parser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print JSON instead of tables")
    chosen = _Parser(add_help=False)
    chosen.add_argument(
        "--models",
        type=lambda value: [name.strip() for name in value.split(",") if name.strip()],
        metavar="A,B",
        help=f"which models, of {', '.join(SPECS)} (all)",
    )
    chosen.add_argument(
        "--models-dir",
        type=Path,
        default=MODELS_DIR,
        help="folder of model folders (assets/models)",
    )

    models = commands.add_parser("models", parents=[shared, chosen], help="list the models")
    models.set_defaults(command=show_models)

    predict = commands.add_parser("predict", parents=[shared, chosen], help="classify texts")
    predict.add_argument("text", nargs="+", help="a text, in quotes")
    predict.set_defaults(command=show_predictions)

    attribute = commands.add_parser(
        "attribute", parents=[shared, chosen], help="say which words made the answer"
    )
    attribute.add_argument("text", help="a text, in quotes")
    attribute.add_argument("--method", default="integrated_gradients", help="see the README")
    attribute.add_argument(
        "--target", default="predicted", help="predicted, positive, negative or difference"
    )
    attribute.add_argument("--baseline", default="pad", help="pad, mask or zero")
    attribute.add_argument("--seed", type=int, default=0, help="for the methods that sample (0)")
    attribute.set_defaults(command=show_attributions)

    evaluate = commands.add_parser(
        "evaluate", parents=[shared, chosen], help="measure accuracy on a labelled file"
    )
    evaluate.add_argument("file", type=Path, help="CSV or TSV with a header")
    evaluate.add_argument("--text", required=True, metavar="COL", help="column with the texts")
    evaluate.add_argument(
        "--label", required=True, metavar="COL", help="column with 0/1 or negative/positive"
    )
    evaluate.add_argument("--batch-size", type=_positive, default=32, metavar="N")
    evaluate.set_defaults(command=show_evaluation)

    train = commands.add_parser("train", parents=[shared], help="train one model on SST-2")
    train.add_argument("name", metavar="NAME", help=", ".join(SPECS))
    train.add_argument(
        "--data", required=True, help="folder with train.tsv and validation.tsv, or hub"
    )
    train.add_argument(
        "--extra",
        type=Path,
        metavar="FILE",
        help="TSV with sentence, label, source: half is added to training, half reported on",
    )
    train.add_argument(
        "--out", type=Path, default=Path("runs/models"), help="where model folders go (runs/models)"
    )
    train.add_argument(
        "--run", type=Path, help="where the state goes (beside --out, in state/NAME)"
    )
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--epochs", type=_positive, help="instead of the recipe's")
    train.add_argument("--lr", type=float, help="instead of the recipe's")
    train.add_argument("--batch-size", type=_positive, help="instead of the recipe's")
    train.add_argument(
        "--held-out",
        type=_positive,
        default=1000,
        metavar="N",
        help="sentences to choose by (1000)",
    )
    train.add_argument("--limit", type=_positive, metavar="N", help="only N rows, for a trial run")
    train.add_argument("--restart", action="store_true", help="throw away the state found in --run")
    train.set_defaults(command=run_training)
    return parser


class _Parser(argparse.ArgumentParser):
    """argparse, but a usage error is one line."""

    def error(self, message: str) -> NoReturn:
        _say(f"{message}. See `{self.prog} --help`.")
        raise SystemExit(2)


def _positive(value: str) -> int:
    number = int(value)
    if number < 1:
        raise ValueError
    return number


def _say(message: str) -> None:
    """One line on stderr, whatever the message holds."""
    print(" ".join(f"model_zoo: {message}".split()), file=sys.stderr)


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2))


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=err,
    )


def _right(title: str) -> Column:
    return Column(title, justify="right")


def _percent(share: float | None, interval: Sequence[float] | None) -> str:
    if share is None or interval is None:
        return "–"
    return f"{share:.1%} ({interval[0]:.1%} to {interval[1]:.1%})"


if __name__ == "__main__":
    sys.exit(main())
