"""Colours, one per model and one per label: the same in every figure, card and page.

On another engine a model keeps its colour, and its lines, markers and bars are others. Label
colours are a set's own, or else a purple and teal pair, not red and green, or up to eight after Tol
(2021); they never stand without their word or sign, and beyond eight labels the word stands alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from model_zoo.colours import OF_THE_FOUR
from model_zoo.comparison.verdict import Outcome
from model_zoo.labels import SENTIMENT
from model_zoo.models.network import ModelId
from model_zoo.models.sets import model_set

_OF_OTHERS = ("#009E73", "#CC79A7", "#8F7A00", "#7F6BB0")  # in the order in which they are met
_PAIR = ("#9C5BB5", "#1B9E8A")
_LABELS = (
    "#CC6677", "#44AA99", "#BBA63A", "#5BA8CC", "#AA4499", "#8B8B2E", "#6688CC", "#DD7755",
)  # fmt: skip
OTHER_LABEL = "#777777"
UNSIGNED = "#808080"  # scores that say how much, not which way
NOTHING = "rgba(128,128,128,0.1)"  # where a scale of colours begins, on a light or dark page
OTHER_MODEL = "#777777"  # a model that has no colour of its own yet
# Dark to bright, even to the eye and to the common kinds of colour blindness. A scale that fades
# into the page would mean the opposite in the other of the two themes.
SCALE = "Viridis"
PLAIN = {"displayModeBar": False}  # of charts: hovering is enough
MARGIN = {"l": 10, "r": 10, "t": 10, "b": 10}  # around charts, in pixels
VERDICT_COLOURS = {  # white signs on them are readable
    Outcome.HOLDS: "#1B7F5C",
    Outcome.IN_PART: "#8A6100",
    Outcome.FAILS: "#9A3B26",
    Outcome.UNTESTED: "#666666",
}
VERDICT_SIGNS = {
    Outcome.HOLDS: "✓",
    Outcome.IN_PART: "◐",
    Outcome.FAILS: "✗",
    Outcome.UNTESTED: "–",
}


@dataclass(frozen=True, slots=True)
class EngineLook:
    """How models on one engine are drawn: their lines, what is put behind a plotly symbol's name,
    the pattern on their bars, and the CSS style of their borders."""

    dash: str
    symbol: str
    pattern: str
    border: str


_ENGINE_LOOKS = {
    "auto": EngineLook("solid", "", "", "solid"),
    "torch": EngineLook("longdash", "-dot", "x", "double"),
    "torch-bf16": EngineLook("longdashdot", "-open", "+", "groove"),
    "onnx": EngineLook("dash", "-open", "/", "dashed"),
    "onnx-int8": EngineLook("dot", "-open-dot", ".", "dotted"),
}
_met: dict[str, str] = {}


def model_colour(model: str) -> str:
    """The colour of a model, by its identity; those beside the four share a few among them."""
    identity = ModelId(model)
    if not identity.is_own and identity.name in OF_THE_FOUR:
        return OF_THE_FOUR[identity.name]
    key = f"{identity.set}/{identity.name}"
    return _met.setdefault(key, _OF_OTHERS[len(_met) % len(_OF_OTHERS)])


def model_style(model: str) -> str:
    """The look of a model's HTML: its colour, and a line that says which engine computes it."""
    return f"--model:{model_colour(model)};--line:{engine_look(model).border}"


def engine_look(model: str) -> EngineLook:
    """What tells the model from itself on another engine, in whose colour it is drawn, too."""
    return _ENGINE_LOOKS.get(ModelId(model).engine, _ENGINE_LOOKS[ModelId.ENGINE])


def dashes(models: Iterable[str], in_turn: Sequence[str] = ("solid", "dash")) -> dict[str, str]:
    """The dash of each model's line: by engine where there are several, or else `in_turn`.

    In turn, so that lines that coincide both show.

    >>> dashes(["lstm", "bert", "bert@onnx"]), dashes(["lstm", "bert"])
    ({'lstm': 'solid', 'bert': 'solid', 'bert@onnx': 'dash'}, {'lstm': 'solid', 'bert': 'dash'})
    """
    names = list(models)
    if len({ModelId(name).engine for name in names}) > 1:
        return {name: engine_look(name).dash for name in names}
    return {name: in_turn[at % len(in_turn)] for at, name in enumerate(names)}


def label_colour(label: str, labels: Sequence[str], chosen: Mapping[str, str] | None = None) -> str:
    """The colour of one of `labels`: the one `chosen` for it, or one of ours; grey beyond eight.

    >>> label_colour("b", ["a", "b"]), label_colour("b", ["a", "b"], {"b": "#123456"})
    ('#1B9E8A', '#123456')
    """
    if chosen and label in chosen:
        return chosen[label]
    ours = _PAIR if len(labels) == 2 else _LABELS
    return ours[labels.index(label)] if len(labels) <= len(ours) else OTHER_LABEL


def set_colours(model: str) -> Mapping[str, str]:
    """The colours that labels have in the set that the model is in or stands beside."""
    return model_set(ModelId(model).beside).colours


def label_sign(label: str, labels: Sequence[str]) -> str:
    """The sign beside a label, for who cannot tell the colours; empty where none would be read.

    >>> label_sign("positive", ("negative", "positive")), label_sign("spam", ("spam", "ham"))
    ('+', '')
    """
    return "−+"[labels.index(label)] if tuple(labels) == SENTIMENT else ""
