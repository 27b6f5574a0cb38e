"""Colours are one for each model; what computes it shows in everything else."""

from model_zoo.measure.footprint import Footprint
from model_zoo.measure.latency import Latency
from model_zoo.models.network import ModelId
from ui.show.cards import waiting_card
from ui.show.theme import engine_look, model_colour
from ui.speed import figures

ON = ("auto", "onnx", "onnx-int8")  # others are there on some processors only
MODELS = [ModelId("bert").on(name) for name in ON]


def test_a_model_has_one_colour_and_each_engine_a_look_of_its_own():
    assert len({model_colour(model) for model in MODELS}) == 1
    for part in ("dash", "symbol", "pattern", "border"):
        assert len({getattr(engine_look(model), part) for model in MODELS}) == len(MODELS), part
    assert len({waiting_card(model, "BERT").split("--line:")[1][:8] for model in MODELS}) == 3


def test_lines_and_bars_tell_engines_apart_and_name_them():
    lines = {
        model: [Latency(model, tokens, 1, 1, 0, (1.0, 2.0)) for tokens in (8, 16)]
        for model in [*MODELS, "lstm"]
    }
    traces = [trace for trace in figures.latency(lines, [], mark=9).data if trace.name]
    assert [trace.name for trace in traces] == ["BERT", "BERT · ONNX", "BERT · int8", "LSTM"]
    looks = [(trace.line.color, trace.line.dash, trace.marker.symbol) for trace in traces]
    assert len(set(looks)) == 4 and len({colour for colour, *_ in looks[:3]}) == 1
    assert [dash for _, dash, _ in looks] == ["solid", "dash", "dot", "solid"]
    assert all(symbol.startswith("circle") for *_, symbol in looks[:3])
    bars = figures.memory([Footprint(model, 128, 1, 1, 1, 1) for model in MODELS]).data
    assert [bar.marker.pattern.shape for bar in bars] == ["", "/", "."]
