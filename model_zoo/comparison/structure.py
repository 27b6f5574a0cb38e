"""Rows on what the models are made of: architecture, layers, size."""

from collections.abc import Mapping
from dataclasses import dataclass

from model_zoo.comparison.evidence import FOUR, RECURRENT, Evidence, twins_by_name
from model_zoo.comparison.verdict import Finding, Verdict, graded, judged, near
from model_zoo.measure.twins import Twin
from model_zoo.models.network import ModelId
from model_zoo.models.sets import BUNDLED

_WIDTHS = (("bert", "hidden_size"), ("distilbert", "dim"))  # where a config has its width


@dataclass(frozen=True, slots=True)
class Cells:
    """The recurrent layers of a model, one a direction, of `units` units each.

    `gated` where what reads the state before has four rows a unit: three gates, the new content.
    """

    count: int
    units: int
    gated: bool


@dataclass(frozen=True, slots=True)
class EncoderLayers:
    """The layers of an encoder, and what kinds of matrices were found in them."""

    count: int
    attention: bool
    feed_forward: bool


@dataclass(frozen=True, slots=True)
class Families:
    """The models that were searched for cells, and those searched for self-attention."""

    recurrent: tuple[str, ...]
    transformers: tuple[str, ...]


def architecture(evidence: Evidence) -> Verdict[Families, Cells | EncoderLayers]:
    """Whether the weights of each model have the parts that its family is known by."""
    findings: dict[str, Finding[Cells | EncoderLayers]] = {}
    for name in FOUR:
        core = [block for block in evidence.blocks[name] if block.stage == "core"]
        parts = [part for block in core for part in block.parts]
        if name in RECURRENT:
            units = evidence.configs[name]["hidden_size"]
            shapes = {part.shape for part in parts if "state" in part.name}
            gated = bool(shapes) and all(shape.endswith(f"4 × {units:,}") for shape in shapes)
            findings[name] = Finding(graded(gated), Cells(len(core), units, gated))
        else:
            names = {part.name for part in parts}
            layers = EncoderLayers(len(core), "self-attention" in names, "feed-forward" in names)
            findings[name] = Finding(graded(layers.attention and layers.feed_forward), layers)
    recurrent = tuple(name for name in FOUR if name in RECURRENT)
    transformers = tuple(name for name in FOUR if name not in RECURRENT)
    return judged(Families(recurrent, transformers), findings)


@dataclass(frozen=True, slots=True)
class Depth:
    """A model's layers; whether it reads `both_ways`, and its layers as a share of BERT's.

    The last two are None where nothing is claimed of them.
    """

    layers: int
    both_ways: bool | None = None
    of_bert: float | None = None


@dataclass(frozen=True, slots=True)
class Depths:
    """The layers of each model; a BiLSTM's count once for both directions."""

    lstm: int
    bilstm: int
    bert: int
    distilbert: int


def layers(evidence: Evidence) -> Verdict[Depths, Depth]:
    """How many layers each model has, from its config."""
    both_ways = bool(evidence.configs["bilstm"].get("bidirectional"))
    lstm, bilstm, bert, distilbert = (evidence.cards[name].layers for name in FOUR)
    findings = {
        "lstm": Finding(graded(lstm >= 1), Depth(lstm)),
        "bilstm": Finding(
            graded(bilstm > 1 and both_ways, both_ways or bilstm > 1), Depth(bilstm, both_ways)
        ),
        "bert": Finding(graded(12 <= bert <= 24), Depth(bert)),
        "distilbert": Finding(
            graded(distilbert == 6 and bert == 2 * distilbert, 2 * distilbert == bert),
            Depth(distilbert, of_bert=distilbert / bert),
        ),
    }
    return judged(Depths(lstm, bilstm, bert, distilbert), findings)


@dataclass(frozen=True, slots=True)
class RecurrentSize:
    """A recurrent model's parameters, and those of them that are not word vectors or head."""

    parameters: int
    core_parameters: int


@dataclass(frozen=True, slots=True)
class SizeRatio:
    """The BiLSTM's parameters, and how many times the LSTM's: of the `core`, of the `whole`."""

    parameters: int
    core: float
    whole: float


@dataclass(frozen=True, slots=True)
class EncoderSize:
    """A Transformer's parameters here, and those of its twins at the paper's size."""

    parameters: int
    paper: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How the sizes of the four compare.

    `widths` are those that the Transformers have; `bundled` where they are the bundled ones.
    `paper` are the parameters of BERT and DistilBERT at their papers' size, None where the twins
    were not measured.
    """

    bilstm: SizeRatio
    bert_parameters: int
    widths: tuple[int | None, ...]
    paper: tuple[int, int] | None
    bundled: bool


def size(evidence: Evidence) -> Verdict[Sizes, RecurrentSize | SizeRatio | EncoderSize]:
    """How many parameters each model has here, and the Transformers at their papers' size."""
    cards, twins = evidence.cards, twins_by_name(evidence)
    lstm, bilstm, bert, distilbert = (cards[name].parameters for name in FOUR)
    ratio = SizeRatio(
        bilstm, cards["bilstm"].core_parameters / cards["lstm"].core_parameters, bilstm / lstm
    )
    findings: dict[str, Finding[RecurrentSize | SizeRatio | EncoderSize]] = {
        "lstm": Finding(
            graded(1e6 <= lstm < 1e7), RecurrentSize(lstm, cards["lstm"].core_parameters)
        ),
        "bilstm": Finding(graded(near(ratio.whole, 2), near(ratio.core, 2)), ratio),
        "bert": Finding(
            graded(0.98 * 110e6 <= bert <= 1.02 * 340e6, _has(twins, "bert-base", 110e6)),
            EncoderSize(bert, _parameters(twins, "bert-base", "bert-large")),
        ),
        "distilbert": Finding(
            graded(near(distilbert, 66e6), _has(twins, "distilbert-base", 66e6)),
            EncoderSize(distilbert, _parameters(twins, "distilbert-base")),
        ),
    }
    widths = dict.fromkeys(evidence.configs[name].get(key) for name, key in _WIDTHS)
    paper = (
        (twins["bert-base"].parameters, twins["distilbert-base"].parameters)
        if {"bert-base", "distilbert-base"} <= set(twins)
        else None
    )
    bundled = ModelId(cards["bert"].name).set == BUNDLED
    return judged(Sizes(ratio, bert, tuple(widths), paper, bundled), findings)


def _has(twins: Mapping[str, Twin], name: str, parameters: float) -> bool:
    return name in twins and near(twins[name].parameters, parameters)


def _parameters(twins: Mapping[str, Twin], *names: str) -> tuple[int, ...]:
    return tuple(twins[name].parameters for name in names if name in twins)
