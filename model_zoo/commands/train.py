"""Train the four on a labelled file of your own, or a bundled model anew."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model_zoo.commands import train_on
from model_zoo.commands.output import out, percent, positive, print_json, progress, seed
from model_zoo.errors import TrainingError, ZooError
from model_zoo.language_models.models import root as language_root
from model_zoo.locks import writing
from model_zoo.models.registry import title
from model_zoo.models.sets import model_set

LANGUAGE_MODELS = ("lm-lstm", "lm-bilstm", "lm-bert", "lm-distilbert")
READERS = ("qa-lstm", "qa-bilstm", "qa-bert", "qa-distilbert")
RUNS = Path("runs")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Model, data and recipe."""
    train_on.add_arguments(parser)
    bundled = parser.add_argument_group("one of the bundled models anew")
    names = [*model_set().models, *LANGUAGE_MODELS, *READERS]
    bundled.add_argument("model", nargs="?", metavar="MODEL", help=", ".join(names))
    bundled.add_argument(
        "--data",
        help="folder with train.tsv and validation.tsv (texts: and test.tsv; questions: all three "
        "as .json, in SQuAD's form), or hub",
    )
    bundled.add_argument(
        "--bodies",
        type=Path,
        default=language_root(),
        metavar="FOLDER",
        help="of the language models that qa-… start from (the bundled ones)",
    )
    bundled.add_argument(
        "--encoder",
        type=Path,
        metavar="FOLDER",
        help="of the language model that bert starts from (without: the base encoder, grown)",
    )
    bundled.add_argument(
        "--extra",
        type=Path,
        metavar="FILE",
        help="TSV with sentence, label, source: half is added to training, half reported on; for "
        "language models with sentence and label: its whole sentences are added",
    )
    bundled.add_argument(
        "--long",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="files with a column text that lm-bert --taught and lm-distilbert read, too",
    )
    bundled.add_argument(
        "--taught",
        action="store_true",
        help="lm-bert: learn from a larger encoder, too (requirements-teacher.txt)",
    )
    bundled.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="where model folders go (runs/models, lm-… runs/language, qa-… runs/answering)",
    )
    bundled.add_argument(
        "--run", type=Path, help="where the state goes (beside --out, in state/NAME)"
    )
    parser.add_argument("--seed", type=seed, default=0)
    bundled.add_argument("--epochs", type=positive, help="instead of the recipe's")
    bundled.add_argument("--lr", type=float, help="instead of the recipe's")
    bundled.add_argument(
        "--batch-size",
        type=positive,
        help="instead of the recipe's: rows, for language models and questions tokens",
    )
    bundled.add_argument(
        "--held-out",
        type=positive,
        default=1000,
        metavar="N",
        help="sentences to choose by (1000)",
    )
    bundled.add_argument("--limit", type=positive, metavar="N", help="only N rows, for a trial run")
    parser.add_argument(
        "--restart", action="store_true", help="throw away what was begun, and start anew"
    )


def run(arguments: argparse.Namespace) -> None:
    """Models from data to a folder that `--set` can name."""
    if arguments.on is not None:
        if arguments.model or arguments.data:
            raise TrainingError("--on trains on a file of your own: leave out MODEL and --data.")
        train_on.run(arguments)
    elif arguments.model is None or arguments.data is None:
        raise TrainingError("Say what to train on: --on FILE, or one MODEL with --data.")
    else:
        _train_one(arguments)


def _train_one(arguments: argparse.Namespace) -> None:
    """One of the bundled models; DataError where another process is at it."""
    name, train, runs = arguments.model, _train_bundled, "models"
    if name in LANGUAGE_MODELS:
        name, train, runs = name.removeprefix("lm-"), _train_language_model, "language"
    elif name in READERS:
        name, train, runs = name.removeprefix("qa-"), _train_reader, "answering"
    out = arguments.out or RUNS / runs
    run = arguments.run or out.parent / "state" / arguments.model
    _check_apart(run, out / name, arguments)
    with writing(run, option="--run", parents=True), writing(out / name, parents=True):
        train(arguments, name, out, run)


def _check_apart(run: Path, model: Path, arguments: argparse.Namespace) -> None:
    """TrainingError where the folder of the state, which --restart deletes, holds more."""
    given = [arguments.data, arguments.encoder, arguments.extra, arguments.bodies, *arguments.long]
    for other in (model, *(Path(each) for each in given if each)):
        if other.resolve().is_relative_to(run.resolve()):
            raise TrainingError(f"{other} is in {run}. Name a folder of its own with --run.")


@contextmanager
def _needing_what_training_needs() -> Iterator[None]:
    """An import in this block says what to install where it fails."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ZooError(
            f"Training needs {error.name}. Run `pip install -r requirements-train.txt`."
        ) from error


def _train_bundled(arguments: argparse.Namespace, name: str, folder: Path, run: Path) -> None:
    """One model of the bundled ones."""
    with _needing_what_training_needs():
        from model_zoo.training.train import train
    overrides = {
        field: value
        for field in ("epochs", "lr", "batch_size")
        if (value := getattr(arguments, field)) is not None
    }
    metrics = train(
        name,
        data=arguments.data,
        out=folder,
        run=run,
        extra=arguments.extra,
        seed=arguments.seed,
        held_out=arguments.held_out,
        limit=arguments.limit,
        overrides=overrides,
        restart=arguments.restart,
        encoder=arguments.encoder,
        progress=progress(),
    )
    if arguments.json:
        print_json(metrics)
        return
    validation = metrics["validation"]
    out.print(
        f"{title(name)}: {percent(validation['accuracy'], validation['ci95'])} "
        f"on {validation['rows']} validation rows. Written to {folder / name}."
    )


def _train_language_model(
    arguments: argparse.Namespace, name: str, folder: Path, run: Path
) -> None:
    """One of those that guess words."""
    with _needing_what_training_needs():
        from model_zoo.pretraining.train import train
    given = {"epochs": arguments.epochs, "lr": arguments.lr, "tokens": arguments.batch_size}
    metrics = train(
        name,
        data=Path(arguments.data),
        out=folder,
        run=run,
        extra=arguments.extra,
        long=arguments.long,
        taught=arguments.taught,
        seed=arguments.seed,
        limit=arguments.limit,
        overrides={field: value for field, value in given.items() if value is not None},
        restart=arguments.restart,
        progress=progress(),
    )
    if arguments.json:
        print_json(metrics)
        return
    last = metrics["stages"][-1]["history"][-1]
    out.print(f"Held-out loss {last['held_out_loss']:.3f}. Written to {folder / metrics['model']}.")


def _train_reader(arguments: argparse.Namespace, name: str, folder: Path, run: Path) -> None:
    """One of those that answer questions."""
    with _needing_what_training_needs():
        from model_zoo.finetuning.train import train_reader
    given = {"epochs": arguments.epochs, "lr": arguments.lr, "tokens": arguments.batch_size}
    metrics = train_reader(
        name,
        data=Path(arguments.data),
        bodies=arguments.bodies,
        out=folder,
        run=run,
        seed=arguments.seed,
        limit=arguments.limit,
        overrides={field: value for field, value in given.items() if value is not None},
        restart=arguments.restart,
        progress=progress(),
    )
    if arguments.json:
        print_json(metrics)
        return
    test = metrics["test"]
    out.print(
        f"EM {percent(test['exact'], test['exact_ci95'])}, "
        f"F1 {percent(test['f1'], test['f1_ci95'])} "
        f"on {test['questions']:,} test questions. Written to {folder / metrics['reader']}."
    )
