"""Figures hold the numbers they are given, under the names they are given."""

import json

import numpy as np
import pytest

from model_zoo.internals.context import Influence
from model_zoo.internals.gates import Gates
from model_zoo.internals.path import Route
from ui.inside import attention_figures as attention
from ui.inside import axes
from ui.inside import context_figures as context
from ui.inside import recurrence_figures as recurrence

TOKENS = ("[CLS]", "<b>", "film", "[SEP]")
WEIGHTS = np.arange(16, dtype=np.float32).reshape(4, 4) / 120


def rows(count, seed=0):
    shares = np.random.default_rng(seed).random((count, count), dtype=np.float32)
    return shares / shares.sum(-1, keepdims=True)


def test_a_square_names_its_pairs_and_escapes_them():
    figure = attention.square(WEIGHTS, TOKENS, most=0.5)
    (trace,) = figure.data
    assert np.array_equal(trace.z, WEIGHTS) and trace.zmax == 0.5
    assert list(trace.customdata[0][1]) == ["[CLS]", "&lt;b&gt;"]  # row, column
    assert figure.layout.xaxis.ticktext[1] == "&lt;b&gt;"
    assert figure.layout.yaxis.autorange == "reversed"  # the first token on top
    assert "draws on" in attention.square(WEIGHTS, TOKENS, verb="draws on").data[0].hovertemplate


def test_long_squares_are_windowed_and_name_some_ticks():
    weights, tokens = rows(100), [f"t{i}" for i in range(100)]
    figure = attention.square(weights, tokens, start=30)
    assert np.array_equal(figure.data[0].z, weights[30:94, 30:94])
    assert figure.layout.xaxis.ticktext[0] == "t30"
    assert len(figure.layout.xaxis.ticktext) <= axes.TICKS


def test_downsampling_keeps_the_average():
    small = rows(7)
    assert np.array_equal(attention.downsampled(small), small)
    large = rows(48)
    averages = attention.downsampled(large)
    assert averages.shape == (24, 24)
    assert averages[0, 1] == pytest.approx(large[:2, 2:4].mean())
    uneven = attention.downsampled(np.full((511, 511), 0.25, dtype=np.float16))
    assert uneven.shape == (24, 24) and np.allclose(uneven, 0.25)


def test_a_mosaic_has_every_square_in_its_place():
    maps = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 2, 2) / 24
    figure = attention.mosaic(maps, rows=["1", "2"], columns=["a", "b", "c"])
    canvas = figure.data[0].z
    assert canvas.shape == (5, 8)  # 2 x 2 cells each, one for each gap
    assert np.array_equal(canvas[3:5, 6:8], maps[1, 2]) and np.isnan(canvas[2]).all()
    assert len(figure.data[0].x) == 8 + 1 and len(figure.data[0].y) == 5 + 1  # edges
    assert figure.layout.yaxis.ticktext == ("1", "2")
    named = attention.mosaic(maps, names=[f"head {i}" for i in range(6)])
    assert [note.text for note in named.layout.annotations][-1] == "head 5"


def test_a_mosaic_of_a_large_model_stays_small():
    maps = np.broadcast_to(rows(24), (12, 12, 24, 24))
    assert len(attention.mosaic(maps).to_json()) < 1_000_000


def test_heads_carry_crosses():
    shares, marked = np.array([[0.2, 0.9]]), np.array([[False, True]])
    (trace,) = attention.heads(shares, marked, title="on [SEP]").data
    assert trace.text.tolist() == [["", "×"]] and (trace.zmin, trace.zmax) == (0, 1)


def test_bars_and_arcs_show_the_row():
    shares = np.array([0.7, 0.2, 0.097, 0.003], dtype=np.float32)
    (bar,) = attention.bars(shares, TOKENS, "bert", most=0.7).data
    assert bar.y == pytest.approx(shares) and bar.marker.color == "#0072B2"
    figure = attention.arcs(shares, TOKENS, 2, "bert")
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert [line.y for line in lines] == [(2, 0), (2, 1), (2, 2)]  # the faintest is left out
    assert lines[0].opacity > lines[1].opacity > lines[2].opacity
    left, right = (trace for trace in figure.data if trace.mode == "text")
    assert left.text[2] == "<b>film</b>" and right.text[1] == "&lt;b&gt;  20%"


