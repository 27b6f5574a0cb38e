"""Trainings under way -> plotly figures. Pure: no Streamlit, no torch."""

from collections.abc import Iterable

import plotly.graph_objects as go

from model_zoo.tuning.progress import RunProgress
from model_zoo.tuning.settings import TITLES
from ui.show.theme import MARGIN, model_colour

_DASHES = ("solid", "dash", "dot")  # one a seed
MEASURES = {"accuracy": ".1%", "loss": ".3f"}  # and how each is written


def curves(runs: Iterable[RunProgress], measure: str) -> go.Figure:
    """One of MEASURES over passes through the rows: accuracy on those to choose by, training loss.

    A line a model, and a dash a seed where there are several. Runs on parts of the rows are left
    out: they are for the learning curve.
    """
    figure = go.Figure()
    named: set[str] = set()
    for run in runs:
        points = run.accuracy if measure == "accuracy" else run.loss
        if run.share != 1 or not points:
            continue
        called = TITLES[run.model]
        figure.add_scatter(
            x=[at for at, _ in points],
            y=[value for _, value in points],
            name=called,
            legendgroup=run.model,
            showlegend=run.model not in named,
            mode="lines+markers" if measure == "accuracy" else "lines",
            line={
                "color": model_colour(run.model),
                "width": 2.5,
                "dash": _DASHES[run.seed % len(_DASHES)],
            },
            hovertemplate=f"{called}, epoch %{{x:.2f}}: %{{y:{MEASURES[measure]}}}<extra></extra>",
        )
        named.add(run.model)
    figure.update_xaxes(title="passes over the rows", rangemode="tozero")
    if measure == "accuracy":
        figure.update_yaxes(title="accuracy on rows to choose by", tickformat=".0%")
    else:
        figure.update_yaxes(title="training loss (nats)", rangemode="tozero")
    return figure.update_layout(
        height=300,
        margin=MARGIN | {"t": 30},
        uirevision="training",  # a zoom is kept while points come in
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
