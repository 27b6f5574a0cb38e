"""What the figures of the page Inside share: heat maps, and axes that name tokens. Pure."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas  # noqa: F401  plotly fails on one that another thread has only begun to import
import plotly.graph_objects as go

from ui.show.theme import SCALE
from ui.show.wording import in_figure

WINDOW = 64  # tokens that a figure shows at once
TICKS = 24  # words named along an axis; between them, hovering names the rest
MARGIN = {"l": 10, "r": 10, "t": 10, "b": 10}


def heat_map(
    values: np.ndarray,
    *,
    most: float,
    title: str,
    hover: str,
    rows: Sequence[str],
    columns: Sequence[str],
    least: float = 0.0,
    percent: bool = False,
    extra: np.ndarray | None = None,
) -> go.Heatmap:
    """A heat map (R, C) that names row and column of what the pointer is on.

    `hover` is what it says there, a plotly template: %{customdata[0]} is the row's name,
    %{customdata[1]} the column's, and %{customdata[2]} the cell of `extra` (R, C). The colours go
    from `least` to `most`.
    """
    hovered = [
        [
            [in_figure(row), in_figure(column), *([] if extra is None else [float(extra[i, j])])]
            for j, column in enumerate(columns)
        ]
        for i, row in enumerate(rows)
    ]
    return go.Heatmap(
        z=values.astype(np.float32),
        zmin=least,
        zmax=most or 1.0,
        colorscale=SCALE,
        customdata=hovered,
        hoverongaps=False,
        hovertemplate=hover + "<extra></extra>",
        colorbar=colour_bar(title, percent=percent),
    )


def colour_bar(title: str, *, percent: bool) -> dict[str, Any]:
    """A colour bar above the picture: beside it, it would take half of a phone's width."""
    return {
        "title": {"text": title, "side": "top", "font": {"size": 12}},
        "orientation": "h",
        "y": 1.0,
        "yanchor": "bottom",
        "ypad": 4,
        "thickness": 10,
        "tickformat": ".0%" if percent else None,
        "nticks": 5,
    }


def token_ticks(names: Sequence[str]) -> dict[str, Any]:
    """Ticks that name every token, or every so many if there are more than TICKS.

    >>> token_ticks([f"t{i}" for i in range(30)])["ticktext"][:3]
    ['t0', 't2', 't4']
    """
    every = max(1, -(-len(names) // TICKS))
    return {
        "tickvals": list(range(0, len(names), every)),
        "ticktext": [in_figure(name) for name in names[::every]],
        "tickangle": -90,
        "showgrid": False,
        "zeroline": False,
    }


def name_axes(figure: go.Figure, names: Sequence[str], columns: str, rows: str) -> None:
    """Name the tokens along both axes of a square, and what its `columns` and `rows` are."""
    figure.update_xaxes(**token_ticks(names), title=None)
    title_below(figure, columns, names)
    figure.update_yaxes(**token_ticks(names) | {"tickangle": 0}, autorange="reversed", title=rows)


def label_margin(rows: Sequence[str], columns: Sequence[str]) -> dict[str, Any]:
    """Margins for these tick labels, a title on each axis, and the colour bar above.

    Left to itself, plotly keeps twice the room that a colour bar above a picture needs.
    """
    return {
        "l": 46 + _length(rows),
        "r": 16,
        "t": 52,
        "b": 56 + _length(columns),
        "autoexpand": False,
    }


def title_below(figure: go.Figure, title: str, columns: Sequence[str]) -> None:
    """The horizontal axis's title, clear of its labels: plotly's own may come to lie on them."""
    figure.add_annotation(
        x=0.5,
        y=0,
        xref="paper",
        yref="paper",
        yshift=-_length(columns) - 22,
        yanchor="top",
        text=title,
        showarrow=False,
    )


def _length(labels: Sequence[str]) -> int:
    """Pixels that the longest of these tick labels takes, about."""
    return round(6.6 * max((min(18, len(label)) for label in labels), default=0))
