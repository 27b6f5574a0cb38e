"""The sections of the page Speed and size: what the models cost, and what that buys."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from model_zoo.measure import sweep
from model_zoo.measure.footprint import SAMPLE_SECONDS
from model_zoo.measure.growth import Crossing, Growth, crossings, growth
from model_zoo.measure.latency import LEAST_RUNS, Latency
from model_zoo.measure.sweep import Sweep
from model_zoo.models.files import ModelCard, read_metrics
from model_zoo.models.registry import SPECS
from ui.frame import measuring, state
from ui.frame.captions import how_to_read
from ui.serve import cached
from ui.show.theme import PLAIN, TITLES
from ui.show.wording import interval, listing, megabytes, plain, ratio
from ui.speed import figures

TEACHER, STUDENT = "bert", "distilbert"


def lengths(found: Sweep, tokens: int) -> None:
    """Latency against length, how it grows, and where one model overtakes another."""
    st.header("Time against length")
    lines = sweep.by_length(found)
    if not lines:
        st.info("Nothing was measured over lengths yet.", icon=":material/info:")
        return
    crossed = crossings(
        {name: [(one.tokens, one.median_ms) for one in line] for name, line in lines.items()}
    )
    said = _overtaking(crossed, "is slower than", "tokens", "length")
    st.plotly_chart(
        figures.latency(lines, crossed, mark=tokens),
        key="latency",
        config=PLAIN,
        alt=f"Time a call against text length, log axes. {_doubling(lines)} {said}",
    )
    how_to_read(
        "One text a call. Lines are medians, the bands reach up to the 95th percentile; both axes "
        f"are logarithmic, so a straight line is a power of the length. {said} {_doubling(lines)} "
        f"The dotted line is your sentence of {tokens} tokens.",
        "wide bands mean a busy machine; then only large differences count. These models are "
        "smaller than the papers’, which moves every line.",
    )
    fits = [fit for line in lines.values() if (fit := growth(line))]
    if not fits:
        st.caption("Four lengths are needed to fit how time grows with length.")
        return
    st.subheader("How time grows")
    st.table(
        pd.DataFrame(
            {
                "model": [TITLES[fit.model] for fit in fits],
                "fixed cost of a call": [f"{fit.fixed_ms:.1f} ms" for fit in fits],
                "exponent (95 %)": [
                    f"{fit.exponent:.2f} ({fit.ci95[0]:.2f} to {fit.ci95[1]:.2f})" for fit in fits
                ],
                "that is": [growth_in_words(fit) for fit in fits],
            }
        ).set_index("model")
    )
    first = fits[0].lengths
    how_to_read(
        "Fitted to the medians: time = fixed cost + factor × tokens to the power of the exponent. "
        "1 is linear, as reading word by word ought to be; self-attention compares every token "
        "with every other, which alone would be 2, but most of a layer's work is linear.",
        f"the intervals tell how well {len(first)} lengths from {first[0]} to {first[-1]} tokens "
        "determine the exponent, not what another machine would give. Caches that overflow and "
        "calls that a busy machine held up bend the curve too.",
    )


def growth_in_words(fit: Growth) -> str:
    """What the exponent and its interval say, compared with linear growth."""
    low, high = fit.ci95
    if high - low >= 0.75:
        return "not to be told"
    if 0.9 <= fit.exponent <= 1.1:
        return "about linear"
    way = "faster than linear" if fit.exponent > 1 else "slower than linear"
    return f"{way}, perhaps" if low <= 1 <= high else way


def _doubling(lines: Mapping[str, Sequence[Latency]]) -> str:
    """What the step between the two longest lengths does to each model's time."""
    pairs = {name: line[-2:] for name, line in lines.items() if len(line) > 1}
    if not pairs:
        return ""
    short, long = next(iter(pairs.values()))
    said = [f"{TITLES[name]} {b.median_ms / a.median_ms:.1f}×" for name, (a, b) in pairs.items()]
    return (
        f"From {short.tokens} to {long.tokens} tokens, {long.tokens / short.tokens:.1f} times the "
        f"text, time is {listing(said)}."
    )


def _overtaking(crossed: Sequence[Crossing], verb: str, unit: str, over: str) -> str:
    if not crossed:
        return f"No model overtakes another at any measured {over}."
    return " ".join(
        f"From about {crossing.at:.0f} {unit} on, {TITLES[crossing.upper]} {verb} "
        f"{TITLES[crossing.lower]}."
        for crossing in crossed
    )


