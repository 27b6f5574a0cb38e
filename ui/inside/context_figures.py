"""What positions see, and the way they take, -> plotly figures. Pure: no Streamlit, no torch."""

import numpy as np
import plotly.graph_objects as go

from model_zoo.internals.context import Influence
from model_zoo.internals.path import Route
from ui.inside.axes import MARGIN, heat_map, label_margin, name_axes
from ui.show.theme import OTHER_MODEL, model_colour
from ui.show.wording import in_figure


def context(influence: Influence, *, most: float) -> go.Figure:
    """What each position sees, as a square: rows are positions, columns the masked tokens.

    What changes by exactly nothing is left blank. `most` ends the colour scale; it goes by the
    square root, so that small influences are told from none.
    """
    names = influence.tokens
    values = np.where(influence.change == 0, np.nan, influence.change)
    ticks = [share for share in (0.01, 0.1, 0.25, 0.5, 1.0, 1.5) if share <= most]
    figure = go.Figure(
        heat_map(
            np.sqrt(values),
            most=most**0.5,
            title="change",
            hover="“%{customdata[1]}” masked: “%{customdata[0]}” changes by %{customdata[2]:.1%}",
            rows=names,
            columns=names,
            extra=influence.change,
        )
    )
    figure.update_traces(
        colorbar_tickvals=[tick**0.5 for tick in ticks],
        colorbar_ticktext=[f"{tick:.0%}" for tick in ticks],
    )
    name_axes(figure, names, "masked", "position")
    return figure.update_layout(height=410, margin=label_margin(names, names))


def path(route: Route, step: int) -> go.Figure:
    """Where the tokens lie after `step`, with the way they took there where axes are shared.

    Axes span all steps that share them, so that nothing jumps when another step is chosen.
    """
    shared = [at for at, base in enumerate(route.bases) if base == route.bases[step]]
    way = [at for at in shared if at <= step]
    colour = model_colour(route.model)
    names = [in_figure(token) for token in route.tokens]
    x, y = np.moveaxis(route.points, 2, 0)  # each (S, T)
    figure = go.Figure()
    if len(way) > 1:
        gap = np.full((1, len(names)), np.nan)  # lifts the pen between two tokens
        figure.add_scatter(
            x=np.concatenate([x[way], gap]).T.ravel(),
            y=np.concatenate([y[way], gap]).T.ravel(),
            mode="lines",
            line={"color": colour, "width": 1},
            opacity=0.35,
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=x[step],
        y=y[step],
        mode="markers+text" if len(names) <= 40 else "markers",
        text=names,
        customdata=names,
        textposition="top center",
        marker={
            "color": colour,
            "size": 9,
            "symbol": ["star", *["circle"] * (len(names) - 2), "star"][: len(names)],
            "line": {"width": 1, "color": OTHER_MODEL},
        },
        hovertemplate="“%{customdata}”<extra></extra>",
    )
    first, second = route.explained[step]
    for update, axis, values, share in (
        (figure.update_xaxes, "first", x[shared], first),
        (figure.update_yaxes, "second", y[shared], second),
    ):
        low, high = float(values.min()), float(values.max())
        room = 0.12 * (high - low) + 1e-3
        update(
            range=[low - room, high + room],
            title=f"{axis} axis, {share:.0%} of the variance",
            zeroline=False,
            nticks=5,
        )
    return figure.update_layout(height=420, margin=MARGIN, showlegend=False)
