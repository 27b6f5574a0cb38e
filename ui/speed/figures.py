"""What models cost -> plotly figures. Pure: no Streamlit, no torch, no numbers of its own."""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

import plotly.graph_objects as go

from model_zoo.measure.footprint import Footprint
from model_zoo.measure.growth import Crossing
from model_zoo.measure.latency import Latency
from model_zoo.measure.sweep import texts_a_second
from model_zoo.models.files import ModelCard
from model_zoo.models.network import ModelId
from model_zoo.models.registry import title
from ui.show.theme import OTHER_MODEL, dashes, engine_look, model_colour
from ui.show.wording import title_in_figure

MARGIN = {"l": 10, "r": 10, "t": 30, "b": 10}
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon")
PARTS = {  # of a Footprint -> what it is called
    "weights_bytes": "weights",
    "added_bytes": "added<br>by loading",
    "prediction_peak_bytes": "peak of a<br>prediction",
    "attribution_peak_bytes": "peak of an<br>attribution",
}


def latency(
    lines: Mapping[str, Sequence[Latency]], crossings: Sequence[Crossing], *, mark: int
) -> go.Figure:
    """Time a call against the length of its one text, median to 95th percentile, log axes.

    Where two models cross, the spot is marked, and so is the length `mark`.
    """
    figure = go.Figure()
    looks = _looks(lines)
    for name, line in lines.items():
        _band(
            figure,
            looks[name],
            x=[latency.tokens for latency in line],
            y=[latency.median_ms for latency in line],
            edge=[latency.p95_ms for latency in line],
            custom=[(latency.p95_ms, _tail(latency), len(latency.samples_ms)) for latency in line],
            hover="%{y:.1f} ms, %{customdata[1]} %{customdata[0]:.1f} ms, %{customdata[2]} calls",
        )
    _mark(figure, crossings, "%{customdata} tokens on")
    figure.add_vline(x=mark, line={"dash": "dot", "width": 1, "color": OTHER_MODEL})
    return _log_axes(
        figure, _xs(lines, "tokens"), "tokens, [CLS] and [SEP] included", "milliseconds a call"
    )


def throughput(lines: Mapping[str, Sequence[Latency]], crossings: Sequence[Crossing]) -> go.Figure:
    """Texts a second against the batch size, at the median and at the 95th percentile's time."""
    figure = go.Figure()
    looks = _looks(lines)
    for name, line in lines.items():
        _band(
            figure,
            looks[name],
            x=[latency.batch for latency in line],
            y=[texts_a_second(latency) for latency in line],
            edge=[texts_a_second(latency, latency.p95_ms) for latency in line],
            custom=[
                (latency.median_ms, _tail(latency), len(latency.samples_ms)) for latency in line
            ],
            hover="%{y:,.0f} texts a second, %{customdata[0]:.1f} ms a call, "
            "%{customdata[2]} calls",
        )
    _mark(figure, crossings, "batches of %{customdata} on")
    return _log_axes(figure, _xs(lines, "batch"), "texts a call", "texts a second")


def steps(lines: Mapping[str, Sequence[tuple[int, int]]], *, mark: int) -> go.Figure:
    """How many steps must wait for one another against the length; points (tokens, steps)."""
    figure = go.Figure()
    looks = _looks(lines)
    for name, line in lines.items():
        figure.add_scatter(
            x=[tokens for tokens, _ in line],
            y=[count for _, count in line],
            hovertemplate="%{y} steps one after the other",
            **looks[name],
        )
    figure.add_vline(x=mark, line={"dash": "dot", "width": 1, "color": OTHER_MODEL})
    xs = sorted({tokens for line in lines.values() for tokens, _ in line})
    return _log_axes(figure, xs, "tokens, [CLS] and [SEP] included", "steps one after the other")


