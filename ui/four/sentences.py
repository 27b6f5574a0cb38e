"""Rows on what the models see, are made of and cost: their facts as the page's sentences. Pure.

Two functions a row: one for the facts on a model, a phrase without a full stop, and one for the
facts on the whole row, in sentences.
"""

from collections.abc import Sequence

from model_zoo.comparison.cost import MemoryOrder, Pace, Parallel, Race, Rank, Recurrence
from model_zoo.comparison.sight import Seen
from model_zoo.comparison.structure import (
    Cells,
    Depth,
    Depths,
    EncoderLayers,
    EncoderSize,
    Families,
    RecurrentSize,
    SizeRatio,
    Sizes,
)
from model_zoo.internals.sight import Sight
from model_zoo.measure.footprint import Footprint
from model_zoo.models.registry import title
from ui.show.wording import counted, listing, millions

# -- what the models see ---------------------------------------------------------------------------

_PART_OF = {
    "whole": "",
    "forward": "’s forward half",
    "backward": "’s backward half",
    "layer 1": "’s first layer",
}


def direction(_model: str, seen: Seen) -> str:
    """Of a model: which sides move a position, and by how much of its length."""
    if len(seen.sights) == 2:
        forward, backward = seen.sights
        return f"one half: {_sides(forward)}; other half: {_sides(backward)}"
    (sight,) = seen.sights
    return _sides(sight) if sight.part == "whole" else f"in layer 1: {_sides(sight)}"


def directions(seen: Seen) -> str:
    """Of the row: how many tokens of either side move a position, parts that are alike together."""
    alike: dict[str, list[str]] = {}
    for sight in seen.sights:
        tokens = (
            f"{sight.later_seen} of {sight.pairs} later and {sight.earlier_seen} earlier tokens"
        )
        alike.setdefault(tokens, []).append(title(sight.model) + _PART_OF[sight.part])
    return " ".join(
        f"{listing(parts)}: {tokens} move a position." for tokens, parts in alike.items()
    )


def _sides(sight: Sight) -> str:
    def side(count: int, mean: float) -> str:
        return f"move it by {mean:.0%}" if count else "never move it"

    return (
        f"earlier tokens {side(sight.earlier_seen, sight.earlier_mean)}, "
        f"later ones {side(sight.later_seen, sight.later_mean)}"
    )


def context(_model: str, seen: Seen) -> str:
    """Of a model: how many pairs it sees, and how many of them lie ahead."""
    (sight,) = seen.sights
    return (
        f"sees {sight.earlier_seen + sight.later_seen} of {2 * sight.pairs} pairs, "
        f"{sight.later_seen} of them in the future"
    )


def contexts(seen: Seen) -> str:
    """Of the row: the share of pairs that each model sees."""
    shares = (
        f"{title(sight.model)} sees "
        f"{(sight.earlier_seen + sight.later_seen) / (2 * sight.pairs):.0%}"
        for sight in seen.sights
    )
    return f"Of the pairs of a position and another token, {'; '.join(shares)}."


# -- what they are made of -------------------------------------------------------------------------


def architecture(_model: str, core: Cells | EncoderLayers) -> str:
    """Of a model: what its core is built of, by the parts that its family is known by."""
    if isinstance(core, Cells):
        cells = counted(core.count, "LSTM cell")
        return f"{cells} of {core.units} units: 3 gates and new content"
    return f"{counted(core.count, 'layer')} of self-attention and feed-forward, no cell"


def architectures(families: Families) -> str:
    """Of the row: which models keep cells, and which self-attention."""
    return (
        f"In their weights {_titles(families.recurrent)} keep LSTM cells; "
        f"{_titles(families.transformers)} keep self-attention."
    )


def depth(_model: str, depth: Depth) -> str:
    """Of a model: its layers, and what else is claimed of them."""
    layers = counted(depth.layers, "layer")
    if depth.both_ways is not None:
        layers += f", {'both ways' if depth.both_ways else 'one way'}"
    if depth.of_bert is not None:
        layers += f", {depth.of_bert:.0%} of BERT’s"
    return layers


def depths(depths: Depths) -> str:
    """Of the row: the layers of all four."""
    several = "several" if depths.bilstm > 1 else "one, not several,"
    return (
        f"The BiLSTM here has {several} in each direction; BERT has {depths.bert}, DistilBERT "
        f"{depths.distilbert}, the LSTM {depths.lstm}."
    )


