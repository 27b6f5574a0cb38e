"""Training as it went: metrics.json -> plotly figure. Pure."""

from collections.abc import Mapping

import plotly.graph_objects as go

from ui.show.theme import MARGIN, MODEL_COLOURS, OTHER_MODEL, TITLES

MEASURES = {  # key in the history -> what it is called, axis title, tick format
    "held_out_accuracy": ("Accuracy", "accuracy on held-out sentences", ".1%"),
    "held_out_loss": ("Loss", "cross-entropy on held-out sentences (nats)", ".3f"),
}


def epochs(metrics: dict) -> list[float]:
    """Passes over the training rows after which each entry of the history was taken."""
    last = metrics["history"][-1]["step"]
    return [metrics["recipe"]["epochs"] * entry["step"] / last for entry in metrics["history"]]


def chosen(metrics: dict) -> int:
    """Index in the history of the entry whose weights were kept."""
    steps = [entry["step"] for entry in metrics["history"]]
    return steps.index(metrics["held_out"]["step"])


def training(found: Mapping[str, dict], measure: str) -> go.Figure:
    """One line a model over the epochs; a star where the weights were kept."""
    _, title, shape = MEASURES[measure]
    figure = go.Figure()
    for name, metrics in found.items():
        at, kept = epochs(metrics), chosen(metrics)
        figure.add_scatter(
            x=at,
            y=[entry[measure] for entry in metrics["history"]],
            name=TITLES[name],
            mode="lines+markers",
            line={"color": MODEL_COLOURS.get(name, OTHER_MODEL), "width": 2.5},
            marker={
                "symbol": ["star" if i == kept else "circle" for i in range(len(at))],
                "size": [16 if i == kept else 6 for i in range(len(at))],
            },
            customdata=[
                (entry["step"], ", weights kept" if i == kept else "")
                for i, entry in enumerate(metrics["history"])
            ],
            hovertemplate=f"{TITLES[name]}, epoch %{{x:.2f}} (step %{{customdata[0]}}): "
            f"%{{y:{shape}}}%{{customdata[1]}}<extra></extra>",
        )
    figure.update_xaxes(title="epoch", rangemode="tozero")
    figure.update_yaxes(title=title, tickformat=shape if "%" in shape else None)
    return figure.update_layout(
        height=360,
        margin=MARGIN | {"t": 30},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
