"""Attributions -> a plotly figure. Pure: no Streamlit, no torch, no numbers of its own."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from ui.show.theme import LABEL_COLOURS, MARGIN, NOTHING, UNSIGNED
from ui.show.wording import in_figure


def aligned_scores(
    scores: Mapping[str, Sequence[float]], words: Sequence[str], largest: float, *, signed: bool
) -> go.Figure:
    """Heat map of attributions: a row a model, a column a word, one scale of ±`largest` for all."""
    rows = list(scores)[::-1]  # plotly draws from the bottom
    ramp = [(0, LABEL_COLOURS["negative"]), (0.5, NOTHING), (1, LABEL_COLOURS["positive"])]
    grey = [(0, NOTHING), (1, UNSIGNED)]
    figure = go.Figure(
        go.Heatmap(
            z=[list(scores[row]) for row in rows],
            x=list(range(len(words))),
            y=rows,
            customdata=[[in_figure(word) for word in words]] * len(rows),
            hovertemplate="%{y}, “%{customdata}”: %{z:.3f}<extra></extra>",
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
    return figure.update_layout(height=120 + 46 * len(rows), margin=MARGIN)
