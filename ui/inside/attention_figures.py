"""Attention -> plotly figures. Pure: no Streamlit, no torch."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ui.inside.axes import (
    MARGIN,
    WINDOW,
    colour_bar,
    heat_map,
    label_margin,
    name_axes,
    title_below,
    token_ticks,
)
from ui.show.theme import SCALE, model_colour
from ui.show.wording import in_figure

THUMBNAIL = 24  # cells across a small multiple


def square(
    weights: np.ndarray,
    tokens: Sequence[str],
    *,
    most: float | None = None,
    start: int = 0,
    verb: str = "attends to",
) -> go.Figure:
    """Attention (T, T) as a heat map: rows attend to columns. Shows WINDOW tokens from `start`.

    `most` ends the colour scale; give the same to figures that are to be compared. `verb` is what
    rows do to columns.
    """
    part = slice(start, start + WINDOW)
    cells, names = weights[part, part], list(tokens[part])
    figure = go.Figure(
        heat_map(
            cells,
            most=float(weights.max()) if most is None else most,
            title="share of the row",
            hover=f"“%{{customdata[0]}}” {verb} “%{{customdata[1]}}”: %{{z:.1%}}",
            rows=names,
            columns=names,
            percent=True,
        )
    )
    name_axes(figure, names, verb, "token")
    height = min(680, max(320, 190 + 19 * len(names)))
    return figure.update_layout(height=height, margin=label_margin(names, names))


def mosaic(
    maps: np.ndarray,
    *,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    names: Sequence[str] = (),
) -> go.Figure:
    """Many squares in one picture: `maps` (R, C, T, T), each brought down to THUMBNAIL cells.

    They are told apart by `rows` (layers) and `columns` (heads), or by `names` above each. One
    trace holds all, with gaps between them: a hundred heat maps would take a browser seconds.
    """
    small = np.stack([[downsampled(weights) for weights in line] for line in maps])  # (R, C, S, S)
    count, across, size = small.shape[0], small.shape[1], small.shape[-1]
    step = 1.25 if names else 1.12  # a square and the gap after it
    # The edges of all cells, with squares of side 1. Gaps are cells too, left empty.
    edges = np.arange(size + 1) / size
    canvas = np.full((count * (size + 1) - 1, across * (size + 1) - 1), np.nan, dtype=np.float32)
    for row in range(count):
        for column in range(across):
            canvas[row * (size + 1) :, column * (size + 1) :][:size, :size] = small[row, column]
    figure = go.Figure(
        go.Heatmap(
            x=np.concatenate([column * step + edges for column in range(across)]),
            y=np.concatenate([row * step + edges for row in range(count)]),
            z=canvas,
            zmin=0,
            zmax=1,
            colorscale=SCALE,
            hoverongaps=False,
            hovertemplate="%{z:.1%}<extra></extra>",
            colorbar=colour_bar("share of the row", percent=True),
        )
    )
    for at, name in enumerate(names):
        figure.add_annotation(
            x=at % across * step + 0.5,
            y=at // across * step,
            text=name,
            showarrow=False,
            yanchor="bottom",
        )
    for update, labels in ((figure.update_xaxes, columns), (figure.update_yaxes, rows)):
        update(
            tickvals=[at * step + 0.5 for at in range(len(labels))],
            ticktext=list(labels),
            title=None,
            showgrid=False,
            zeroline=False,
        )
    if columns:
        title_below(figure, "head", columns)
    if rows:
        figure.update_yaxes(title="layer")
    figure.update_yaxes(range=[(count - 1) * step + 1, -0.25 if names else 0])
    height = 110 + (130 if names else 46) * count
    return figure.update_layout(height=height, margin=label_margin(rows, columns))


def downsampled(weights: np.ndarray) -> np.ndarray:
    """(T, T) -> (S, S) with S at most THUMBNAIL: averages of neighbouring cells.

    >>> downsampled(np.eye(48)).shape, float(downsampled(np.eye(48))[0, 0])
    ((24, 24), 0.5)
    """
    size = len(weights)
    if size <= THUMBNAIL:
        return weights.astype(np.float32)
    starts = np.arange(THUMBNAIL) * size // THUMBNAIL
    counts = np.diff([*starts, size])
    sums = np.add.reduceat(np.add.reduceat(weights.astype(np.float32), starts, 0), starts, 1)
    return sums / np.outer(counts, counts)


def heads(shares: np.ndarray, marked: np.ndarray, *, title: str) -> go.Figure:
    """One number a head, 0 to 1, as a map (L, H); heads that are `marked` (L, H) carry a cross.

    `title` is what the numbers are.
    """
    layers, count = shares.shape
    figure = go.Figure(
        go.Heatmap(
            x=[str(i) for i in range(1, count + 1)],
            y=[str(i) for i in range(1, layers + 1)],
            z=shares.astype(np.float32),
            zmin=0,
            zmax=1,
            colorscale=SCALE,
            text=np.where(marked, "×", ""),
            texttemplate="<b>%{text}</b>",
            textfont={"size": 16},
            hovertemplate=f"layer %{{y}}, head %{{x}}: %{{z:.1%}} {title}<extra></extra>",
            colorbar=colour_bar(title, percent=True),
        )
    )
    figure.update_xaxes(title=None, type="category")
    title_below(figure, "head", ["12"])
    figure.update_yaxes(title="layer", type="category", autorange="reversed")
    return figure.update_layout(height=140 + 25 * layers, margin=label_margin(["12"], ["12"]))


def bars(
    shares: np.ndarray, tokens: Sequence[str], model: str, *, most: float, start: int = 0
) -> go.Figure:
    """One share for each token as bars in the model's colour, on a scale up to `most`.

    Shows WINDOW tokens from `start`.
    """
    names = list(tokens[start : start + WINDOW])
    figure = go.Figure(
        go.Bar(
            x=list(range(len(names))),
            y=shares[start : start + WINDOW].astype(float),
            marker_color=model_colour(model),
            customdata=[in_figure(name) for name in names],
            hovertemplate="“%{customdata}”: %{y:.1%}<extra></extra>",
        )
    )
    figure.update_xaxes(**token_ticks(names), title=None)
    figure.update_yaxes(tickformat=".0%", title="share", range=[0, 1.05 * most or 1], nticks=5)
    return figure.update_layout(height=260, margin=MARGIN)


def arcs(
    shares: np.ndarray, tokens: Sequence[str], origin: int, model: str, *, start: int = 0
) -> go.Figure:
    """Where token `origin` looks: lines to the tokens on the right, stronger for larger `shares`.

    `shares` (T,) is one row of attention; lines below 1 % of the largest are left out. Shows
    WINDOW tokens from `start`; an `origin` outside of them stands at the nearer end.
    """
    part = range(start, min(start + WINDOW, len(tokens)))
    colour, largest = model_colour(model), float(shares.max()) or 1.0
    names = [in_figure(tokens[to]) for to in part]
    at = min(max(origin, part.start), part.stop - 1)
    left = [f"<b>{in_figure(tokens[origin])}</b>" if to == at else "" for to in part]
    if at == origin:
        left = [mark or name for mark, name in zip(left, names, strict=True)]
    figure = go.Figure()
    for to in part:
        strength = float(shares[to]) / largest
        if strength >= 0.01:
            figure.add_scatter(
                x=[0, 1],
                y=[at, to],
                mode="lines",
                line={"color": colour, "width": 1 + 5 * strength},
                opacity=max(0.08, strength),
                hoverinfo="skip",
            )
    right = [f"{name}  {shares[to]:.0%}" for to, name in zip(part, names, strict=True)]
    for x, side, texts in ((-0.03, "left", left), (1.03, "right", right)):
        figure.add_scatter(
            x=[x] * len(part),
            y=list(part),
            mode="text",
            text=texts,
            textposition=f"middle {side}",
            hoverinfo="skip",
        )
    figure.update_xaxes(visible=False, range=[-0.7, 1.8])
    figure.update_yaxes(visible=False, range=[part.stop - 0.5, part.start - 0.5])
    return figure.update_layout(
        height=max(200, 40 + 21 * len(part)), margin=MARGIN, showlegend=False
    )
