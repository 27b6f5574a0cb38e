"""What Compare draws with plotly. Pure: no Streamlit, no torch, no numbers of its own."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from model_zoo.internals.stepwise import Course
from model_zoo.measure.latency import Latency
from model_zoo.models.files import ModelCard
from model_zoo.text.tokens import Encoded
from ui.show.theme import MARGIN, NOTHING, OTHER_MODEL, model_colour
from ui.show.wording import in_figure, millions


def gauges(
    latency: Latency | None,
    card: ModelCard,
    added_bytes: int | None,
    *,
    slowest_ms: float,
    most_parameters: int,
    largest_bytes: int,
    most_bytes: int | None,
    with_memory: bool = True,
) -> go.Figure:
    """One model's gauges: a dial for its latency, and bars for parameters, disk and memory.

    `slowest_ms`, `most_parameters`, `largest_bytes` (on disk) and `most_bytes` (in memory) end the
    scales; give the same for all models, so that their gauges can be compared at a glance. What is
    None is drawn as an empty gauge; memory may be left out.
    """
    colour = model_colour(card.name)
    frame = {"borderwidth": 1, "bordercolor": OTHER_MODEL, "bgcolor": "rgba(0,0,0,0)"}
    figure = go.Figure()
    figure.add_indicator(
        name="median latency, ms",
        mode="gauge+number" if latency else "gauge",
        value=latency.median_ms if latency else None,
        number={"suffix": " ms", "valueformat": ".1f", "font": {"size": 18}},
        domain={"x": [0.06, 0.4], "y": [0.2, 0.88]},
        gauge=frame
        | {
            "axis": {
                "range": [0, slowest_ms],
                "nticks": 4,
                "tickcolor": OTHER_MODEL,
                "tickfont": {"size": 11},
            },
            "bar": {"color": colour, "thickness": 0.75},
            "threshold": {
                "line": {"color": colour, "width": 3},
                "thickness": 1,
                "value": latency.p95_ms if latency else None,
            },
        },
    )
    sizes = (
        ("parameters", card.parameters, most_parameters, "M"),
        ("disk", card.size_bytes, largest_bytes, "MB"),
        ("memory", added_bytes, most_bytes, "MB"),
    )
    for row, (name, value, end, unit) in enumerate(sizes if with_memory else sizes[:-1]):
        low, high = 0.72 - 0.34 * row, 0.83 - 0.34 * row
        figure.add_indicator(
            name=name if name == "parameters" else f"{name}, bytes",
            mode="gauge",
            value=value,
            domain={"x": [0.54, 1], "y": [low, high]},
            gauge=frame
            | {
                "shape": "bullet",
                "axis": {"range": [0, end or 1], "visible": False},
                "bar": {"color": colour, "thickness": 1},
            },
        )
        number = "…" if value is None else millions(value, unit)
        for x, side, text in ((0.54, "left", name), (1, "right", number)):
            figure.add_annotation(x=x, y=high, text=text, xanchor=side, yanchor="bottom", **_BESIDE)
    figure.add_annotation(
        x=0.23, y=0.02, text="median latency", xanchor="center", yanchor="bottom", **_BESIDE
    )
    return figure.update_layout(height=GAUGES_PX, margin={"l": 4, "r": 4, "t": 0, "b": 0})


GAUGES_PX = 128  # height of the gauges
_BESIDE = {"xref": "paper", "yref": "paper", "showarrow": False, "font": {"size": 12}}

READINGS = {  # course -> line style, marker, and what is added to the model's name
    "forward": ("solid", "triangle-right", "left to right"),
    "backward": ("dash", "triangle-left", "right to left"),
    "layers": ("solid", "circle", "layer by layer"),
}


def by_word(
    courses: Sequence[Course], encoded: Encoded, titles: Mapping[str, str], label: str
) -> go.Figure:
    """Probability of `label` after every token of the text; a line for each course.

    The axis has the tokens of `encoded`; a course over tokens of its own has each of its points
    where its token ends. `titles` gives the name to show for each model. Of more than 40 tokens
    only some are on the axis.
    """
    figure = go.Figure()
    axis = token_spans(encoded)
    words = token_texts(encoded, axis)
    for course in courses:
        after = "read back to" if course.reading == "backward" else "read up to"
        figure.add_scatter(
            x=_places(course.spans, axis),
            y=course.of(label),
            customdata=[in_figure(word) for word in token_texts(encoded, course.spans)],
            hovertemplate=f"{after} “%{{customdata}}”: %{{y:.1%}} {_in_template(label)}",
            **_line(course, titles),
        )
    every = max(1, -(-len(words) // 40))
    figure.update_xaxes(
        tickvals=list(range(0, len(words), every)),
        ticktext=[in_figure(word) for word in words[::every]],
        tickangle=-45,
        title=None,
    )
    return _probability_layout(figure, courses, label)


def token_spans(encoded: Encoded) -> tuple[tuple[int, int], ...]:
    """Where the tokens lie in the text, special ones left out."""
    pairs = zip(encoded.spans, encoded.word_of, strict=True)
    return tuple(span for span, word in pairs if word is not None)


def token_texts(encoded: Encoded, spans: Sequence[tuple[int, int]]) -> list[str]:
    """What tokens with these `spans` were read from; the token itself where that is nothing."""
    own = zip(encoded.spans, encoded.tokens, encoded.word_of, strict=True)
    tokens = {span: token for span, token, word in own if word is not None}
    return [encoded.text[slice(*span)] or tokens.get(span, "") for span in spans]


def _places(spans: Sequence[tuple[int, int]], axis: Sequence[tuple[int, int]]) -> list[int]:
    """Where tokens with these `spans` stand on an axis of other tokens: by where they end.

    >>> axis = ((0, 2), (2, 4), (5, 8))
    >>> _places(axis, axis), _places(((0, 4), (5, 8)), axis), _places(((0, 1), (1, 2)), axis[:1])
    ([0, 1, 2], [1, 2], [0, 0])
    """
    if tuple(spans) == tuple(axis):
        return list(range(len(axis)))
    starts = [start for start, _ in axis]
    return [max(0, bisect_left(starts, end) - 1) for _, end in spans]


def by_layer(courses: Sequence[Course], titles: Mapping[str, str], label: str) -> go.Figure:
    """Probability of `label` after every layer; shallow models are stretched to the deepest's.

    `titles` gives the name to show for each model.
    """
    figure = go.Figure()
    deepest = max(len(course.probabilities) for course in courses) - 1
    for course in courses:
        layers = len(course.probabilities) - 1
        figure.add_scatter(
            x=[deepest * i / layers for i in range(layers + 1)],
            y=course.of(label),
            customdata=["embeddings", *(f"layer {i} of {layers}" for i in range(1, layers + 1))],
            hovertemplate=f"%{{customdata}}: %{{y:.1%}} {_in_template(label)}",
            **_line(course, titles),
        )
    longest = next(course for course in courses if len(course.probabilities) == deepest + 1)
    figure.update_xaxes(
        tickvals=list(range(deepest + 1)),
        ticktext=["embed.", *map(str, range(1, deepest + 1))],
        title=f"layer of {in_figure(titles[longest.model])}",
    )
    return _probability_layout(figure, courses, label)


def small_square(
    shares: NDArray[np.floating], words: Sequence[str], name: str, across: str
) -> go.Figure:
    """A small heat map (N, N) in the model's colour: rows are positions, columns what they take in.

    `across` says in the hover what a column does for a row.
    """
    labels = [in_figure(word) for word in words]
    colour = model_colour(name)
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            customdata=[[(row, column) for column in labels] for row in labels],
            hovertemplate=f"“%{{customdata[0]}}” {across} “%{{customdata[1]}}”: %{{z:.2f}}"
            "<extra></extra>",
            zmin=0,
            colorscale=[(0, NOTHING), (1, colour)],
            showscale=False,
        )
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, autorange="reversed")
    return figure.update_layout(height=190, margin=MARGIN)


def _in_template(label: str) -> str:
    """A label in a plotly template, where % and braces would begin a field."""
    return in_figure(label).replace("%{", "% {")


def _line(course: Course, titles: Mapping[str, str]) -> dict[str, Any]:
    """How the line of a course looks, as arguments of a scatter plot."""
    dash, symbol, how = READINGS[course.reading]
    colour = model_colour(course.model)
    return {
        "mode": "lines+markers",
        "name": f"{in_figure(titles[course.model])}, {how}",
        "line": {"color": colour, "dash": dash, "width": 2.5},
        "marker": {"symbol": symbol, "size": 8},
    }


def _probability_layout(figure: go.Figure, courses: Sequence[Course], label: str) -> go.Figure:
    """The scale from 0 to 1, what all labels alike would have marked, and the legend above."""
    alike = 1 / max(len(course.labels) for course in courses)
    figure.add_hline(y=alike, line={"dash": "dot", "width": 1, "color": OTHER_MODEL})
    figure.update_yaxes(
        range=[-0.03, 1.03], tickformat=".0%", title=f"probability of {in_figure(label)}", nticks=6
    )
    return figure.update_layout(
        height=340,
        showlegend=True,
        margin=MARGIN | {"t": 30},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="x unified" if len(figure.data) > 1 else "closest",
    )
