"""Colours, one per model and one per label, and names: the same in every figure, card and page.

Model colours are Okabe and Ito's (2008), told apart by the common kinds of colour blindness: warm
for the recurrent pair, cool for the Transformers. Labels are a purple and teal pair, not red and
green, and never stand without their word or sign.
"""

from model_zoo.claims.verdict import Outcome
from model_zoo.models.registry import SPECS

MODEL_COLOURS = {
    "lstm": "#E69F00",
    "bilstm": "#D55E00",
    "bert": "#0072B2",
    "distilbert": "#56B4E9",
}
LABEL_COLOURS = {"negative": "#9C5BB5", "positive": "#1B9E8A"}
LABEL_SIGNS = {"negative": "−", "positive": "+"}
UNSIGNED = "#808080"  # scores that say how much, not which way
NOTHING = "rgba(128,128,128,0.1)"  # where a scale of colours begins, on a light or dark page
OTHER_MODEL = "#777777"  # a model that has no colour of its own yet
TITLES = {name: row.title for name, row in SPECS.items()}  # what models are called
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
