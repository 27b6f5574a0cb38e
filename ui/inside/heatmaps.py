"""What goes on inside a model -> plotly figures. Pure: no Streamlit, no torch."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from model_zoo.inside.context import Influence
from model_zoo.inside.gates import Gates
from model_zoo.inside.path import Route
from ui.show.theme import MODEL_COLOURS, OTHER_MODEL, SCALE
from ui.show.wording import in_figure

WINDOW = 64  # tokens that a figure shows at once
THUMBNAIL = 24  # cells across a small multiple
TICKS = 24  # words named along an axis; between them, hovering names the rest
UNITS = 24  # rows in the picture of single units
MARGIN = {"l": 10, "r": 10, "t": 10, "b": 10}
GATE_LINES = (("forget", "solid", "circle"), ("input", "dash", "square"), ("output", "dot", "x"))


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
    shown, names = weights[part, part], list(tokens[part])
    figure = go.Figure(
        _map(
            shown,
            most=float(weights.max()) if most is None else most,
            title="share of the row",
            pairs=f"“%{{customdata[0]}}” {verb} “%{{customdata[1]}}”: %{{z:.1%}}",
            rows=names,
            columns=names,
            percent=True,
        )
    )
    _name_axes(figure, names, verb, "token")
    height = min(680, max(320, 190 + 19 * len(names)))
    return figure.update_layout(height=height, margin=_room(names, names))


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
    small = np.stack([[downsampled(one) for one in line] for line in maps])  # (R, C, S, S)
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
            colorbar=_bar("share of the row", percent=True),
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
        _write_below(figure, "head", columns)
    if rows:
        figure.update_yaxes(title="layer")
    figure.update_yaxes(range=[(count - 1) * step + 1, -0.25 if names else 0])
    height = 110 + (130 if names else 46) * count
    return figure.update_layout(height=height, margin=_room(rows, columns))


def downsampled(weights: np.ndarray) -> np.ndarray:
    """(T, T) -> (S, S) with S at most THUMBNAIL: averages of neighbouring cells."""
    size = len(weights)
    if size <= THUMBNAIL:
        return weights.astype(np.float32)
    starts = np.arange(THUMBNAIL) * size // THUMBNAIL
    counts = np.diff([*starts, size])
    sums = np.add.reduceat(np.add.reduceat(weights.astype(np.float32), starts, 0), starts, 1)
    return sums / np.outer(counts, counts)


def heads(shares: np.ndarray, marked: np.ndarray, *, called: str) -> go.Figure:
    """One number a head, 0 to 1, as a map (L, H); heads that are `marked` (L, H) carry a cross."""
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
            hovertemplate=f"layer %{{y}}, head %{{x}}: %{{z:.1%}} {called}<extra></extra>",
            colorbar=_bar(called, percent=True),
        )
    )
    figure.update_xaxes(title=None, type="category")
    _write_below(figure, "head", ["12"])
    figure.update_yaxes(title="layer", type="category", autorange="reversed")
    return figure.update_layout(height=140 + 25 * layers, margin=_room(["12"], ["12"]))


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
            marker_color=MODEL_COLOURS.get(model, OTHER_MODEL),
            customdata=[in_figure(name) for name in names],
            hovertemplate="“%{customdata}”: %{y:.1%}<extra></extra>",
        )
    )
    figure.update_xaxes(**_ticks(names), title=None)
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
    colour, largest = MODEL_COLOURS.get(model, OTHER_MODEL), float(shares.max()) or 1.0
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


def context(found: Influence, *, most: float) -> go.Figure:
    """What each position sees, as a square: rows are positions, columns the masked tokens.

    What changes by exactly nothing is left blank. `most` ends the colour scale; it goes by the
    square root, so that small influences are told from none.
    """
    names = found.tokens
    values = np.where(found.change == 0, np.nan, found.change)
    ticks = [share for share in (0.01, 0.1, 0.25, 0.5, 1.0, 1.5) if share <= most]
    figure = go.Figure(
        _map(
            np.sqrt(values),
            most=most**0.5,
            title="change",
            pairs="“%{customdata[1]}” masked: “%{customdata[0]}” changes by %{customdata[2]:.1%}",
            rows=names,
            columns=names,
            extra=found.change,
        )
    )
    figure.update_traces(
        colorbar_tickvals=[tick**0.5 for tick in ticks],
        colorbar_ticktext=[f"{tick:.0%}" for tick in ticks],
    )
    _name_axes(figure, names, "masked", "position")
    return figure.update_layout(height=410, margin=_room(names, names))


def gate_lines(found: Gates, forgets: Sequence[int], *, start: int = 0) -> go.Figure:
    """How far the gates are open on average over the units, token by token, 0 to 1.

    The tokens in `forgets` are marked. Shows WINDOW tokens from `start`.
    """
    names = found.tokens[start : start + WINDOW]
    colour = MODEL_COLOURS.get(found.model, OTHER_MODEL)
    figure = go.Figure()
    for gate, dash, symbol in GATE_LINES:
        figure.add_scatter(
            x=list(range(len(names))),
            y=getattr(found, gate).mean(axis=1)[start : start + WINDOW].astype(float),
            name=f"{gate} gate",
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2.5},
            marker={"symbol": symbol, "size": 8},
            customdata=[in_figure(name) for name in names],
            hovertemplate="“%{customdata}”: %{y:.1%} open",
        )
    mean = found.forget.mean(axis=1)
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
    figure.update_xaxes(**_ticks(names), title=None)
    figure.update_yaxes(range=[0, 1], tickformat=".0%", title="open, mean of all units", nticks=6)
    return figure.update_layout(
        height=330,
        margin=MARGIN | {"t": 30},
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )


def units(found: Gates, part: str, *, start: int = 0) -> go.Figure:
    """The UNITS units of `part` (a gate, "cell" or "hidden") that vary most over the text."""
    values = getattr(found, part)  # (T, H)
    chosen = np.argsort(-values.std(axis=0), kind="stable")[:UNITS]
    names = found.tokens[start : start + WINDOW]
    shown = values[start : start + WINDOW, chosen].T
    signed = part in ("cell", "hidden")
    reach = float(np.abs(values[:, chosen]).max()) or 1.0
    figure = go.Figure(
        _map(
            shown,
            least=-reach if signed else 0.0,
            most=reach if signed else 1.0,
            title=part,
            pairs="unit %{customdata[0]} at “%{customdata[1]}”: %{z:.2f}",
            rows=[str(unit) for unit in chosen],
            columns=names,
        )
    )
    if signed:  # orange below zero, blue above; zero in the middle is grey in both themes
        figure.update_traces(colorscale=[[0, "#E69F00"], [0.5, "#6f6f6f"], [1, "#56B4E9"]])
    figure.update_xaxes(**_ticks(names), title=None)
    figure.update_yaxes(
        tickvals=list(range(len(chosen))),
        ticktext=[str(unit) for unit in chosen],
        autorange="reversed",
        title="unit",
    )
    return figure.update_layout(height=480, margin=_room(["384"], names))


def path(found: Route, step: int) -> go.Figure:
    """Where the tokens lie after `step`, with the way they took there where axes are shared.

    Axes span all steps that share them, so that nothing jumps when another step is chosen.
    """
    shared = [at for at, base in enumerate(found.bases) if base == found.bases[step]]
    way = [at for at in shared if at <= step]
    colour = MODEL_COLOURS.get(found.model, OTHER_MODEL)
    names = [in_figure(token) for token in found.tokens]
    x, y = np.moveaxis(found.points, 2, 0)  # each (S, T)
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
            "symbol": ["star" if name in ("[CLS]", "[SEP]") else "circle" for name in names],
            "line": {"width": 1, "color": OTHER_MODEL},
        },
        hovertemplate="“%{customdata}”<extra></extra>",
    )
    first, second = found.explained[step]
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


def _map(
    values: np.ndarray,
    *,
    most: float,
    title: str,
    pairs: str,
    rows: Sequence[str],
    columns: Sequence[str],
    least: float = 0.0,
    percent: bool = False,
    extra: np.ndarray | None = None,
) -> go.Heatmap:
    """A heat map that names row and column of what the pointer is on; `extra` goes along."""
    told = [
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
        customdata=told,
        hoverongaps=False,
        hovertemplate=pairs + "<extra></extra>",
        colorbar=_bar(title, percent=percent),
    )


def _bar(title: str, *, percent: bool) -> dict:
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


def _ticks(names: Sequence[str]) -> dict:
    """Ticks that name every token, or every so many if there are more than TICKS."""
    every = max(1, -(-len(names) // TICKS))
    return {
        "tickvals": list(range(0, len(names), every)),
        "ticktext": [in_figure(name) for name in names[::every]],
        "tickangle": -90,
        "showgrid": False,
        "zeroline": False,
    }


def _name_axes(figure: go.Figure, names: Sequence[str], columns: str, rows: str) -> None:
    figure.update_xaxes(**_ticks(names), title=None)
    _write_below(figure, columns, names)
    figure.update_yaxes(**_ticks(names) | {"tickangle": 0}, autorange="reversed", title=rows)


def _room(rows: Sequence[str], columns: Sequence[str]) -> dict:
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


def _length(labels: Sequence[str]) -> int:
    """Pixels that the longest of these tick labels takes, about."""
    return round(6.6 * max((min(18, len(label)) for label in labels), default=0))


def _write_below(figure: go.Figure, title: str, columns: Sequence[str]) -> None:
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
