"""Shares with their intervals -> plotly figure. Pure: no Streamlit, no torch."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from ui.show.theme import MARGIN, UNSIGNED, model_colour
from ui.show.wording import in_figure

Share = tuple[float, tuple[float, float]]  # a share, and its 95 % interval
_SYMBOLS = ("circle", "square", "diamond", "triangle-up")


def shares(
    rows: Mapping[str, Mapping[str, Share]],
    titles: Mapping[str, str],
    axis: str,
    *,
    published: Sequence[tuple[str, float]] = (),
    chance: float | None = None,
) -> go.Figure:
    """A row for each label, and in it a line for each model's share with its interval.

    `rows`: label -> model -> share; `titles` names the models. `published` are others' figures, a
    grey line each below; `chance` is what guessing blindly would reach.
    """
    figure = go.Figure()  # plotly stacks a group from below: the first model is drawn last
    labels = [*rows, *(label for label, _ in published)]
    if published:
        figure.add_scatter(
            x=[share for _, share in published],
            y=[label for label, _ in published],
            mode="markers+text",
            text=[f"{share:.1%}" for _, share in published],
            textposition="middle left",
            name="published",
            marker={"color": UNSIGNED, "size": 9, "symbol": "x"},
            hovertemplate="%{x:.1%}<extra>published</extra>",
        )
    for number, (name, title) in reversed(list(enumerate(titles.items()))):
        own = {label: row[name] for label, row in rows.items() if name in row}
        values = [share for share, _ in own.values()]
        figure.add_scatter(
            x=values,
            y=list(own),
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - share for share, (_, high) in own.values()],
                "arrayminus": [share - low for share, (low, _) in own.values()],
                "thickness": 1.5,
                "width": 3,
            },
            mode="markers",
            orientation="h",
            offsetgroup=name,
            name=in_figure(title),
            marker={"color": model_colour(name), "size": 10, "symbol": _SYMBOLS[number % 4]},
            hovertemplate="%{x:.1%}<extra>%{fullData.name}</extra>",
        )
    if chance is not None:
        figure.add_vline(x=chance, line={"dash": "dot", "color": UNSIGNED, "width": 1})
    figure.update_xaxes(title=axis, tickformat=".0%", fixedrange=True)
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=labels[::-1],
        fixedrange=True,
        automargin=True,
        showgrid=True,
    )
    return figure.update_layout(
        scattermode="group",  # or intervals that are close would cover each other
        scattergap=0.35,
        height=110 + len(labels) * max(30, 15 * len(titles)),
        margin=MARGIN,
        legend={
            "orientation": "h",
            "traceorder": "reversed",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
        },
    )