def size(_model: str, size: RecurrentSize | SizeRatio | EncoderSize) -> str:
    """Of a model: its parameters, and what they are held against."""
    parameters = millions(size.parameters)
    if isinstance(size, RecurrentSize):
        return f"{parameters}, {millions(size.core_parameters)} of them recurrent"
    if isinstance(size, SizeRatio):
        return f"{parameters}: {size.core:.2f}× the recurrent part, {size.whole:.2f}× in all"
    paper = " and ".join(map(millions, size.paper))
    return f"{parameters} here" + (f"; {paper} at the paper’s size" if paper else "")


def sizes(sizes: Sizes) -> str:
    """Of the row: how the sizes compare, and why they differ from the papers’."""
    paper = ""
    if sizes.paper:
        bert, distilbert = map(millions, sizes.paper)
        paper = f"; built at the papers’ size it has {bert}, DistilBERT {distilbert}"
    whose = "bundled" if sizes.bundled else "set’s"
    widths = " and ".join(map(str, sizes.widths))
    narrower = ", not 768" if sizes.widths != (768,) else ""
    return (
        f"The BiLSTM’s recurrent part is {sizes.bilstm.core:.2f}× the LSTM’s, the whole only "
        f"{sizes.bilstm.whole:.2f}×, for both carry the same word vectors. The "
        f"{whose} Transformers are {widths} wide{narrower}, so BERT has "
        f"{millions(sizes.bert_parameters)}{paper}."
    )


# -- what they cost --------------------------------------------------------------------------------


def processing(_model: str, pace: Recurrence | Parallel) -> str:
    """Of a model: the steps that wait for one another, and what more text costs."""
    if isinstance(pace, Recurrence):
        times = "" if pace.of_lstm is None else f", {pace.of_lstm:.1f}× the LSTM’s"
        return (
            f"{pace.steps:,} steps in a row for {pace.tokens} tokens; each more costs "
            f"{pace.token_ms:.3f} ms{times}"
        )
    return (
        f"{counted(pace.steps, 'step')} in a row at any length; {pace.work_of_lstm:.1f}× the "
        f"LSTM’s arithmetic a second; {pace.growth:.1f}× the time from {pace.shortest} to "
        f"{pace.longest} tokens"
    )


def processings(pace: Pace) -> str:
    """Of the row: what a word costs, and what doing all at once is worth."""
    bert = pace.bert
    return (
        f"A word costs the BiLSTM {pace.bilstm_of_lstm:.1f}× what it costs the LSTM. "
        f"BERT handles all words of a layer at once and gets {bert.work_of_lstm:.1f}× as "
        "much arithmetic a second out of the processor; that does not make long texts free: on "
        f"{counted(pace.threads, 'thread')}, {bert.longest} tokens take it {bert.growth:.1f}× as "
        f"long as {bert.shortest}."
    )


def memory(_model: str, footprint: Footprint) -> str:
    """Of a model: what it adds to a process, and its weights, in MB."""
    added, weights = footprint.added_bytes / 1e6, footprint.weights_bytes / 1e6
    return f"adds {added:.0f} MB; weights {weights:.0f} MB"


def memories(memory: MemoryOrder) -> str:
    """Of the row: the models from least to most, and how unlike the moderate ones are."""
    return (
        f"From least to most: {_titles(memory.order)}. The two called moderate are not alike: "
        f"DistilBERT takes {memory.distilbert_of_bilstm:.1f}× what the BiLSTM takes, and "
        f"{memory.distilbert_of_bert:.0%} of BERT’s."
    )


_PLACES = {
    "lstm": "the fastest",
    "bilstm": "between LSTM and BERT",
    "bert": "the slowest",
    "distilbert": "faster than BERT",
}


def speed(model: str, rank: Rank) -> str:
    """Of a model: its time for one text, and in how many settings it stands where claimed."""
    return (
        f"{rank.milliseconds:.1f} ms for {rank.tokens} tokens; {_PLACES[model]} in {rank.wins} of "
        f"{rank.settings} settings"
    )


def speeds(race: Race) -> str:
    """Of the row: BERT against two others, and how often each stands where claimed."""
    places = [f"{title(name)} is {_PLACES[name]} in {race.ranks[name].wins}" for name in race.ranks]
    (settings,) = {rank.settings for rank in race.ranks.values()}
    return (
        f"For a text of {race.tokens} tokens BERT takes {race.bert_of_lstm:.1f}× as long as the "
        f"LSTM and {race.bert_of_distilbert:.1f}× as long as DistilBERT. {listing(places)} of "
        f"{settings} settings of length and batch."
    )


def _titles(models: Sequence[str]) -> str:
    return listing([title(name) for name in models])