def batches(found: Sweep) -> None:
    """Throughput against batch size."""
    st.header("Throughput against batch size")
    lines = sweep.by_batch(found)
    if not lines:
        st.info("Nothing was measured over batch sizes yet.", icon=":material/info:")
        return
    crossed = crossings(
        {
            name: [(one.batch, sweep.texts_a_second(one)) for one in line]
            for name, line in lines.items()
        }
    )
    gains = [
        f"{TITLES[name]} {sweep.texts_a_second(line[-1]) / sweep.texts_a_second(line[0]):.1f}×"
        for name, line in lines.items()
    ]
    ends = next(iter(lines.values()))
    said = (
        f"From {ends[0].batch} to {ends[-1].batch} texts a call, throughput is {listing(gains)}. "
        + _overtaking(crossed, "handles more than", "texts a call", "batch size")
    )
    st.plotly_chart(
        figures.throughput(lines, crossed),
        key="throughput",
        config=PLAIN,
        alt=f"Texts a second against texts a call, log axes. {said}",
    )
    how_to_read(
        f"Texts of {sweep.BATCH_TOKENS} tokens each, all as long as one another. Lines are "
        f"medians, the bands reach down to the 95th percentile's time. {said} A batch lets "
        "word-by-word models do many words at each step.",
        "texts of different lengths are padded to the longest, which costs more than is seen here, "
        "and one thread gains less from a batch than many cores or a GPU would.",
    )


def steps(tokens: int) -> None:
    """Sequential steps against layers, for a sentence of `tokens` and for every length."""
    st.header("Steps that wait for one another")
    cards = {name: cached.card(name) for name in SPECS}
    lines = {
        name: [(length, steps_of(card, length)) for length in sweep.LENGTHS]
        for name, card in cards.items()
    }
    said = " ".join(f"{card.title}: {_one_after_another(card, tokens)}." for card in cards.values())
    st.plotly_chart(
        figures.steps(lines, mark=tokens),
        key="steps",
        config=PLAIN,
        alt=f"Steps one after the other against text length. {said}",
    )
    how_to_read(
        f"Your sentence has {tokens} tokens (dotted line). {said}",
        "this counts what cannot be done at once, not time. On one thread a step of BERT is far "
        "more work than one of an LSTM, so fewer steps are not faster here; with many cores or a "
        "GPU they can be.",
    )


def steps_of(card: ModelCard, tokens: int) -> int:
    """How many of the model's steps must wait for the one before, for a text of `tokens`."""
    return card.layers * (tokens if card.one_by_one else 1)


def _one_after_another(card: ModelCard, tokens: int) -> str:
    if not card.one_by_one:
        return f"{card.layers} layers, all {tokens} tokens at once"
    passes = "two passes of " if card.directions == 2 else ""
    return f"{passes}{steps_of(card, tokens)} steps one after the other"


def trade_offs(found: Sweep) -> None:
    """Accuracy against latency and against size, and what distillation kept."""
    st.header("What accuracy costs")
    cards = {name: card for name in SPECS if (card := cached.card(name)).accuracy is not None}
    times = {
        name: next((one for one in line if one.batch == 1), line[0])
        for name, line in sweep.by_batch(found).items()
        if name in cards
    }
    if said := distilled(cards, times):
        st.markdown(plain(said))
    left, right = st.columns(2)
    with left:
        st.subheader("Accuracy against time")
        if times:
            _pareto(
                cards,
                {name: one.median_ms for name, one in times.items()},
                "latency",
                f"time a text of {sweep.BATCH_TOKENS} tokens",
                "ms",
            )
        else:
            st.info("No time was measured yet.", icon=":material/info:")
    with right:
        st.subheader("Accuracy against size")
        sizes = {name: card.size_bytes / 1e6 for name, card in cards.items()}
        _pareto(cards, sizes, "size", "weights on disk", "MB")
    rows = {read_metrics(name).get("validation", {}).get("rows") for name in cards} - {None}
    on = " and ".join(f"{count:,}" for count in sorted(rows)) or "the"
    how_to_read(
        f"Accuracy: share of the {on} validation sentences of SST-2 answered rightly, with the "
        "95 % Wilson interval as bars. Up and to the left is better; the dotted line joins the "
        "models that no other beats in both.",
        "where bars overlap, the order may be chance, and with it who is on the line. The models "
        "are smaller than the papers’; film reviews are not your data.",
    )


def _pareto(
    cards: Mapping[str, ModelCard], costs: Mapping[str, float], key: str, axis: str, unit: str
) -> None:
    best = front({name: (cost, cards[name].accuracy or 0.0) for name, cost in costs.items()})
    points = [
        f"{TITLES[name]}: {interval(cards[name].accuracy, cards[name].ci95)} at {cost:,.1f} {unit}."
        for name, cost in costs.items()
    ]
    st.plotly_chart(
        figures.pareto(cards, costs, best, axis=axis, unit=unit),
        key=f"pareto-{key}",
        config=PLAIN,
        alt=f"Accuracy against {axis}. {' '.join(points)}",
    )
    beaten = [TITLES[name] for name in costs if name not in best]
    out = f"{listing(beaten)} {'is' if len(beaten) == 1 else 'are'} beaten in both." * bool(beaten)
    st.caption(f"Nothing better for less than {listing([TITLES[name] for name in best])}. {out}")


def front(points: Mapping[str, tuple[float, float]]) -> list[str]:
    """Names of the points (cost, gain) that no other beats in both, cheapest first."""
    best: list[str] = []
    for name in sorted(points, key=lambda name: (points[name][0], -points[name][1])):
        if not best or points[name][1] > points[best[-1]][1]:
            best.append(name)
    return best


