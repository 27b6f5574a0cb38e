"""Training as it went: metrics.json -> plotly figure. Pure."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from model_zoo.models.registry import title as title_of
from ui.show.theme import MARGIN, model_colour
from ui.show.wording import in_figure

Metrics = Mapping[str, Any]  # what a metrics.json holds
MEASURES = {  # key in the history -> what it is called, axis title, tick format
    "held_out_accuracy": ("Accuracy", "accuracy on held-out sentences", ".1%"),
    "held_out_loss": ("Loss", "cross-entropy on held-out sentences (nats)", ".3f"),
}


def is_whole(metrics: Metrics) -> bool:
    """Whether a metrics.json has all that a curve is drawn from.

    >>> is_whole({"history": []}), is_whole({})
    (False, False)
    """
    try:
        steps = [entry["step"] for entry in metrics["history"]]
        return (
            metrics["recipe"]["epochs"] > 0
            and metrics["held_out"]["rows"] > 0
            and metrics["held_out"]["step"] in steps
            and all(measure in entry for entry in metrics["history"] for measure in MEASURES)
        )
    except (KeyError, TypeError):
        return False


def epochs(metrics: Metrics) -> list[float]:
    """Passes over the training rows after which each entry of the history was taken.

    >>> epochs({"recipe": {"epochs": 2}, "history": [{"step": 50}, {"step": 100}]})
    [1.0, 2.0]
    """
    last = metrics["history"][-1]["step"]
    return [metrics["recipe"]["epochs"] * entry["step"] / last for entry in metrics["history"]]


def chosen(metrics: Metrics) -> int:
    """Index in the history of the entry whose weights were kept.

    >>> chosen({"held_out": {"step": 50}, "history": [{"step": 50}, {"step": 100}]})
    0
    """
    steps = [entry["step"] for entry in metrics["history"]]
    return steps.index(metrics["held_out"]["step"])


def training(records: Mapping[str, Metrics], measure: str) -> go.Figure:
    """One line a model over the epochs; a star where the weights were kept.

    `records` holds the metrics of each model, with a history; `measure` is one of MEASURES.
    """
    _, title, shape = MEASURES[measure]
    figure = go.Figure()
    for name, metrics in records.items():
        called = in_figure(title_of(name))
        at, kept = epochs(metrics), chosen(metrics)
        figure.add_scatter(
            x=at,
            y=[entry[measure] for entry in metrics["history"]],
            name=called,
            mode="lines+markers",
            line={"color": model_colour(name), "width": 2.5},
            marker={
                "symbol": ["star" if i == kept else "circle" for i in range(len(at))],
                "size": [16 if i == kept else 6 for i in range(len(at))],
            },
            customdata=[
                (entry["step"], ", weights kept" if i == kept else "")
                for i, entry in enumerate(metrics["history"])
            ],
            hovertemplate=f"{called}, epoch %{{x:.2f}} (step %{{customdata[0]}}): "
            f"%{{y:{shape}}}%{{customdata[1]}}<extra></extra>",
        )
    figure.update_xaxes(title="epoch", rangemode="tozero")
    figure.update_yaxes(title=title, tickformat=shape if "%" in shape else None)
    return figure.update_layout(
        height=360,
        margin=MARGIN | {"t": 30},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
