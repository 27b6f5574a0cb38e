"""Classify texts."""

import argparse
from typing import Any

from rich.markup import escape
from rich.text import Text

from model_zoo.commands.given import texts_given
from model_zoo.commands.lineup import chosen_models, model_options
from model_zoo.commands.output import Table, err, out, print_json, right, visible
from model_zoo.inference.predict import Prediction
from model_zoo.models.loading import load
from model_zoo.models.registry import title
from model_zoo.text.notices import notices
from model_zoo.text.tokens import MASK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Texts and models."""
    model_options(parser)
    parser.add_argument("text", nargs="+", help="a text, in quotes; -: standard input, a line each")


def run(arguments: argparse.Namespace) -> None:
    """Every chosen model on every text, one at a time so that times are its own."""
    from model_zoo.inference.predict import predict

    chosen = chosen_models(arguments)
    texts = texts_given(arguments.text)
    models = []
    with err.status("") as status:
        for row in chosen:
            status.update(f"Loading {escape(visible(row.title))}")
            models.append(load(row))
        predict(models[0], texts)  # refuses empty texts, naming their position
        for model in models[1:]:  # a first call is slower than any other
            predict(model, texts[:1])
        rows = [(text, [predict(model, [text])[0] for model in models]) for text in texts]
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
                Text(visible(title(prediction.model))),
                Text(visible(prediction.label)),
                f"{prediction.confidence:.1%}",
                Text(visible(_next(prediction))),
                str(len(prediction.tokens)),
                f"{prediction.tokenize_ms + prediction.forward_ms:.1f} ms",
            )
        out.print(Text(visible(text)))
        out.print(table)
        first = predictions[0]
        for sentence in notices(
            len(first.tokens), first.unknown, first.dropped, blank=MASK in first.tokens
        ):
            out.print(sentence, markup=False)


_PREDICTION_COLUMNS = ("probability", "next", "tokens", "time")


def _next(prediction: Prediction) -> str:
    """The labels after the likeliest, with their probabilities."""
    return ", ".join(f"{label} {share:.1%}" for label, share in prediction.top(3)[1:])


def _as_json(prediction: Prediction) -> dict[str, Any]:
    return {
        "model": prediction.model,
        "label": prediction.label,
        "probabilities": dict(zip(prediction.labels, prediction.probabilities, strict=True)),
        "tokens": prediction.tokens,
        "truncated": prediction.truncated,
        "unknown": prediction.unknown,
        "dropped": prediction.dropped,
        "tokenize_ms": prediction.tokenize_ms,
        "forward_ms": prediction.forward_ms,
    }
