"""Options with made-up figures, for tests of what is concluded from them."""

from dataclasses import replace

import numpy as np

from model_zoo.deploy.options import Option, Survey
from model_zoo.host import host

MB = 1_000_000
PLAIN = Option("lstm", 1, 1, 23, 60, 1.0, 1.0, 100 * MB, 10 * MB)


def option(model, ms, megabytes=100, accuracy=None, **fields):
    """An option with one text a call, unless `fields` say otherwise."""
    ci95 = None if accuracy is None else (accuracy - 0.02, accuracy + 0.02)
    return replace(
        PLAIN, model=model, median_ms=ms, p95_ms=ms, memory_bytes=megabytes * MB,
        accuracy=accuracy, ci95=ci95, accuracy_rows=0 if accuracy is None else 872, **fields,
    )  # fmt: skip


FOUND = (
    option("lstm", 1.5, 360, 0.86),
    option("lstm@onnx", 1.0, 96, 0.86, agreement=1.0),
    option("lstm@onnx-int8", 0.5, 92, agreement=0.98),
    option("bert@onnx", 9.0, 250, 0.92, agreement=1.0),
    option("bert@onnx", 30.0, 270, 0.92, batch=8),
)


def surveyed(*options, truth=None, **answers):
    """A survey of these; of each model called as a keyword (at_ for @) its answers."""
    return Survey(
        taken="2026-11-24T12:00:00+00:00",
        host=host(),
        options=options,
        answers={
            name.replace("_at_", "@").replace("onnx_int8", "onnx-int8"): np.array(given)
            for name, given in answers.items()
        },
        truth=None if truth is None else np.array(truth),
        of_rows=0 if truth is None else len(truth),
    )
