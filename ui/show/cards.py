"""Predictions as cards and tables. HTML built here escapes everything that is not ours."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape

from model_zoo.host import Host
from model_zoo.models.registry import SPECS, ModelCard
from model_zoo.reading.predict import Prediction
from ui.show.theme import LABEL_COLOURS, LABEL_SIGNS, MODEL_COLOURS, OTHER_MODEL, UNSIGNED
from ui.show.wording import change, confidence, margin, megabytes, percent, signed_number

# Of equal words in two texts. Comparing takes as long, times the changes: "a a a …" with "a b a …"
# of 20,000 characters would take minutes.
MAX_PAIRS = 100_000

STYLE = """<style>
.q-card{border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-top:.35rem solid
 var(--model);border-radius:.7rem;padding:.9rem 1rem 1rem;min-height:17.5rem;box-sizing:border-box}
.q-card h2{font-size:1.05rem;margin:0;padding:0;font-weight:650}
.q-card .q-label{font-size:1.55rem;font-weight:700;line-height:1.25;margin:.35rem 0 .1rem;
 display:flex;justify-content:space-between;gap:.5rem;flex-wrap:wrap}
.q-sign{display:inline-block;width:1.35em;height:1.35em;line-height:1.3em;text-align:center;
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
.q-spark{display:flex;align-items:flex-end;justify-content:flex-end;gap:1px;height:1.3rem}
.q-spark span{width:4px;background:var(--model);min-height:1px}
.q-card .q-moved{font-weight:650;margin:.3rem 0 0}
.q-card .q-wait{opacity:.85;margin-top:1.2rem}
.q-skeleton{height:.8rem;border-radius:.4rem;margin:.8rem 0;animation:q-pulse 1.4s infinite;
 background:color-mix(in srgb,currentColor 15%,transparent)}
@keyframes q-pulse{50%{opacity:.35}}
@media (prefers-reduced-motion:reduce){.q-skeleton{animation:none}}
.q-dissent{outline:.16rem dashed var(--label);outline-offset:.16rem}
.q-verdict{font-size:1.2rem;font-weight:600;margin:.2rem 0 .1rem}
.q-verdict.q-split{border-left:.5rem solid #d99a00;padding:.6rem .9rem;border-radius:.4rem;
 background:color-mix(in srgb,#d99a00 16%,transparent)}
.q-changes{width:100%;border-collapse:collapse;table-layout:fixed;font-variant-numeric:tabular-nums}
.q-changes th,.q-changes td{padding:.3rem .5rem;text-align:left;font-weight:400;border:0;
 border-top:1px solid color-mix(in srgb,currentColor 18%,transparent)}
.q-changes thead th{font-weight:650;border-top:.25rem solid var(--model)}
.q-changes .q-text{overflow-wrap:anywhere;padding-top:.7rem}
.q-changes .q-text+td{border:0}
.q-changes ins{text-decoration:underline;text-decoration-thickness:.15em;font-weight:650}
.q-changes del{opacity:.8}
.q-changes .q-sum td,.q-changes .q-sum th{font-weight:650}
.q-words{border-left:.35rem solid var(--model);padding:.1rem 0 .1rem .8rem;margin:.3rem 0}
.q-words h3{font-size:1rem;font-weight:650;margin:0;padding:0}
.q-words div{line-height:1.3}
.q-words span{display:inline-block;padding:.1rem .3rem;margin:.1rem 0;border-radius:.3rem;
 text-align:center;overflow-wrap:anywhere}
.q-words small{display:block;font-size:.75rem;font-variant-numeric:tabular-nums}
.st-key-scored button[aria-label^="Download"],.st-key-preview button[aria-label^="Download"]{
 display:none} /* the grid's own download would not make formulas safe */
.q-facts{font-size:.85rem;line-height:1.5;min-height:6em;margin:-.4rem 0 .4rem}
.q-meter{font-size:.875rem;min-width:16rem}
.q-meter div{height:.5rem;border-radius:.25rem;margin:.3rem 0;overflow:hidden;
 background:color-mix(in srgb,currentColor 14%,transparent)}
.q-meter span{display:block;height:100%;background:currentColor;opacity:.75}
[data-selected="true"] p{color:light-dark(#101722,#e8ecf3)} /* the theme's blue is too dark */
.st-key-words button[aria-pressed="true"] p{text-decoration:line-through}
[data-testid="InputInstructions"]{display:none} /* lies over the end of a long text */
@media (max-width:640px){.q-changes th,.q-changes td{padding:.3rem .2rem;font-size:.85rem}}
</style>"""


def prediction_card(
    found: Prediction,
    about: ModelCard,
    *,
    dissents: bool = False,
    times_ms: Sequence[float] = (),
    before: Prediction | None = None,
) -> str:
    """The card of one prediction: label, probability, time of this very call, size.

    `dissents` frames it, where a model stands against the majority. `times_ms` are the calls the
    sparkline shows, the last one being this. `before` is the prediction it is compared with.
    """
    label = found.label
    side = "q-right" if label == "positive" else ""
    mark = "<dt>against the majority</dt><dd>yes</dd>" if dissents else ""
    moved = f'<p class="q-moved">positive {change(before, found)}</p>' if before else ""
    body = f"""
<div class="q-label"><span>{_sign(label)}{label}</span>
<span>{escape(percent(found.confidence))}</span></div>
<div class="q-bar {side}" role="img" aria-label="probability of {label}: {found.confidence:.1%}">
<span style="width:{100 * found.confidence:.1f}%"></span></div>
<div class="q-scale" aria-hidden="true"><span>negative</span><span>positive</span></div>{moved}
<dl><dt>confidence</dt><dd>{confidence(found)}</dd>
<dt title="how far the two probabilities are apart">margin</dt><dd>{margin(found)}</dd>
<dt title="tokenising and forward pass of this very call">time</dt>
<dd>{found.tokenize_ms + found.forward_ms:.1f} ms</dd>
<dt>{_calls(len(times_ms))}</dt><dd>{_sparkline(times_ms)}</dd>
<dt>parameters</dt><dd>{about.parameters / 1e6:.1f} M</dd>
<dt>layers</dt><dd>{about.layers}</dd>
<dt title="the weights file, in float16">size</dt><dd>{about.size_bytes / 1e6:.1f} MB</dd>
{mark}</dl>"""
    colours = f"--label:{LABEL_COLOURS[label]}"
    return _frame(about.name, about.title, body, colours, "q-dissent" if dissents else "")


def waiting_card(name: str, title: str) -> str:
    """A card that holds the place while its model is being loaded."""
    bars = "".join(
        f'<div class="q-skeleton" style="width:{width}%"></div>' for width in (70, 100, 85, 60, 75)
    )
    return _frame(name, title, f'<div class="q-wait">Loading the model…</div>{bars}')


def failed_card(name: str, title: str, message: str) -> str:
    """A card that says why there is no prediction."""
    return _frame(name, title, f'<div class="q-wait" role="alert">{escape(message)}</div>')


def changes(
    before: Sequence[Prediction], after: Sequence[Prediction], *, called: tuple[str, str]
) -> str:
    """Two sentences, one above the other, with every model's probability of positive in both.

    `called` names the two. Models are the same in both and in the same order.
    """
    old, new = _difference(before[0].text, after[0].text)
    heads = "".join(
        f'<th scope="col" style="--model:{MODEL_COLOURS.get(p.model, OTHER_MODEL)}">'
        f"{escape(SPECS[p.model].title)}</th>"
        for p in before
    )
    span = len(before) + 1
    rows = "".join(
        f'<tr><td class="q-text" colspan="{span}"><b>{escape(name)}:</b> {text}</td></tr>'
        f'<tr><th scope="row">positive</th>{"".join(_share(p) for p in found)}</tr>'
        for name, text, found in ((called[0], old, before), (called[1], new, after))
    )
    moved = "".join(f"<td>{change(a, b)}</td>" for a, b in zip(before, after, strict=True))
    return (
        f'<table class="q-changes"><thead><tr><td></td>{heads}</tr></thead>'
        f'<tbody>{rows}<tr class="q-sum"><th scope="row">change</th>{moved}</tr></tbody></table>'
    )


def coloured_words(
    name: str,
    title: str,
    words: Sequence[str],
    scores: Sequence[float],
    largest: float,
    signed: bool,
    *,
    numbers: bool = True,
) -> str:
    """A text with each word on its score's colour, and the score below it where `numbers`.

    Scores are positive for what speaks for "positive"; `largest` is the score of the deepest
    colour. Unsigned scores are grey.
    """
    spans = []
    for word, score in zip(words, scores, strict=True):
        label = ("positive" if score > 0 else "negative") if signed else None
        colour = LABEL_COLOURS[label] if label else UNSIGNED
        number = signed_number(score) if signed else f"{score:.2f}"
        depth = round(60 * min(1.0, abs(score) / largest))
        below = f"<small>{number}</small>" if numbers else ""
        spans.append(
            f'<span title="{number}" style="background:'
            f'color-mix(in srgb,{colour} {depth}%,transparent)">{escape(word)}{below}</span>'
        )
    return (
        f'<section class="q-words" aria-label="{escape(title)}" '
        f'style="--model:{MODEL_COLOURS.get(name, OTHER_MODEL)}">'
        f"<h3>{escape(title)}</h3><div>{' '.join(spans)}</div></section>"
    )


def edited(before: str, after: str) -> str:
    """One text as an edit of another: words taken out struck through, new ones marked."""
    return " ".join(
        same or f"{gone and f'<del>{gone}</del>'} {come and f'<ins>{come}</ins>'}".strip()
        for same, gone, come in _parts(before, after)
    )


def meter(held_bytes: int, machine: Host) -> str:
    """This process's memory as a bar that ends at what it may use."""
    limit = "its memory limit" if machine.memory_limited else "this machine's memory"
    said = f"{megabytes(held_bytes)} of {megabytes(machine.memory_bytes)}, {limit}"
    share = min(1.0, held_bytes / machine.memory_bytes)
    return (
        f'<div class="q-meter">Server process: {said}<div role="img" aria-label="{share:.1%}">'
        f'<span style="width:{100 * share:.1f}%"></span></div></div>'
    )


def _share(found: Prediction) -> str:
    colour = LABEL_COLOURS[found.label]
    return (
        f'<td style="--label:{colour}">{_sign(found.label)}{escape(percent(found.positive))}</td>'
    )


def _difference(old: str, new: str) -> tuple[str, str]:
    """Both texts as HTML, words only in the first struck out, those only in the second marked."""
    left, right = [], []
    for same, gone, come in _parts(old, new):
        left.append(same or (gone and f"<del>{gone}</del>"))
        right.append(same or (come and f"<ins>{come}</ins>"))
    return " ".join(filter(None, left)), " ".join(filter(None, right))


def _parts(old: str, new: str) -> Iterator[tuple[str, str, str]]:
    """What both texts have, or what only the old and the new one have there; escaped, in order."""
    a, b = old.split(), new.split()
    start = _alike(a, b)
    end = _alike(a[start:][::-1], b[start:][::-1])
    middle = _compared(a[start : len(a) - end], b[start : len(b) - end])
    for words in ((a[:start], [], []), *middle, (a[len(a) - end :], [], [])):
        if any(words):
            same, gone, come = (escape(" ".join(part)) for part in words)
            yield same, gone, come


def _alike(a: Sequence[str], b: Sequence[str]) -> int:
    """How many words the two begin with alike."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(a), len(b)))


def _compared(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[Sequence[str], ...]]:
    """Words both have, or only `a` and only `b` have there; all exchanged if it would take long."""
    often = Counter(b)
    if sum(often[word] for word in a) > MAX_PAIRS:
        yield [], a, b
        return
    for what, i, j, k, m in SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        yield (a[i:j], [], []) if what == "equal" else ([], a[i:j], b[k:m])


def _sign(label: str) -> str:
    return f'<span class="q-sign" aria-hidden="true">{LABEL_SIGNS[label]}</span>'


def _calls(count: int) -> str:
    return "this call" if count == 1 else f"last {count} calls"


def _sparkline(times_ms: Sequence[float]) -> str:
    """Bars from zero to the slowest of the calls, oldest first."""
    if not times_ms:
        return ""
    slowest = max(times_ms)
    said = f"{min(times_ms):.1f} to {slowest:.1f} ms"
    bars = "".join(f'<span style="height:{100 * ms / slowest:.0f}%"></span>' for ms in times_ms)
    return f'<div class="q-spark" role="img" aria-label="{said}" title="{said}">{bars}</div>'


def _frame(name: str, title: str, body: str, colours: str = "", extra: str = "") -> str:
    colour = MODEL_COLOURS.get(name, OTHER_MODEL)
    return (
        f'<section class="q-card {extra}" aria-label="{escape(title)}" '
        f'data-model="{escape(name)}" style="--model:{colour};{colours}">'
        f"<h2>{escape(title)}</h2>{body}</section>"
    )
