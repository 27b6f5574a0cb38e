"""Quality of answers -> plotly figures. Pure: no Streamlit, no torch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from model_zoo.evaluation.classification import Confusion
from model_zoo.evaluation.metrics import Bin
from ui.show.theme import MARGIN, NOTHING, OTHER_MODEL, dashes, engine_look, model_colour
from ui.show.wording import in_figure, title_in_figure

DASHES = ("solid", "dash", "dot", "dashdot")
Rates = tuple[float, float]  # false positive rate, true positive rate
Curve = tuple[np.ndarray, np.ndarray]  # the same at every threshold
MOST_POINTS = 400  # of a curve: more cannot be told apart, and 100,000 take seconds to draw
MOST_COUNTS = 12  # labels: the counts of more do not fit into the cells
MOST_CELLS = 25  # labels of a confusion matrix: more cannot be read
_AGREEING = model_colour("bert")


def confusion(matrix: Confusion, labels: Sequence[str], name: str) -> go.Figure:
    """Counts of rows, true labels in rows and answers in columns, in the model's colour.

    Of at most MOST_CELLS labels: see `most_mixed_up`.
    """
    counts = matrix.counts
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    written = len(labels) <= MOST_COUNTS
    figure = _heat_map(
        shares,
        [in_figure(label) for label in labels],
        [[f"{count:,}" for count in row] for row in counts],
        "labelled %{y}, answered %{x}: %{text} rows, %{z:.1%} of that label",
        model_colour(name),
        written=(18 if len(labels) == 2 else 12) if written else None,
        zmin=0,
        zmax=1.5,  # the darkest tones would leave the count unreadable
    )
    figure.update_xaxes(title="answer")
    figure.update_yaxes(title="label")
    if len(labels) == 2:
        figure.update_yaxes(tickangle=-90)
        return figure.update_layout(height=230, margin=MARGIN)
    figure.update_xaxes(tickangle=-45 if written else -90, tickfont={"size": 11})
    figure.update_yaxes(tickfont={"size": 11})
    cell = 34 if written else 16
    return figure.update_layout(height=160 + cell * len(labels), margin=MARGIN)


def most_mixed_up(matrices: Sequence[Confusion], most: int = MOST_CELLS) -> list[int]:
    """Indices, in order, of the labels that most mistakes of any of the models are about.

    >>> most_mixed_up([Confusion(((9, 0, 0), (0, 5, 2), (0, 1, 5)))], most=2)
    [1, 2]
    """
    tables = np.sum([matrix.counts for matrix in matrices], axis=0)
    np.fill_diagonal(tables, 0)
    mistakes = tables.sum(axis=0) + tables.sum(axis=1)
    return sorted(np.argsort(-mistakes, kind="stable")[:most].tolist())


def among(matrix: Confusion, chosen: Sequence[int]) -> Confusion:
    """The counts among the `chosen` labels alone.

    >>> among(Confusion(((9, 0, 0), (0, 5, 2), (0, 1, 5))), [1, 2])
    Confusion(counts=((5, 2), (1, 5)))
    """
    return Confusion(tuple(tuple(matrix.counts[i][j] for j in chosen) for i in chosen))


def reliability(
    bins: Mapping[str, Sequence[Bin]], titles: Mapping[str, str], of: str | None
) -> go.Figure:
    """Share found against probability said, a line a model, with 95 % intervals.

    `of` is the label that probabilities are of; None where they are those of each row's answer.
    """
    figure = go.Figure(_diagonal("perfectly calibrated"))
    lines = dashes(bins, DASHES)
    for name, points in bins.items():
        figure.add_scatter(
            x=[point.mean for point in points],
            y=[point.share for point in points],
            error_y={
                "type": "data",
                "array": [point.ci95[1] - point.share for point in points],
                "arrayminus": [point.share - point.ci95[0] for point in points],
                "thickness": 1,
                "width": 3,
            },
            customdata=[point.rows for point in points],
            hovertemplate="said %{x:.0%}, found %{y:.0%} of %{customdata:,} rows",
            mode="lines+markers",
            marker={"symbol": f"circle{engine_look(name).symbol}"},
            **_line(name, titles, lines[name]),
        )
    if of is None:
        return _square(figure, "probability of the answer, as said", "share that is right")
    return _square(
        figure, f"probability of {in_figure(of)}, as said", f"share that is {in_figure(of)}"
    )


def roc(
    curves: Mapping[str, Curve],
    points: Mapping[str, Rates],
    titles: Mapping[str, str],
    label: str,
    others: str,
) -> go.Figure:
    """True against false positive rate of a `label`, a line a model; `points` are the answers'.

    `curves` holds the rates (false, true) of each model, both (K,) and rising; `points` the same
    two as numbers; `titles` the name to show for each model. `others` is what all that is not
    `label` is called.
    """
    this, that = in_figure(label), in_figure(others)
    rates = f"%{{y:.1%}} of the {this} rows, %{{x:.1%}} of the {that} ones"
    figure = go.Figure(_diagonal("guessing"))
    lines = dashes(curves, DASHES)
    for name, (false, true) in curves.items():
        keep = np.unique(np.linspace(0, len(false) - 1, MOST_POINTS).astype(int))
        figure.add_scatter(
            x=false[keep],
            y=true[keep],
            mode="lines",
            hovertemplate=rates,
            **_line(name, titles, lines[name]),
        )
    for name, (across, up) in points.items():
        figure.add_scatter(
            x=[across],
            y=[up],
            mode="markers",
            marker={
                "size": 12,
                "color": model_colour(name),
                "symbol": f"diamond{engine_look(name).symbol}",
            },
            name=f"{title_in_figure(titles[name])} as it answers",
            showlegend=False,
            hovertemplate=rates,
        )
    return _square(figure, f"{that} rows called {this}", f"{this} rows called {this}")


def agreement(shares: np.ndarray, names: Sequence[str], labels: int) -> go.Figure:
    """How often each pair of models gives the same label: `shares` (M, M), named by `names` (M).

    Of two `labels` half is as good as nothing, and colours begin there.
    """
    figure = _heat_map(
        shares,
        [title_in_figure(name) for name in names],
        [[f"{share:.1%}" for share in row] for row in shares],
        "%{y} and %{x}: the same label for %{text} of the rows",
        _AGREEING,
        zmin=0.5 if labels == 2 else 0,
        zmax=1.25 if labels == 2 else 1.5,
    )
    return figure.update_layout(height=90 + 55 * len(names), margin=MARGIN)


def _heat_map(
    values: Sequence[Sequence[float]] | np.ndarray,
    shown: list[str],
    text: Sequence[Sequence[str]],
    hover: str,
    colour: str,
    written: int | None = 12,
    **more: Any,
) -> go.Figure:
    """A square heat map with `text` in its cells, or on hovering alone; the first row is on top.

    `shown` are what rows and columns are called, as plotly text. `written` is the size of the text
    in cells, None where there is none. It is a trace of its own: then it has the page's colour,
    which can be read on tones that are mixed with the page's ground.
    """
    positions = list(range(len(shown)))  # names may be alike once they are cut
    places = shown if len(set(shown)) == len(shown) else positions
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=places,
            y=places,
            text=text,
            hovertemplate=f"{hover}<extra></extra>",
            colorscale=[(0, NOTHING), (1, colour)],
            showscale=False,
            xgap=2 if written else 1,
            ygap=2 if written else 1,
            **more,
        )
    )
    if written:
        figure.add_scatter(
            x=places * len(shown),
            y=[place for place in places for _ in shown],
            text=[cell for row in text for cell in row],
            mode="text",
            textfont={"size": written},
            hoverinfo="skip",
            showlegend=False,
        )
    if places is positions:
        figure.update_xaxes(tickvals=positions, ticktext=shown)
        figure.update_yaxes(tickvals=positions, ticktext=shown)
    else:
        figure.update_xaxes(type="category", dtick=1 if written else None)  # or those that fit
        figure.update_yaxes(type="category", dtick=1)  # a category: labels may look like numbers
    figure.update_xaxes(showgrid=False)
    return figure.update_yaxes(showgrid=False, autorange="reversed")


def _line(name: str, titles: Mapping[str, str], dash: str) -> dict[str, Any]:
    line = {"color": model_colour(name), "dash": dash, "width": 2.5}
    return {"name": title_in_figure(titles[name]), "line": line}


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