def test_arcs_from_a_token_outside_of_the_window():
    shares = np.full(200, 0.005)
    figure = attention.arcs(shares, [f"t{i}" for i in range(200)], 3, "bert", start=100)
    texts = [trace.text for trace in figure.data if trace.mode == "text"]
    assert texts[0][0] == "<b>t3</b>" and texts[1][0].startswith("t100")


def test_what_cannot_be_seen_is_blank():
    change = np.array([[0.64, 0.0], [0.25, 1.0]], dtype=np.float32)
    figure = context.context(Influence("lstm", ("a", "b"), 0, 2, change), most=1.0)
    (trace,) = figure.data
    assert np.isnan(trace.z[0][1]) and trace.z[1][0] == 0.5 and trace.zmax == 1.0
    assert list(trace.customdata[1][0]) == ["b", "a", 0.25]
    assert trace.colorbar.ticktext[-1] == "100%"


def gates(count=4):
    values = np.random.default_rng(2).random((count, 40), dtype=np.float32)
    values[:, 7] = np.linspace(-1, 1, count) * 9  # the unit that varies most
    tokens = [*TOKENS, *["t"] * (count - 4)]
    return Gates("bilstm", "forward", tuple(tokens), values, values / 2, values, values, values)


def test_gates_are_lines_with_marks():
    direction = gates()
    *lines, mark = recurrence.gate_lines(direction, [2]).data
    assert [line.name for line in lines] == ["forget gate", "input gate", "output gate"]
    assert lines[0].y == pytest.approx(direction.forget.mean(axis=1))
    assert len({line.line.dash for line in lines}) == 3  # not told apart by colour alone
    assert mark.x == (2,) and mark.y[0] == pytest.approx(float(direction.forget.mean(axis=1)[2]))
    unmarked = recurrence.gate_lines(gates(100), [2], start=36).data
    assert len(unmarked) == 3  # the mark is out of sight


def test_the_liveliest_units_come_first():
    figure = recurrence.units(gates(), "cell")
    (trace,) = figure.data
    assert len(trace.z) == recurrence.UNITS and figure.layout.yaxis.ticktext[0] == "7"
    assert trace.zmin == -trace.zmax == -9
    assert recurrence.units(gates(), "forget").data[0].zmax == 1


def test_a_path_keeps_its_axes_from_step_to_step():
    points = np.random.default_rng(3).normal(size=(3, 4, 2))
    route = Route("bert", TOKENS, ("a", "b", "c"), (0, 0, 0), points, ((0.6, 0.2),) * 3)
    first, last = context.path(route, 0), context.path(route, 2)
    assert first.layout.xaxis.range == last.layout.xaxis.range
    assert len(first.data) == 1 and len(last.data) == 2  # no way yet at the first step
    assert np.allclose(last.data[1].x, points[2, :, 0])
    assert last.data[1].text[1] == "&lt;b&gt;"
    assert "60%" in last.layout.xaxis.title.text
    apart = Route("lstm", TOKENS, ("a", "b"), (0, 1), points[:2], ((0.6, 0.2),) * 2)
    assert len(context.path(apart, 1).data) == 1  # other spaces are not joined


@pytest.mark.parametrize("count", [1, 3])
def test_figures_of_very_short_texts_can_be_drawn(count):
    weights, tokens = rows(count), TOKENS[:count]
    for figure in (
        attention.square(weights, tokens),
        attention.arcs(weights[0], tokens, 0, "bert"),
        attention.bars(weights[0], tokens, "bert", most=1.0),
        context.context(Influence("lstm", tokens, 0, count, weights), most=1.0),
        attention.square(np.zeros((count, count)), tokens),
    ):
        json.loads(figure.to_json())
