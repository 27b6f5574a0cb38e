"""Options for deployment -> plotly figures. Pure: no Streamlit, no torch, no numbers of its own."""

from collections.abc import Sequence
from math import log10

import plotly.graph_objects as go

from model_zoo.deploy.options import Option
from model_zoo.models.engines import ENGINES
from model_zoo.models.network import ModelId
from model_zoo.models.registry import title
from ui.show.theme import OTHER_MODEL, model_colour
from ui.show.wording import in_figure
from ui.speed.figures import ABOVE, MARGIN, round_ticks

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star")
SHAPES = dict(
    zip(
        ENGINES,
        ("circles", "squares", "diamonds", "triangles", "crosses", "stars"),
        strict=False,
    )
)
_SMALLEST, _LARGEST = 9, 26  # pixels across


def trade_off(
    options: Sequence[Option],
    unbeaten: Sequence[Option],
    recommended: Option | None,
    latency_ms: float | None,
) -> go.Figure:
    """Accuracy against p95 on a log axis, a mark an option whose accuracy is known.

    Colours are models, shapes engines, and areas memory; filled are those that are `unbeaten`. A
    ring is around the one `recommended`, and a line where the time needed ends.
    """
    figure = go.Figure()
    most = max(option.memory_bytes for option in options)
    by_model: dict[str, list[Option]] = {}
    for option in options:
        by_model.setdefault(ModelId(option.model).on(ModelId.ENGINE), []).append(option)
    for model, own in by_model.items():
        figure.add_scatter(
            x=[option.p95_ms for option in own],
            y=[option.accuracy for option in own],
            mode="markers",
            name=in_figure(title(model)),
            marker={
                "color": model_colour(model),
                "symbol": [_symbol(option, option in unbeaten) for option in own],
                "size": [max(_SMALLEST, _LARGEST * (o.memory_bytes / most) ** 0.5) for o in own],
                "line": {"width": 2, "color": model_colour(model)},
            },
            customdata=[
                (in_figure(title(option.model)), option.threads, option.memory_bytes / 1e6)
                for option in own
            ],
            hovertemplate="%{customdata[0]}, threads: %{customdata[1]}<br>%{y:.1%}, p95 %{x:.1f} "
            "ms, %{customdata[2]:,.0f} MB<extra></extra>",
        )
    if recommended in options and recommended is not None:
        figure.add_scatter(
            x=[recommended.p95_ms],
            y=[recommended.accuracy],
            mode="markers",
            name="recommended",
            hoverinfo="skip",
            marker={
                "symbol": "circle-open",
                "size": _LARGEST + 14,
                "color": OTHER_MODEL,
                "line": {"width": 3},
            },
        )
    if latency_ms:
        figure.add_vline(x=latency_ms, line={"dash": "dot", "width": 1, "color": OTHER_MODEL})
    times = [*(option.p95_ms for option in options), *([latency_ms] if latency_ms else [])]
    low, high = min(times) / 2, max(times) * 2  # room for the ring
    figure.update_xaxes(
        type="log",
        range=[log10(low), log10(high)],
        title="p95 of one text, ms",
        **round_ticks(low, high),
    )
    figure.update_yaxes(tickformat=".0%", title="accuracy")
    return figure.update_layout(
        height=420, margin=MARGIN, showlegend=True, legend=ABOVE, hovermode="closest"
    )


def _symbol(option: Option, filled: bool) -> str:
    at = list(ENGINES).index(ModelId(option.model).engine)
    return _SYMBOLS[at % len(_SYMBOLS)] + ("" if filled else "-open")
