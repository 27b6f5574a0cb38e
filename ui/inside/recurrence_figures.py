"""Gates and states of recurrent models -> plotly figures. Pure: no Streamlit, no torch."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from model_zoo.internals.gates import Gates
from ui.inside.axes import MARGIN, WINDOW, heat_map, label_margin, token_ticks
from ui.show.theme import OTHER_MODEL, model_colour
from ui.show.wording import in_figure

UNITS = 24  # rows in the picture of single units
GATE_LINES = (("forget", "solid", "circle"), ("input", "dash", "square"), ("output", "dot", "x"))


def gate_lines(direction: Gates, forgets: Sequence[int], *, start: int = 0) -> go.Figure:
    """How far the gates are open on average over the units, token by token, 0 to 1.

    The tokens in `forgets` are marked. Shows WINDOW tokens from `start`.
    """
    names = direction.tokens[start : start + WINDOW]
    colour = model_colour(direction.model)
    figure = go.Figure()
    for gate, dash, symbol in GATE_LINES:
        figure.add_scatter(
            x=list(range(len(names))),
            y=getattr(direction, gate).mean(axis=1)[start : start + WINDOW].astype(float),
            name=f"{gate} gate",
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2.5},
            marker={"symbol": symbol, "size": 8},
            customdata=[in_figure(name) for name in names],
            hovertemplate="“%{customdata}”: %{y:.1%} open",
        )
    mean = direction.forget.mean(axis=1)
    marked = [at for at in forgets if start <= at < start + len(names)]
    if marked:
        figure.add_scatter(
            x=[at - start for at in marked],
            y=[float(mean[at]) for at in marked],
            name="forgets here",
            mode="markers",
            marker={
                "symbol": "triangle-down-open",
                "size": 17,
                "color": OTHER_MODEL,
                "line": {"width": 3},
            },
            hoverinfo="skip",
        )
    figure.update_xaxes(**token_ticks(names), title=None)
    figure.update_yaxes(range=[0, 1], tickformat=".0%", title="open, mean of all units", nticks=6)
    return figure.update_layout(
        height=330,
        margin=MARGIN | {"t": 30},
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )


def units(direction: Gates, part: str, *, start: int = 0) -> go.Figure:
    """The UNITS units of `part` (a gate, "cell" or "hidden") that vary most over the text."""
    values = getattr(direction, part)  # (T, H)
    chosen = np.argsort(-values.std(axis=0), kind="stable")[:UNITS]
    names = direction.tokens[start : start + WINDOW]
    cells = values[start : start + WINDOW, chosen].T
    signed = part in ("cell", "hidden")
    reach = float(np.abs(values[:, chosen]).max()) or 1.0
    figure = go.Figure(
        heat_map(
            cells,
            least=-reach if signed else 0.0,
            most=reach if signed else 1.0,
            title=part,
            hover="unit %{customdata[0]} at “%{customdata[1]}”: %{z:.2f}",
            rows=[str(unit) for unit in chosen],
            columns=names,
        )
    )
    if signed:  # orange below zero, blue above; zero in the middle is grey in both themes
        figure.update_traces(colorscale=[[0, "#E69F00"], [0.5, "#6f6f6f"], [1, "#56B4E9"]])
    figure.update_xaxes(**token_ticks(names), title=None)
    figure.update_yaxes(
        tickvals=list(range(len(chosen))),
        ticktext=[str(unit) for unit in chosen],
        autorange="reversed",
        title="unit",
    )
    return figure.update_layout(height=480, margin=label_margin(["384"], names))
