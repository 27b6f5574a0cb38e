"""Train one model on SST-2."""

import argparse
from pathlib import Path

from model_zoo.commands.output import out, percent, positive, print_json, progress
from model_zoo.errors import ZooError
from model_zoo.models.registry import title
from model_zoo.models.sets import model_set


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Model, data and recipe."""
    parser.add_argument("name", metavar="NAME", help=", ".join(model_set().models))
    parser.add_argument(
        "--data", required=True, help="folder with train.tsv and validation.tsv, or hub"
    )
    parser.add_argument(
        "--extra",
        type=Path,
        metavar="FILE",
        help="TSV with sentence, label, source: half is added to training, half reported on",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("runs/models"), help="where model folders go (runs/models)"
    )
    parser.add_argument(
        "--run", type=Path, help="where the state goes (beside --out, in state/NAME)"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=positive, help="instead of the recipe's")
    parser.add_argument("--lr", type=float, help="instead of the recipe's")
    parser.add_argument("--batch-size", type=positive, help="instead of the recipe's")
    parser.add_argument(
        "--held-out",
        type=positive,
        default=1000,
        metavar="N",
        help="sentences to choose by (1000)",
    )
    parser.add_argument("--limit", type=positive, metavar="N", help="only N rows, for a trial run")
    parser.add_argument(
        "--restart", action="store_true", help="throw away the state found in --run"
    )


def run(arguments: argparse.Namespace) -> None:
    """One model from data to a folder that `--set` can name."""
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
    state = arguments.run or arguments.out.parent / "state" / arguments.name
    metrics = train(
        arguments.name,
        data=arguments.data,
        out=arguments.out,
        run=state,
        extra=arguments.extra,
        seed=arguments.seed,
        held_out=arguments.held_out,
        limit=arguments.limit,
        overrides=overrides,
        restart=arguments.restart,
        progress=progress(),
    )
    if arguments.json:
        print_json(metrics)
        return
    validation = metrics["validation"]
    out.print(
        f"{title(arguments.name)}: {percent(validation['accuracy'], validation['ci95'])} "
        f"on {validation['rows']} validation rows. Written to {arguments.out / arguments.name}."
    )
