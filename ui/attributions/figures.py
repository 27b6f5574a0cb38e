"""Attributions -> a plotly figure. Pure: no Streamlit, no torch, no numbers of its own."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from ui.show.attribution import AGAINST_AND_FOR
from ui.show.theme import MARGIN, NOTHING, UNSIGNED
from ui.show.wording import in_figure, title_in_figure


def aligned_scores(
    scores: Mapping[str, Sequence[float]],
    words: Sequence[str],
    largest: float,
    *,
    signed: bool,
    colours: tuple[str, str] = AGAINST_AND_FOR,
) -> go.Figure:
    """Heat map of attributions: a row a model, a column a word, one scale of ±`largest` for all.

    `scores` are by the models' titles; `colours` are those of scores below and above zero.
    """
    rows = list(scores)[::-1]  # plotly draws from the bottom
    ramp = [(0, colours[0]), (0.5, NOTHING), (1, colours[1])]
    grey = [(0, NOTHING), (1, UNSIGNED)]
    figure = go.Figure(
        go.Heatmap(
            z=[list(scores[row]) for row in rows],
            x=list(range(len(words))),
            y=list(range(len(rows))),  # titles that are cut may look alike
            customdata=[
                [(title_in_figure(row), in_figure(word)) for word in words] for row in rows
            ],
            hovertemplate="%{customdata[0]}, “%{customdata[1]}”: %{z:.3f}<extra></extra>",
            zmin=-largest if signed else 0,
            zmax=largest,
            colorscale=ramp if signed else grey,
            xgap=1,
            ygap=1,
            colorbar={"title": {"text": "logits"}, "thickness": 12},
        )
    )
    figure.update_xaxes(
        tickvals=list(range(len(words))),
        ticktext=[in_figure(word) for word in words],
        tickangle=-45,
        showgrid=False,
    )
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[title_in_figure(row) for row in rows], title=None
    )
    return figure.update_layout(height=120 + 46 * len(rows), margin=MARGIN)
