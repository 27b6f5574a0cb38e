"""Classify texts."""

import argparse
from typing import Any

from rich.table import Table
from rich.text import Text

from model_zoo.commands.output import err, model_options, out, print_json, right, visible
from model_zoo.labels import LABELS
from model_zoo.models.loading import load
from model_zoo.models.registry import SPECS, choose
from model_zoo.reading.predict import Prediction


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Texts and models."""
    model_options(parser)
    parser.add_argument("text", nargs="+", help="a text, in quotes")


def run(arguments: argparse.Namespace) -> None:
    """Every chosen model on every text, one at a time so that times are its own."""
    from model_zoo.reading.predict import predict

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
        print_json(
            [
                {"text": text, "results": [_as_json(prediction) for prediction in predictions]}
                for text, predictions in rows
            ]
        )
        return
    for text, predictions in rows:
        table = Table("model", "label", *(right(title) for title in _PREDICTION_COLUMNS))
        for prediction in predictions:
            table.add_row(
                SPECS[prediction.model].title,
                prediction.label,
                f"{prediction.positive:.1%}",
                str(len(prediction.tokens)),
                f"{prediction.tokenize_ms + prediction.forward_ms:.1f} ms",
            )
        out.print(Text(visible(text)))
        out.print(table)
        if predictions[0].truncated:
            read, dropped = len(predictions[0].tokens), predictions[0].dropped
            out.print(f"Too long: only the first {read} tokens were read, {dropped} were cut off.")


_PREDICTION_COLUMNS = ("positive", "tokens", "time")


def _as_json(prediction: Prediction) -> dict[str, Any]:
    return {
        "model": prediction.model,
        "label": prediction.label,
        "probabilities": dict(zip(LABELS, prediction.probabilities, strict=True)),
        "tokens": prediction.tokens,
        "truncated": prediction.truncated,
        "tokenize_ms": prediction.tokenize_ms,
        "forward_ms": prediction.forward_ms,
    }
