"""Trainings under way -> plotly figures. Pure: no Streamlit, no torch."""

from collections.abc import Iterable

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from model_zoo.tuning.progress import RunProgress
from model_zoo.tuning.settings import TITLES
from ui.show.theme import MARGIN, model_colour

_DASHES = ("solid", "dash", "dot")  # one a seed


def curves(runs: Iterable[RunProgress]) -> go.Figure:
    """Accuracy on the rows to choose by, and training loss, over passes through the rows.

    A line a model, and a dash a seed where there are several. Runs on parts of the rows are left
    out: they are for the learning curve.
    """
    figure = make_subplots(1, 2, horizontal_spacing=0.1)
    named: set[str] = set()
    for run in runs:
        if run.share != 1:
            continue
        line = {
            "color": model_colour(run.model),
            "width": 2.5,
            "dash": _DASHES[run.seed % len(_DASHES)],
        }
        for column, points, shape in ((1, run.accuracy, ".1%"), (2, run.loss, ".3f")):
            if not points:
                continue
            figure.add_scatter(
                x=[at for at, _ in points],
                y=[value for _, value in points],
                name=TITLES[run.model],
                legendgroup=run.model,
                showlegend=run.model not in named,
                mode="lines+markers" if column == 1 else "lines",
                line=line,
                hovertemplate=f"{TITLES[run.model]}, epoch %{{x:.2f}}: %{{y:{shape}}}"
                "<extra></extra>",
                row=1,
                col=column,
            )
            named.add(run.model)
    figure.update_xaxes(title="passes over the rows", rangemode="tozero")
    figure.update_yaxes(title="accuracy", tickformat=".0%", col=1)
    figure.update_yaxes(title="training loss", rangemode="tozero", col=2)
    return figure.update_layout(
        height=300,
        margin=MARGIN | {"t": 30},
        uirevision="training",  # a zoom is kept while points come in
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
