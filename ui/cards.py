"""A prediction as a card. HTML built here escapes everything that is not ours."""

from html import escape

from model_zoo.results import ModelCard, Prediction
from ui.theme import LABEL_COLOURS, LABEL_SIGNS, MODEL_COLOURS, OTHER_MODEL
from ui.wording import confidence, percent

STYLE = """<style>
.q-card{border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-top:.35rem solid
 var(--model);border-radius:.7rem;padding:.9rem 1rem 1rem;min-height:13.2rem;box-sizing:border-box}
.q-card h3{font-size:1.05rem;margin:0;padding:0;font-weight:650}
.q-card .q-label{font-size:1.55rem;font-weight:700;line-height:1.25;margin:.35rem 0 .1rem;
 display:flex;justify-content:space-between;gap:.5rem;flex-wrap:wrap}
.q-card .q-sign{display:inline-block;width:1.35em;height:1.35em;line-height:1.3em;text-align:center;
 border-radius:50%;background:var(--label);color:#fff;margin-right:.4rem;font-size:.8em}
.q-card .q-bar{height:.7rem;border-radius:.35rem;overflow:hidden;display:flex;margin:.45rem 0 .3rem;
 background:color-mix(in srgb,currentColor 12%,transparent)}
.q-card .q-bar span{display:block;background:var(--label)}
.q-card .q-bar.q-right{justify-content:flex-end}
.q-card .q-scale{display:flex;justify-content:space-between;font-size:.8rem;opacity:.85}
.q-card dl{display:grid;grid-template-columns:auto 1fr;gap:.12rem .8rem;margin:.7rem 0 0;
 padding:0;font-size:.9rem}
.q-card dl dt{opacity:.85;margin:0;padding:0;text-align:left}
.q-card dl dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
.q-card .q-wait{opacity:.7;margin-top:1.2rem}
.q-dissent{outline:.16rem dashed var(--label);outline-offset:.16rem}
[data-testid="InputInstructions"]{display:none} /* lies over the end of a long text */
.q-verdict{font-size:1.2rem;font-weight:600;margin:.2rem 0 .1rem}
</style>"""


def prediction_card(found: Prediction, about: ModelCard, *, dissents: bool = False) -> str:
    """The card of one prediction: label, probability, time of this very call, size.

    `dissents` frames it, where a model stands against the majority.
    """
    label = found.label
    side = "q-right" if label == "positive" else ""
    mark = "<dt>against the majority</dt><dd>yes</dd>" if dissents else ""
    sign = f'<span class="q-sign" aria-hidden="true">{LABEL_SIGNS[label]}</span>'
    body = f"""
<div class="q-label"><span>{sign}{label}</span>
<span>{escape(percent(found.confidence))}</span></div>
<div class="q-bar {side}" role="img" aria-label="probability of {label}: {found.confidence:.1%}">
<span style="width:{100 * found.confidence:.1f}%"></span></div>
<div class="q-scale" aria-hidden="true"><span>negative</span><span>positive</span></div>
<dl><dt>confidence</dt><dd>{confidence(found)}</dd>
<dt title="tokenising and forward pass of this very call">time</dt>
<dd>{found.tokenize_ms + found.forward_ms:.1f} ms</dd>
<dt>parameters</dt><dd>{about.parameters / 1e6:.1f} M</dd>
<dt>layers</dt><dd>{about.layers}</dd>{mark}</dl>"""
    colours = f"--label:{LABEL_COLOURS[label]}"
    return _frame(about.name, about.title, body, colours, "q-dissent" if dissents else "")


def waiting_card(name: str, title: str, message: str) -> str:
    """The same frame with a message where the prediction will stand, or why it cannot."""
    return _frame(name, title, f'<div class="q-wait">{escape(message)}</div>')


def _frame(name: str, title: str, body: str, colours: str = "", extra: str = "") -> str:
    colour = MODEL_COLOURS.get(name, OTHER_MODEL)
    return (
        f'<section class="q-card {extra}" aria-label="{escape(title)}" '
        f'data-model="{escape(name)}" style="--model:{colour};{colours}">'
        f"<h3>{escape(title)}</h3>{body}</section>"
    )
