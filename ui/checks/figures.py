"""Behaviour checks -> plotly figures. Pure: no Streamlit, no torch."""

from collections.abc import Mapping

import plotly.graph_objects as go

from model_zoo.evaluation.checks import Checked
from ui.show.theme import SCALE
from ui.show.wording import interval

Results = Mapping[str, Mapping[str, Checked]]  # check -> model -> result
_BRIGHT = 0.45  # from this share on, black is easier to read on SCALE than white


def failures(results: Results, kinds: Mapping[str, str], titles: Mapping[str, str]) -> go.Figure:
    """Failure rates as a map: a row a check, grouped by kind, and a column a model.

    `kinds` gives each check's kind, `titles` the models' names in the order of the columns.
    """
    rows: list[str | None] = []  # None for a line that only names a kind
    labels: list[str] = []
    for check in results:
        if kinds[check] not in labels:
            rows.append(None)
            labels.append(kinds[check])
        rows.append(check)
        labels.append(check)
    cells = [[results[row].get(name) if row else None for name in titles] for row in rows]
    figure = go.Figure(
        go.Heatmap(
            x=list(titles.values()),
            y=list(range(len(rows))),
            z=[[result.share if result else None for result in line] for line in cells],
            customdata=[[_count(result) for result in line] for line in cells],
            hovertemplate="%{customdata}, %{x}<extra></extra>",
            hoverongaps=False,
            zmin=0,
            zmax=1,
            colorscale=SCALE,
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    numbers = [
        (titles[name], y, result.share)
        for y, line in enumerate(cells)
        for name, result in zip(titles, line, strict=True)
        if result
    ]
    figure.add_scatter(  # plotly's own text on a heat map is grey on green
        x=[x for x, _, _ in numbers],
        y=[y for _, y, _ in numbers],
        mode="text",
        text=[f"{share:.0%}" for *_, share in numbers],
        textfont={"color": ["#ffffff" if share < _BRIGHT else "#000000" for *_, share in numbers]},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.update_xaxes(side="top", title=None, showgrid=False, tickfont={"size": 12})
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[
            label if row else f"<b>{label}</b>" for row, label in zip(rows, labels, strict=True)
        ],
        autorange="reversed",
        showgrid=False,
        zeroline=False,
    )
    left = round(6.9 * max(map(len, labels)))
    return figure.update_layout(
        height=50 + 27 * len(rows), margin={"l": left, "r": 4, "t": 34, "b": 6, "autoexpand": False}
    )


def _count(result: Checked | None) -> str:
    """How many cases failed, with the interval of their share; empty without a result."""
    if result is None:
        return ""
    count = f"{len(result.failed)} of {len(result.positive)} cases"
    return f"{result.check}: {count} failed, {interval(result.share, result.ci95)}"
