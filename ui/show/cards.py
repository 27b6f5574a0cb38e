"""Predictions as cards, and as a table of what changed. HTML escapes everything not ours."""

from collections.abc import Sequence
from html import escape

from model_zoo.inference.predict import Prediction
from model_zoo.models.files import ModelCard
from model_zoo.models.registry import title
from ui.show.difference import both_marked
from ui.show.theme import label_colour, label_sign, model_style, set_colours
from ui.show.wording import change, confidence, margin, millions, percent


def prediction_card(
    prediction: Prediction,
    model_card: ModelCard,
    *,
    dissents: bool = False,
    times_ms: Sequence[float] = (),
    before: Prediction | None = None,
    brief: bool = False,
) -> str:
    """The card of one prediction, as HTML: label, probability, time of this very call, size.

    `dissents` frames it, where a model stands against the majority. `times_ms` are the calls the
    sparkline shows, the last one being this; without any, there is none. `before` is the prediction
    it is compared with. A `brief` card ends after the probability.
    """
    label = prediction.label
    time_ms = prediction.tokenize_ms + prediction.forward_ms
    mark = '<dt class="q-whole">against the majority</dt><dd>yes</dd>' if dissents else ""
    moved = f'<p class="q-moved">{escape(change(before, prediction))}</p>' if before else ""
    calls = f"<dt>{_calls(len(times_ms))}</dt><dd>{_sparkline(times_ms)}</dd>" if times_ms else ""
    colours = f"--label:{_colour(prediction)}"
    answer = f"""
<div class="q-label"><span>{_sign(prediction)}{escape(label)}</span>
<span>{escape(percent(prediction.confidence))}</span></div>
{_bar(prediction)}{moved}"""
    if brief:
        return _frame(model_card.name, model_card.title, answer, colours, "q-brief")
    body = f"""{answer}
<dl>{_next(prediction)}<dt>confidence</dt><dd>{confidence(prediction)}</dd>
<dt title="how far the two likeliest labels are apart">margin</dt><dd>{margin(prediction)}</dd>
<dt title="tokenising and forward pass of this very call">time</dt>
<dd>{time_ms:.1f} ms</dd>{calls}
<dt>layers</dt><dd>{int(model_card.layers)}</dd>
<dt>parameters</dt><dd>{millions(model_card.parameters)}</dd>
<dt title="the weights file">size</dt><dd>{model_card.size_bytes / 1e6:.1f} MB</dd>
{mark}</dl>"""
    return _frame(model_card.name, model_card.title, body, colours, "q-dissent" if dissents else "")


def prediction_line(
    prediction: Prediction, model_card: ModelCard, *, before: Prediction | None = None
) -> str:
    """The same in a line without bars: label, probability, what an edit did, time and sizes."""
    time_ms = prediction.tokenize_ms + prediction.forward_ms
    moved = f'<p class="q-moved">{escape(change(before, prediction))}</p>' if before else ""
    sizes = f"{millions(model_card.parameters)} · {model_card.size_bytes / 1e6:.1f} MB"
    body = f"""<div class="q-label"><span>{_sign(prediction)}{escape(prediction.label)}</span>
<span>{escape(percent(prediction.confidence))}</span></div>{moved}
<p>{time_ms:.1f} ms · {sizes}</p>"""
    colours = f"--label:{_colour(prediction)}"
    return _frame(model_card.name, model_card.title, body, colours, "q-line")


def _bar(prediction: Prediction) -> str:
    """The answer's probability as a bar; of two labels it grows from the answer's side."""
    label, labels = prediction.label, prediction.labels
    two = len(labels) == 2
    side = "q-right" if two and label == labels[1] else ""
    ends = labels if two else ("0 %", "100 %")
    return f"""<div class="q-bar {side}" role="img"
aria-label="probability of {escape(label, quote=True)}: {prediction.confidence:.1%}">
<span style="width:{100 * prediction.confidence:.1f}%"></span></div>
<div class="q-scale" aria-hidden="true"><span>{escape(ends[0])}</span>
<span>{escape(ends[1])}</span></div>"""


