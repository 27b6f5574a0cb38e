"""A set as a training leaves it, with small figures and no weights."""

import json
from pathlib import Path
from typing import Any

LABELS = ("person", "place")


def figures(models=("lstm", "bert"), labels=LABELS) -> dict[str, Any]:
    """What comparison.json holds: 80 of 100 rows right, whatever the model."""
    rest = [0] * (len(labels) - 2)
    confusion = [[40, 10, *rest], [10, 40, *rest], *([0] * len(labels) for _ in labels[2:])]
    share = {"accuracy": 0.8, "macro_f1": 0.8, "ece": 0.1, "validation_accuracy": 0.8}
    ends = [0.7, 0.9]
    standings = [
        {
            "name": name,
            "title": name,
            **share,
            "accuracy_ci95": ends,
            "macro_f1_ci95": ends,
            "reliability": [{"rows": 100, "mean": 0.7, "share": 0.8, "ci95": ends}],
            "confusion": confusion,
            "f1_by_label": [0.8] * len(labels),
            "seeds": [0.8],
            "train_seconds": 1.0,
            "peak_bytes": 10**9,
            "latency_ms": 1.0 + number,
            "latency_p95_ms": 2.0 + number,
            "size_bytes": 10**6,
            "parameters": 10**6,
            "curve": [{"rows": 100, "accuracy": 0.8, "ci95": ends}],
        }
        for number, name in enumerate(models)
    ]
    pairs = [
        {
            "first": first,
            "second": second,
            "only_first": 1,
            "only_second": 1,
            "difference": 0.0,
            "ci95": [-0.1, 0.1],
            "p": 1.0,
            "adjusted": 1.0,
        }
        for at, first in enumerate(models)
        for second in models[at + 1 :]
    ]
    recommendation = {"model": "bert", "reason": "Take mine.", "others": [], "uncertainty": []}
    return {
        "labels": list(labels),
        "rows": 100,
        "tokens": 9,
        "models": standings,
        "pairs": pairs,
        "recommendation": recommendation,
    }


def trained_set(root: Path, name: str, *, labels=LABELS, **record: Any) -> Path:
    """The folder of a trained set below `root`; `record` replaces parts of its figures."""
    folder = root / name
    (folder / "lstm").mkdir(parents=True)
    (folder / "lstm" / "config.json").write_text("{}")
    (folder / "set.json").write_text(json.dumps({"title": name, "labels": list(labels)}))
    (folder / "comparison.json").write_text(json.dumps(figures(labels=labels) | record))
    (folder / "report.html").write_text("<!doctype html><p>as it was written</p>")
    return folder
