"""The slides of Compare's result that are charts: how answers form, what models cost. Pure SVG."""

from collections import Counter
from collections.abc import Mapping, Sequence

from model_zoo.host import Host
from model_zoo.internals.stepwise import Course
from model_zoo.measure.latency import Latency
from model_zoo.models.files import ModelCard
from model_zoo.models.network import ModelId
from model_zoo.models.sets import ModelSet
from ui.compare.answers import Answers
from ui.compare.figures import READINGS
from ui.compare.slide_frame import BOTTOM, LEFT, NAME, SMALL, WIDE, WIDTH, heading, row_name
from ui.show import svg
from ui.show.svg import FAINT, Box
from ui.show.svg_charts import Bar, Line, bars, legend, line_chart
from ui.show.theme import engine_look, model_colour
from ui.show.wording import millions

MOST_TICKS = 24  # words below a chart
MOST_LAYERS = 9  # numbers of layers
ARROWS = {"forward": "→", "backward": "←"}


def courses_slide(
    answers: Answers, courses: Sequence[Course], titles: Mapping[str, str], label: str
) -> str:
    """How each answer forms: word by word on the left, layer by layer on the right."""
    shown = [course for course in courses if label in course.labels]
    several = len({ModelId(name).engine for name in answers.now}) > 1
    by_word = [course for course in shown if course.reading != "layers"]
    by_layer = [course for course in shown if course.reading == "layers"]
    drawn = heading(f"How the answers form: probability of {label}")
    parts = [part for part in (by_word, by_layer) if part]
    wide = (WIDE - 70 * (len(parts) - 1)) / len(parts)
    for at, part in enumerate(parts):
        box = Box(LEFT + at * (wide + 70), 150, wide, BOTTOM - 150)
        drawn += _courses(box, part, answers.text, titles, label, several)
    return drawn


def _courses(
    box: Box,
    courses: Sequence[Course],
    text: str,
    titles: Mapping[str, str],
    label: str,
    several: bool,
) -> str:
    """One chart with its legend above and how to read it below."""
    words = courses[0].reading != "layers"
    if words:
        ticks, lines = _by_word(courses, text, titles, label, several)
        heads, says = "After each word", "Recurrent models change their mind as they read."
        if any(course.reading == "backward" for course in courses):
            says = "→ read left to right, ← right to left, each direction alone."
    else:
        ticks, lines = _by_layer(courses, titles, label, several)
        heads = "After each layer"
        says = "A probe: the head was trained on the last layer only."
        says += (
            " Shallow models are stretched." if len({len(c.of(label)) for c in courses}) > 1 else ""
        )
    drawn = svg.write(box.x, box.y + SMALL, heads, 28, weight=600)
    body, top = legend(Box(box.x, box.y + 40, box.width, 0), lines, SMALL)
    plot = Box(
        box.x + 75, top + 25, box.width - 85, BOTTOM - 75 - (130 if words else 50) - top - 25
    )
    alike = 1 / max(len(course.labels) for course in courses)
    drawn += body + line_chart(plot, lines, ticks, 22, guide=alike, slanted=words)
    below, _, _ = svg.paragraph(
        Box(box.x, BOTTOM - 70, box.width, 70), says, SMALL, most=2, fill=FAINT
    )
    return drawn + below