def pareto(
    cards: Mapping[str, ModelCard],
    costs: Mapping[str, float],
    front: Sequence[str],
    *,
    axis: str,
    unit: str,
) -> go.Figure:
    """Accuracy with its 95 % interval against a cost on a log axis; a line joins the `front`.

    `costs` are those of each model in `unit`, and `axis` is what they are called.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[costs[name] for name in front],
        y=[cards[name].accuracy for name in front],
        mode="lines",
        line={"color": OTHER_MODEL, "dash": "dot", "width": 1.5},
        showlegend=False,
        hoverinfo="skip",
    )
    looks = _looks(costs)
    for name, cost in costs.items():
        accuracy, ci95 = cards[name].accuracy, cards[name].ci95
        if accuracy is None or ci95 is None:
            continue
        look = looks[name]
        figure.add_scatter(
            x=[cost],
            y=[accuracy],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [ci95[1] - accuracy],
                "arrayminus": [accuracy - ci95[0]],
                "color": look["line"]["color"],
                "thickness": 2,
            },
            hovertemplate=f"%{{y:.1%}} ({ci95[0]:.1%} to {ci95[1]:.1%}), %{{x:,.1f}} {unit}",
            **look | {"mode": "markers", "marker": look["marker"] | {"size": 12}},
        )
    low, high = min(costs.values()) / 1.4, max(costs.values()) * 1.4
    figure.update_xaxes(
        type="log",
        range=[log10(low), log10(high)],
        title=f"{axis}, {unit}",
        **round_ticks(low, high),
    )
    figure.update_yaxes(tickformat=".0%", title="accuracy")
    return figure.update_layout(
        height=380, margin=MARGIN, showlegend=True, legend=ABOVE, hovermode="closest"
    )


def memory(footprints: Sequence[Footprint]) -> go.Figure:
    """Weights, added memory and peaks as bars, one colour a model."""
    figure = go.Figure()
    for footprint in footprints:
        values = [getattr(footprint, part) / 1e6 for part in PARTS]
        figure.add_bar(
            x=list(PARTS.values()),
            y=values,
            name=_name(footprint.model),
            marker={
                "color": model_colour(footprint.model),
                "pattern": {"shape": engine_look(footprint.model).pattern},
            },
            text=[f"{value:.0f}" for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y:.1f} MB",
        )
    figure.update_xaxes(title=None, tickangle=0, automargin=True)
    figure.update_yaxes(title="MB", nticks=6)
    return figure.update_layout(
        height=400, margin=MARGIN, barmode="group", legend=ABOVE, hovermode="closest"
    )


ABOVE = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}


def _name(model: str) -> str:
    return title_in_figure(title(model))


def _tail(latency: Latency) -> str:
    """What the 95th percentile of so many calls is called."""
    return "p95" if len(latency.samples_ms) >= 20 else "slowest"


def _xs(lines: Mapping[str, Sequence[Latency]], field: str) -> list[int]:
    return sorted({getattr(latency, field) for line in lines.values() for latency in line})


def _looks(models: Iterable[str]) -> dict[str, dict[str, Any]]:
    """A line for each model that is told from the others by more than its colour.

    The symbol is the model's, whatever computes it.
    """
    lines = dashes(models)
    alone = list(dict.fromkeys(ModelId(name).on(ModelId.ENGINE) for name in lines))
    looks: dict[str, dict[str, Any]] = {}
    for name, dash in lines.items():
        symbol = _SYMBOLS[alone.index(ModelId(name).on(ModelId.ENGINE)) % len(_SYMBOLS)]
        looks[name] = {
            "mode": "lines+markers",
            "name": _name(name),
            "legendgroup": name,
            "line": {"color": model_colour(name), "width": 2.5, "dash": dash},
            "marker": {
                "symbol": symbol + engine_look(name).symbol,
                "line": {"width": 2 if engine_look(name).symbol else 0},
                "size": 9,
                "color": model_colour(name),
            },
        }
    return looks


def _band(
    figure: go.Figure,
    look: Mapping[str, Any],
    *,
    x: Sequence[float],
    y: Sequence[float],
    edge: Sequence[float],
    custom: Sequence[tuple[float, str, int]],
    hover: str,
) -> None:
    """A model's line, and from there to `edge` a band of its colour.

    `custom` is what `hover` shows of each point besides its place.
    """
    figure.add_scatter(
        x=[*x, *x[::-1]],
        y=[*y, *edge[::-1]],
        fill="toself",
        fillcolor=look["line"]["color"],
        opacity=0.18,
        mode="none",
        legendgroup=look["legendgroup"],
        showlegend=False,
        hoverinfo="skip",
    )
    figure.add_scatter(x=x, y=y, customdata=custom, hovertemplate=hover, **look)


def _mark(figure: go.Figure, crossings: Sequence[Crossing], where: str) -> None:
    """A ring where lines cross, with what that means when pointed at."""
    if crossings:
        figure.add_scatter(
            x=[crossing.at for crossing in crossings],
            y=[crossing.value for crossing in crossings],
            mode="markers",
            name="one overtakes another",
            marker={
                "symbol": "circle-open",
                "size": 18,
                "color": OTHER_MODEL,
                "line": {"width": 2.5},
            },
            customdata=[f"{crossing.at:.0f}" for crossing in crossings],
            text=[
                f"{_name(crossing.upper)} above {_name(crossing.lower)}" for crossing in crossings
            ],
            hovertemplate=f"from {where}: %{{text}}<extra></extra>",
        )


def round_ticks(low: float, high: float) -> dict[str, list[Any]]:
    """Ticks at 1, 2 and 5 times powers of ten: plotly's own show single digits in between.

    >>> round_ticks(2, 80)["ticktext"]
    ['1', '2', '5', '10', '20', '50', '100', '200', '500']
    """
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    values = [step * 10.0**power for power in powers for step in (1, 2, 5)]
    return {"tickvals": values, "ticktext": [f"{value:,.10g}" for value in values]}


def _log_axes(figure: go.Figure, xs: Sequence[int], across: str, up: str) -> go.Figure:
    figure.update_xaxes(type="log", tickvals=list(xs), ticktext=[str(x) for x in xs], title=across)
    ys = [y for trace in figure.data for y in trace.y if y is not None]
    figure.update_yaxes(type="log", title=up, **round_ticks(min(ys), max(ys)))
    return figure.update_layout(
        height=420, margin=MARGIN, showlegend=True, legend=ABOVE, hovermode="x unified"
    )
