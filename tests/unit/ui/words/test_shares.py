"""The figure of shares: each with its interval, others' below, in the order given."""

import pytest

from ui.words.figures import shares

ROWS = {
    "first": {"lstm": (0.5, (0.4, 0.7)), "bert": (0.6, (0.55, 0.65))},
    "second": {"bert": (0.9, (0.8, 0.95))},
}


def test_each_share_stands_on_its_line_with_its_interval():
    bert, lstm = shares(ROWS, {"lstm": "LSTM", "bert": "<b>"}, "share").data
    assert list(lstm.y) == ["first"] and list(bert.y) == ["first", "second"]
    assert list(bert.x) == [0.6, 0.9]
    assert lstm.error_x.array[0] == pytest.approx(0.2)
    assert lstm.error_x.arrayminus[0] == pytest.approx(0.1)
    assert bert.name == "&lt;b&gt;" and lstm.marker.symbol != bert.marker.symbol


def test_close_intervals_do_not_cover_each_other():
    figure = shares(ROWS, {"lstm": "LSTM", "bert": "BERT"}, "share")
    assert figure.layout.scattermode == "group"
    assert len({trace.offsetgroup for trace in figure.data}) == 2
    assert {trace.orientation for trace in figure.data} == {"h"}


def test_others_figures_stand_below_and_chance_is_a_line():
    figure = shares(ROWS, {"bert": "BERT"}, "share", published=[("theirs", 0.7)], chance=0.5)
    assert list(figure.layout.yaxis.categoryarray) == ["theirs", "second", "first"]
    assert list(figure.data[0].x) == [0.7] and figure.data[0].text == ("70.0%",)
    assert figure.layout.shapes[0].x0 == 0.5