def _by_word(
    courses: Sequence[Course], text: str, titles: Mapping[str, str], label: str, several: bool
) -> tuple[list[tuple[float, str]], list[Line]]:
    """Each point stands where its token ends in the text, so that tokens of others fit in."""
    words: dict[int, str] = {}
    for course in courses:
        for start, end in course.spans:
            words.setdefault(end, text[start:end])
    places = {end: at for at, end in enumerate(sorted(words))}
    last = max(1, len(places) - 1)
    every = -(-len(places) // MOST_TICKS)
    ticks = [
        (at / last, svg.cut(words[end], 130, 22)) for end, at in places.items() if at % every == 0
    ]
    two_ways = {course.model for course in courses if course.reading == "backward"}
    lines = []
    for course in courses:
        arrow = f" {ARROWS[course.reading]}" if course.model in two_ways else ""
        along = [places[end] / last for _, end in course.spans]
        lines.append(_line(course, along, titles[course.model] + arrow, label, several))
    return ticks, lines


def _by_layer(
    courses: Sequence[Course], titles: Mapping[str, str], label: str, several: bool
) -> tuple[list[tuple[float, str]], list[Line]]:
    deepest = max(len(course.probabilities) for course in courses) - 1
    every = -(-(deepest + 1) // MOST_LAYERS)
    ticks = [
        (at / max(1, deepest), str(at) if at else "embed.") for at in range(0, deepest + 1, every)
    ]
    lines = []
    for course in courses:
        layers = max(1, len(course.probabilities) - 1)
        along = [at / layers for at in range(len(course.probabilities))]
        lines.append(_line(course, along, titles[course.model], label, several))
    return ticks, lines


def _line(course: Course, along: Sequence[float], name: str, label: str, several: bool) -> Line:
    """The dash tells directions apart, or engines where there are `several`."""
    dash = engine_look(course.model).dash if several else READINGS[course.reading][0]
    points = list(zip(along, course.of(label), strict=True))
    return Line(name, model_colour(course.model), dash, points)


def costs_slide(
    answers: Answers,
    latencies: Mapping[str, Latency],
    cards: Mapping[str, ModelCard],
    titles: Mapping[str, str],
    machine: Host,
) -> str:
    """How fast and how large the models are; times of one call where none were measured."""
    rows = Box(LEFT + NAME + 20, 200, 0, min(500, 115 * len(answers.now)))
    times, sizes = [], []
    drawn = heading("Speed and size")
    for at, (name, prediction) in enumerate(answers.now.items()):
        colour = model_colour(name)
        middle = rows.y + (at + 0.5) * rows.height / len(answers.now)
        drawn += row_name(LEFT, middle, titles[name])
        if latency := latencies.get(name):
            tail = "p95" if len(latency.samples_ms) >= 20 else "slowest"
            says = f"{latency.median_ms:.1f} ms, {tail} {latency.p95_ms:.1f}"
            times.append(Bar(latency.median_ms, latency.p95_ms, colour, says))
        else:
            took = prediction.tokenize_ms + prediction.forward_ms
            times.append(Bar(took, None, colour, f"{took:.1f} ms"))
        card = cards[name]
        says = f"{card.size_bytes / 1e6:.1f} MB, {millions(card.parameters)}"
        sizes.append(Bar(card.size_bytes, None, colour, says))
    left = Box(rows.x, rows.y, 590, rows.height)
    right = Box(rows.x + 640, rows.y, WIDTH - LEFT - rows.x - 640, rows.height)
    drawn += svg.write(left.x, 180, _times_are(latencies), SMALL, fill=FAINT)
    drawn += svg.write(right.x, 180, "on disk, and parameters", SMALL, fill=FAINT)
    drawn += bars(left, times, SMALL) + bars(right, sizes, SMALL)
    says = _method(latencies, machine)
    below, _, _ = svg.paragraph(Box(LEFT, 710, WIDE, 100), says, SMALL, most=3, fill=FAINT)
    return drawn + below


def _times_are(latencies: Mapping[str, Latency]) -> str:
    return "median latency; the black mark is the tail" if latencies else "time of one call"


def _method(latencies: Mapping[str, Latency], machine: Host) -> str:
    where = f"{machine.processor}, {machine.cores} cores"
    if not latencies:
        return (
            f"Latency has not been measured: these are the times of one call each, on {where}. A "
            "single call says little."
        )
    some = next(iter(latencies.values()))
    copies = f"{some.batch} copies of " * (some.batch > 1)
    return (
        f"{len(some.samples_ms)} calls after {some.warm_up} warm-up, models taking turns; {copies}"
        f"{some.tokens} tokens, {some.threads} thread{'s' * (some.threads != 1)}, {where}. On "
        "another machine the times are others."
    )


def label_shown(answers: Answers, courses: Sequence[Course], of: ModelSet) -> str | None:
    """The label whose probability is drawn: the second of two, or else what most answer."""
    labels = list(dict.fromkeys(label for course in courses for label in course.labels))
    if len(labels) <= 2:
        return labels[-1] if labels else None
    if len(of.labels) == 2 and of.labels[1] in labels:
        return of.labels[1]
    votes = Counter(answers.now[course.model].label for course in courses)
    return votes.most_common(1)[0][0]
