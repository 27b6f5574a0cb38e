"""The Compare page's result as slides: one HTML file of static pictures, for screen and paper.

On the screen the slides lie one below the other, each as wide as the window; printed, or saved as
PDF by the browser, each is a page.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from model_zoo.explain.records import Attribution
from model_zoo.host import host
from model_zoo.inference.predict import Prediction
from model_zoo.internals.stepwise import Course
from model_zoo.measure.latency import Latency
from model_zoo.models.network import ModelId
from model_zoo.models.sets import model_set
from ui.compare import slide_charts as charts
from ui.compare import slide_texts as texts
from ui.compare.answers import Answers
from ui.compare.gauges import Measured
from ui.compare.slide_frame import HEIGHT, LEFT, WIDTH
from ui.frame.permalink import View
from ui.serve import cached
from ui.show import svg
from ui.show.attribution import short_form
from ui.show.svg import FAINT
from ui.show.titles import named_apart
from ui.show.wording import agreement

_STYLE = """<style>
@page{size:13.333in 7.5in;margin:0}
body{margin:0;background:#5b6472;font-family:system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;
 -webkit-print-color-adjust:exact;print-color-adjust:exact}
section{background:#fff;margin:0 0 1rem}
svg{display:block;width:100%;aspect-ratio:16/9;font-variant-numeric:tabular-nums}
@media print{body{background:none}section{margin:0;break-inside:avoid}
 section+section{break-before:page}svg{width:13.333in;height:7.49in}}
</style>"""


def as_slides(
    view: View,
    answers: Answers,
    courses: Sequence[Course],
    measured: Measured,
    *,
    link: str | None,
    attributions: Mapping[str, Attribution],
) -> bytes:
    """Slides without scripts or anything from elsewhere, some 100 kB at most. UTF-8.

    `measured` holds latencies as the gauges keep them; `link` reproduces the view, None if it is
    too long for one; `attributions` are those of models of which there are any. What is not there
    has no slide: courses, something to compare with, attributions.
    """
    titles, of, machine = named_apart(answers.now), model_set(view.set), host()
    cards = {name: cached.card(name) for name in answers.now}
    latencies = newest(answers, measured)
    called = ("Pinned" if view.pinned is not None else "As typed", "Now")
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    pictures = [texts.answers_slide(answers, titles)]
    if label := charts.label_shown(answers, courses, of):
        pictures.append(charts.courses_slide(answers, courses, titles, label))
    pictures.append(charts.costs_slide(answers, latencies, cards, titles, machine))
    if answers.before:
        pictures.append(texts.changes_slide(answers, called, titles))
    if attributions:
        methods = {name: about.title for name, about in cached.methods().items()}
        pictures.append(texts.words_slide(attributions, of, titles, methods))
    weights = {name: cached.weights(name) for name in answers.now if not ModelId(name).is_own}
    pictures.append(texts.origin_slide(of, cards, titles, weights, machine, when, link))

    verdict = agreement(list(answers.now.values()), titles)
    slides = "".join(
        f"<section>{_slide(picture, answers.text, when, at, len(pictures), verdict)}</section>\n"
        for at, picture in enumerate(pictures, 1)
    )
    title = svg.clean(svg.cut(answers.text, 800, 10))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Quartet: {title}</title>{_STYLE}</head>
<body>
{slides}</body></html>""".encode()


def newest(answers: Answers, measured: Measured) -> Mapping[str, Latency]:
    """What was measured last of these models on this text, by model; empty if nothing was."""
    of_these = [
        (when, latencies)
        for (text, *_), (latencies, when) in measured.items()
        if text == answers.text and set(latencies) == set(answers.now)
    ]
    return max(of_these, key=lambda pair: pair[0])[1] if of_these else {}


def kept_attributions(now: Mapping[str, Prediction], text: str) -> dict[str, Attribution]:
    """The attributions that Compare shows, as far as they have been computed; computes none."""
    kept = {name: cached.kept_attribution(name, text, **short_form(name)) for name in now}
    return {name: attribution for name, attribution in kept.items() if attribution}


def _slide(picture: str, text: str, when: str, number: int, count: int, verdict: str) -> str:
    """A slide with its footer: whose picture it is, of when, and where among the others."""
    size, y = 22, HEIGHT - 30
    left, right = LEFT, WIDTH - LEFT
    ends = f"{when} · Quartet · {number}/{count}"
    room = right - left - svg.text_width(ends, size) - 60
    footer = (
        svg.stroke([(left, y - 32), (right, y - 32)], svg.RULE, 1.5)
        + svg.write(left, y, svg.cut(f"“{text}”", room, size), size, fill=FAINT)
        + svg.write(right, y, ends, size, anchor="end", fill=FAINT)
    )
    shown = svg.cut(text, 4_000, 10)
    says = f"Slide {number} of {count} on “{shown}”. {verdict}"
    return svg.picture(WIDTH, HEIGHT, picture + footer, says)
