"""The Compare page's result as a file: JSON for programs, self-contained HTML for people."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from typing import Any

from model_zoo.host import host
from model_zoo.inference.predict import Prediction
from model_zoo.internals.stepwise import Course
from model_zoo.measure.latency import Latency
from model_zoo.models.files import card
from model_zoo.models.registry import title
from model_zoo.models.sets import model_set
from ui.compare.answers import Answers, minority
from ui.compare.gauges import Measured
from ui.frame.permalink import View
from ui.show.cards import changes, prediction_card
from ui.show.style import STYLE
from ui.show.wording import agreement, made_of


def as_json(view: View, answers: Answers, courses: Sequence[Course], measured: Measured) -> bytes:
    """Everything the page shows, in the field names of the library's records. UTF-8."""
    record = {
        "text": answers.text,
        "set": view.set,
        "typed": view.text,
        "pinned": view.pinned,
        "predictions": [_prediction_record(p) for p in answers.now.values()],
        "compared_with": [_prediction_record(p) for p in answers.before.values()],
        "courses": [asdict(course) for course in courses],
        "latency": [asdict(latency) for latency in _latencies(answers, measured)],
        "models": [asdict(card(name)) for name in answers.now],
        "host": asdict(host()),
        "made_at": _now(),
    }
    return json.dumps(record, indent=1, ensure_ascii=False).encode()


def as_html(view: View, answers: Answers, courses: Sequence[Course], measured: Measured) -> bytes:
    """The page's result without scripts or anything from elsewhere: opens, prints, mails. UTF-8."""
    outvoted = minority(answers.now)
    cards = "".join(
        prediction_card(
            prediction, card(name), dissents=name in outvoted, before=answers.before.get(name)
        )
        for name, prediction in answers.now.items()
    )
    compared = ""
    if answers.before:
        called = ("Pinned" if view.pinned is not None else "As typed", "Now")
        compared = changes([*answers.before.values()], [*answers.now.values()], called=called)
    machine, titles = host(), {name: title(name) for name in answers.now}
    timings = "".join(
        f"<tr><td>{escape(title(latency.model))}</td><td>{latency.batch}</td>"
        f"<td>{latency.median_ms:.1f}</td><td>{latency.p95_ms:.1f}</td>"
        f"<td>{len(latency.samples_ms)}</td><td>{latency.threads}</td></tr>"
        for latency in _latencies(answers, measured)
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Quartet: {escape(answers.text[:80])}</title>{STYLE}
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;
color:#1b2330;background:#fff}}main{{display:grid;gap:1rem;margin:1rem 0;
grid-template-columns:repeat(auto-fit,minmax(14rem,1fr))}}
blockquote{{font-size:1.2rem;margin:1rem 0;overflow-wrap:anywhere}}
.plain{{border-collapse:collapse;font-variant-numeric:tabular-nums}}
.plain td,.plain th{{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #d5dbe6}}
.plain td:first-child,.plain th:first-child{{text-align:left}}
.wide{{overflow-x:auto}}</style></head>
<body><h1>Quartet</h1><blockquote>{escape(answers.text)}</blockquote>
<p class="q-verdict">{escape(agreement(list(answers.now.values()), titles))}</p>
<main>{cards}</main>{compared}
<h2>How the answer forms</h2><p>Probability of the label named, after each token of the text
(forward, backward) or each layer, the first being the embeddings. Layers are a probe: the head was
trained on the last one only.</p>
<div class="wide"><table class="plain">{_course_rows(answers, courses)}</table></div>
<h2>Latency</h2><table class="plain"><tr><th>model</th><th>batch</th><th>median, ms</th>
<th>p95, ms</th><th>calls</th><th>threads</th></tr>{timings}</table>
<p>{escape(machine.processor)}, {machine.cores} cores, Python {machine.python}, torch
{escape(machine.torch)}. Made at {_now()}.
{escape(made_of(model_set(view.set)))}</p></body></html>""".encode()


def _prediction_record(prediction: Prediction) -> dict[str, Any]:
    record = asdict(prediction)
    record["probabilities"] = dict(zip(prediction.labels, prediction.probabilities, strict=True))
    return record | {"confidence": prediction.confidence, "truncated": prediction.truncated}


def _latencies(answers: Answers, measured: Measured) -> list[Latency]:
    """What was measured on the text that was answered, for every batch size asked for."""
    return [
        latency
        for (text, *_), (latencies, _) in measured.items()
        if text == answers.text
        for latency in latencies.values()
    ]


def _course_rows(answers: Answers, courses: Sequence[Course]) -> str:
    """A row a course: of two labels the second one's probabilities, or else the answer's."""
    rows = []
    for course in courses:
        prediction = answers.now[course.model]
        label = course.labels[1] if len(course.labels) == 2 else prediction.label
        cells = "".join(f"<td>{share:.3f}</td>" for share in course.of(label))
        name = f"{title(course.model)}, {course.reading}: {label}"
        rows.append(f"<tr><td>{escape(name)}</td>{cells}</tr>")
    return "".join(rows)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