def distilled(cards: Mapping[str, ModelCard], times: Mapping[str, Latency]) -> str:
    """What the student kept of its teacher's accuracy and what it saves; empty without both."""
    if TEACHER not in cards or STUDENT not in cards:
        return ""
    teacher, student = cards[TEACHER], cards[STUDENT]
    if not (teacher.accuracy and student.accuracy and teacher.ci95 and student.ci95):
        return ""
    kept = (
        f"{student.title} keeps {student.accuracy / teacher.accuracy:.1%} of {teacher.title}’s "
        f"accuracy ({student.accuracy:.1%} against {teacher.accuracy:.1%})"
    )
    saved = [f"has {student.parameters / teacher.parameters:.0%} of its parameters"]
    if TEACHER in times and STUDENT in times:
        pair = times[STUDENT], times[TEACHER]
        compared = ratio(pair[0].median_ms, pair[1].median_ms, "as fast", "just as fast", "as slow")
        saved.insert(0, f"is {compared} at {pair[0].tokens} tokens")
    overlap = student.ci95[1] >= teacher.ci95[0] and teacher.ci95[1] >= student.ci95[0]
    doubt = " The two intervals of accuracy overlap." if overlap else ""
    return f"{kept}, {listing(saved)}.{doubt}"


def memory() -> None:
    """Weights, added memory and peaks, each from fresh processes."""
    st.header("Memory")
    found, shipped = measuring.footprints()
    if not found.footprints:
        st.info("No memory was measured. A thorough measurement does.", icon=":material/info:")
        return
    if shipped and not measuring.sweep()[1]:
        st.caption(f"Your measurement has no memory in it. {measuring.provenance(found, shipped)}")
    told = [
        f"{TITLES[one.model]}: weights {megabytes(one.weights_bytes)}, added "
        f"{megabytes(one.added_bytes)}, peak of a prediction "
        f"{megabytes(one.prediction_peak_bytes)}, of an attribution "
        f"{megabytes(one.attribution_peak_bytes)}."
        for one in found.footprints
    ]
    st.plotly_chart(
        figures.memory(found.footprints),
        key="memory",
        config=PLAIN,
        alt=f"Bars of memory in MB. {' '.join(told)}",
    )
    sampled = any(one.sampled for one in found.footprints)
    how_to_read(
        "Weights: parameters in memory: float32, but for the word vectors in float16, as on disk. "
        "Added: what loading and one call leave resident in a fresh process, over one that has "
        "used another model. Peaks: what one prediction and one attribution (integrated gradients) "
        f"of {found.footprints[0].tokens} tokens need on top while they run.",
        "peaks grow with length, and the allocator’s habits differ between systems. "
        + (
            "They were sampled every "
            f"{1e3 * SAMPLE_SECONDS:.0f} ms here, so shorter ones were missed."
            if sampled
            else "They are the kernel’s own high-water mark, so none was missed."
        ),
    )


def method(found: Sweep, shipped: bool) -> None:
    """How the figures were come by, in full, and the figures to take along."""
    st.header("Method")
    machine = found.host
    lines = [measuring.provenance(found, shipped)]
    if found.latencies:
        one = found.latencies[0]
        counts = sorted({len(latency.samples_ms) for latency in found.latencies})
        runs = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
        warm = sorted({latency.warm_up for latency in found.latencies})
        lines += [
            f"Calls: {runs} at each point after {listing([str(count) for count in warm])} to warm "
            "up. In each round every model is called once at every length and batch size, one "
            "after the other, so that a noisy moment hits all alike. A point ends early when its "
            f"calls have taken their share of time, but not before {LEAST_RUNS}. With fewer than "
            "20 calls the 95th percentile is the slowest one.",
            "A call goes from text to probabilities, tokenising included. Texts are English words "
            "of one token each, of exactly the stated length with [CLS] and [SEP].",
            "Lengths are measured with one text a call, batches with texts of "
            f"{sweep.BATCH_TOKENS} tokens: all lengths in all batch sizes would take too long.",
            f"Threads: {one.threads} (torch). Computed in float32.",
        ]
    room = megabytes(machine.memory_bytes) + " of memory" + ", limited" * machine.memory_limited
    lines += [
        f"Processor: {plain(machine.processor)}, {machine.cores} cores, {room}. "
        f"Python {machine.python}, torch {machine.torch}, transformers {machine.transformers}.",
    ]
    if found.footprints:
        lines.append(
            "Memory: three fresh processes a model, one thread each. On Linux the kernel’s peak "
            "(VmHWM) is started anew before the call; elsewhere the memory is sampled."
        )
    lines.append("The same from a terminal: `python -m model_zoo measure`.")
    st.markdown("\n".join(f"- {line}" for line in lines))
    with st.container(horizontal=True, key="speed-downloads"):
        name = f"quartet-speed-{found.taken[:10]}"
        st.download_button("Download as CSV", sweep.as_csv(found), f"{name}.csv", "text/csv")
        st.download_button(
            "Download as JSON", sweep.as_json(found), f"{name}.json", "application/json"
        )


def sentence_tokens() -> int:
    """Tokens of the sentence that this visitor reads on the other pages."""
    return len(cached.encoded(state.view().text).ids)
