"""A row of the comparison table as HTML: what is claimed, the facts, and the verdict. Pure."""

from html import escape
from typing import Any

from model_zoo.claims.verdict import Claim, Finding, Outcome, Verdict
from model_zoo.models.registry import title
from ui.four import words
from ui.show.theme import VERDICT_COLOURS, VERDICT_SIGNS, model_colour

STYLE = """<style>
.q-claim{border-top:1px solid color-mix(in srgb,currentColor 25%,transparent);padding:.7rem 0 0;
 display:grid;grid-template-columns:11rem 1fr;gap:.3rem 1rem}
.q-claim h3{font-size:1.1rem;font-weight:650;margin:0;padding:0}
.q-claim p{margin:.5rem 0 .2rem;max-width:70rem;font-size:.92rem;line-height:1.5}
.q-outcome{font-weight:650;display:flex;align-items:center;gap:.4rem;margin:.2rem 0}
.q-tick{display:inline-block;min-width:1.35em;height:1.35em;line-height:1.35em;text-align:center;
 border-radius:50%;background:var(--tone);color:#fff;font-weight:700;font-size:.85em}
.q-cells{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:.5rem .8rem}
.q-cells>div{border-left:.3rem solid var(--model);padding-left:.55rem;font-size:.85rem;
 line-height:1.35;overflow-wrap:anywhere}
.q-cells b{display:block;font-weight:650}
.q-cells .q-says{display:block;font-size:.95rem;margin:.05rem 0 .15rem}
.q-claim p.q-how{margin-top:.2rem;font-size:.8rem;opacity:.85;line-height:1.45}
.q-unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media (max-width:900px){.q-claim{grid-template-columns:1fr}.q-cells{grid-template-columns:1fr 1fr}}
</style>"""


def row_html(claim: Claim, verdict: Verdict[Any, Any], taken: str, *, bundled: bool = True) -> str:
    """One row: what is claimed, the facts, the verdict, and how it was come by.

    `taken` says where and when figures were measured; `bundled`, that they are of the bundled
    models. All text is escaped.
    """
    cells = "".join(
        _cell(claim, name, verdict.findings[name])
        for name in claim.says
        if name in verdict.findings
    )
    how = words.how(claim.key, bundled=bundled)
    source = f" Claimed by: {claim.source}." if claim.source else ""
    return (
        f'<section class="q-claim" aria-label="{escape(claim.title)}" data-claim="{claim.key}">'
        f'<div><h3>{escape(claim.title)}</h3><div class="q-outcome">{_tick(verdict.outcome)}'
        f"<span>{escape(words.OUTCOMES[verdict.outcome])}</span></div></div>"
        f'<div><div class="q-cells">{cells}</div>'
        f"<p>{escape(words.reason(claim.key, verdict))}</p>"
        f'<p class="q-how">How it was checked: {escape(how)}{escape(source)} '
        f"{escape(taken)}</p></div></section>"
    )


def _cell(claim: Claim, name: str, finding: Finding[Any]) -> str:
    outcome = words.OUTCOMES[finding.outcome]
    return (
        f'<div style="--model:{model_colour(name)}"><b>{escape(title(name))}</b>'
        f'<span class="q-says">{_tick(finding.outcome)} {escape(claim.says[name])}'
        f'<span class="q-unseen">: {escape(outcome)}</span></span>'
        f"{escape(words.finding(claim.key, name, finding.facts))}</div>"
    )


def _tick(outcome: Outcome) -> str:
    colour, sign = VERDICT_COLOURS[outcome], VERDICT_SIGNS[outcome]
    return f'<span class="q-tick" aria-hidden="true" style="--tone:{colour}">{sign}</span>'