def _next(prediction: Prediction) -> str:
    """The two labels after the likeliest, where there are more than two in all."""
    if len(prediction.labels) == 2:
        return ""
    rows = (
        f'<dt class="q-next q-whole">{escape(label)}</dt><dd>{escape(percent(share))}</dd>'
        for label, share in prediction.top(3)[1:]
    )
    return "".join(rows)


def waiting_card(name: str, title: str, message: str = "Loading the model…") -> str:
    """A card that holds the place while its model is being loaded, or what `message` says."""
    bars = "".join(
        f'<div class="q-skeleton" style="width:{width}%"></div>' for width in (70, 100, 85, 60, 75)
    )
    return _frame(name, title, f'<div class="q-wait">{escape(message)}</div>{bars}')


def hidden_card(name: str, title: str) -> str:
    """A brief card whose answer is not to be seen yet."""
    return _frame(name, title, '<div class="q-label"><span>?</span></div>', extra="q-brief")


def failed_card(name: str, title: str, message: str) -> str:
    """A card that says why there is no prediction."""
    return _frame(name, title, f'<div class="q-wait" role="alert">{escape(message)}</div>')


def changes(
    before: Sequence[Prediction], after: Sequence[Prediction], *, called: tuple[str, str]
) -> str:
    """Two sentences, one above the other, with what every model makes of either.

    That is the probability of the second of two labels, if those are the same for all models, or
    else each one's answer. `called` names the two. Models are the same in both and in the same
    order.
    """
    old, new = both_marked(before[0].text, after[0].text)
    heads = "".join(
        f'<th scope="col" style="{model_style(p.model)}">{escape(title(p.model))}</th>'
        for p in before
    )
    span = len(before) + 1
    answers = {p.labels for p in before}
    second = before[0].labels[1] if len(answers) == 1 and len(before[0].labels) == 2 else None
    rows = "".join(
        f'<tr><td class="q-text" colspan="{span}"><b>{escape(name)}:</b> {text}</td></tr>'
        f'<tr><th scope="row">{escape(second or "answer")}</th>'
        f"{''.join(_share_cell(p, second) for p in predictions)}</tr>"
        for name, text, predictions in ((called[0], old, before), (called[1], new, after))
    )
    moved = "".join(
        f"<td>{escape(change(a, b, named=second is None))}</td>"
        for a, b in zip(before, after, strict=True)
    )
    return (
        f'<table class="q-changes"><thead><tr><td></td>{heads}</tr></thead>'
        f'<tbody>{rows}<tr class="q-sum"><th scope="row">change</th>{moved}</tr></tbody></table>'
    )


def _share_cell(prediction: Prediction, of: str | None) -> str:
    """The probability of the label `of`, or else the answer and its own."""
    answer = "" if of else f"{escape(prediction.label)} "
    share = escape(percent(prediction.of(of) if of else prediction.confidence))
    return f'<td style="--label:{_colour(prediction)}">{_sign(prediction)}{answer}{share}</td>'


def _colour(prediction: Prediction) -> str:
    """That of the label that is answered."""
    return label_colour(prediction.label, prediction.labels, set_colours(prediction.model))


def _sign(prediction: Prediction) -> str:
    sign = label_sign(prediction.label, prediction.labels)
    plain = "" if sign else " q-dot"
    return f'<span class="q-sign{plain}" aria-hidden="true">{sign}</span>'


def _calls(count: int) -> str:
    return "this call" if count == 1 else f"last {count} calls"


def _sparkline(times_ms: Sequence[float]) -> str:
    """Bars from zero to the slowest of the calls, oldest first."""
    if not times_ms:
        return ""
    slowest = max(times_ms)
    span_ms = f"{min(times_ms):.1f} to {slowest:.1f} ms"
    bars = "".join(f'<span style="height:{100 * ms / slowest:.0f}%"></span>' for ms in times_ms)
    return f'<div class="q-spark" role="img" aria-label="{span_ms}" title="{span_ms}">{bars}</div>'


def _frame(name: str, title: str, body: str, colours: str = "", extra: str = "") -> str:
    return (
        f'<section class="q-card {extra}" aria-label="{escape(title)}" '
        f'data-model="{escape(name)}" style="{model_style(name)};{colours}">'
        f"<h2>{escape(title)}</h2>{body}</section>"
    )
