"""Quality of answers -> plotly figures. Pure: no Streamlit, no torch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from model_zoo.labels import LABELS
from model_zoo.quality.metrics import Bin, Confusion
from ui.show.theme import MARGIN, MODEL_COLOURS, NOTHING, OTHER_MODEL

DASHES = ("solid", "dash", "dot", "dashdot")
Rates = tuple[float, float]  # false positive rate, true positive rate
Curve = tuple[np.ndarray, np.ndarray]  # the same at every threshold
MOST_POINTS = 400  # of a curve: more cannot be told apart, and 100,000 take seconds to draw


def confusion(matrix: Confusion, name: str) -> go.Figure:
    """Counts of rows, true labels in rows and answers in columns, in the model's colour."""
    counts = [
        [matrix.true_negative, matrix.false_positive],
        [matrix.false_negative, matrix.true_positive],
    ]
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    figure = _heat_map(
        shares,
        LABELS,
        [[f"{count:,}" for count in row] for row in counts],
        "labelled %{y}, answered %{x}: %{text} rows, %{z:.1%} of that label",
        MODEL_COLOURS.get(name, OTHER_MODEL),
        zmin=0,
        zmax=1.3,  # the darkest tone would leave the count unreadable
        textfont={"size": 18},
    )
    figure.update_xaxes(title="answer")
    figure.update_yaxes(title="label", tickangle=-90)
    return figure.update_layout(height=230, margin=MARGIN)


def reliability(bins: Mapping[str, Sequence[Bin]], titles: Mapping[str, str]) -> go.Figure:
    """Share found positive against probability said, a line a model, with 95 % intervals."""
    figure = go.Figure(_diagonal("perfectly calibrated"))
    for number, (name, points) in enumerate(bins.items()):
        figure.add_scatter(
            x=[point.mean_positive for point in points],
            y=[point.share_positive for point in points],
            error_y={
                "type": "data",
                "array": [point.ci95[1] - point.share_positive for point in points],
                "arrayminus": [point.share_positive - point.ci95[0] for point in points],
                "thickness": 1,
                "width": 3,
            },
            customdata=[point.rows for point in points],
            hovertemplate="said %{x:.0%}, found %{y:.0%} of %{customdata:,} rows",
            mode="lines+markers",
            **_line(name, titles, number),
        )
    return _square(figure, "probability of positive, as said", "share that is positive")


def roc(
    curves: Mapping[str, Curve],
    points: Mapping[str, Rates],
    titles: Mapping[str, str],
) -> go.Figure:
    """True against false positive rate, a line a model; `points` are where the threshold is.

    `curves` holds the rates (false, true) of each model, both (K,) and rising; `points` the same
    two as numbers; `titles` the name to show for each model.
    """
    figure = go.Figure(_diagonal("guessing"))
    for number, (name, (false, true)) in enumerate(curves.items()):
        keep = np.unique(np.linspace(0, len(false) - 1, MOST_POINTS).astype(int))
        figure.add_scatter(
            x=false[keep],
            y=true[keep],
            mode="lines",
            hovertemplate="%{y:.1%} of the positive rows for %{x:.1%} of the negative ones",
            **_line(name, titles, number),
        )
    for name, (across, up) in points.items():
        figure.add_scatter(
            x=[across],
            y=[up],
            mode="markers",
            marker={"size": 12, "color": MODEL_COLOURS.get(name, OTHER_MODEL), "symbol": "diamond"},
            name=f"{titles[name]} at the threshold",
            showlegend=False,
            hovertemplate="%{y:.1%} of the positive rows, %{x:.1%} of the negative ones",
        )
    return _square(figure, "negative rows called positive", "positive rows called positive")


def agreement(shares: np.ndarray, names: Sequence[str]) -> go.Figure:
    """How often each pair of models gives the same label: `shares` (M, M), named by `names` (M)."""
    figure = _heat_map(
        shares,
        names,
        [[f"{share:.1%}" for share in row] for row in shares],
        "%{y} and %{x}: the same label for %{text} of the rows",
        MODEL_COLOURS["bert"],
        zmin=0.5,
        zmax=1.25,
    )
    return figure.update_layout(height=90 + 55 * len(names), margin=MARGIN)


def _heat_map(
    values: Sequence[Sequence[float]] | np.ndarray,
    names: Sequence[str],
    text: Sequence[Sequence[str]],
    hover: str,
    colour: str,
    **more: Any,
) -> go.Figure:
    """A square heat map with `text` in its cells, first row on top."""
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=list(names),
            y=list(names),
            text=text,
            texttemplate="%{text}",
            hovertemplate=f"{hover}<extra></extra>",
            colorscale=[(0, NOTHING), (1, colour)],
            showscale=False,
            xgap=2,
            ygap=2,
            **more,
        )
    )
    return figure.update_yaxes(autorange="reversed")


def _line(name: str, titles: Mapping[str, str], number: int) -> dict[str, Any]:
    colour, dash = MODEL_COLOURS.get(name, OTHER_MODEL), DASHES[number % len(DASHES)]
    return {"name": titles[name], "line": {"color": colour, "dash": dash, "width": 2.5}}


def _diagonal(name: str) -> go.Scatter:
    line = {"color": OTHER_MODEL, "width": 1, "dash": "dot"}
    return go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, name=name, hoverinfo="skip")


def _square(figure: go.Figure, across: str, up: str) -> go.Figure:
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%", title=across, nticks=6)
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%", title=up, nticks=6)
    return figure.update_layout(
        height=420,
        margin=MARGIN | {"t": 40},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
