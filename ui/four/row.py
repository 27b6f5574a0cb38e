"""The comparison table as HTML: a row a claim, which opens to what was measured and how. Pure.

Rows open by `details` in their heads, without a script; a narrow screen shows each as a card.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from model_zoo.comparison.verdict import Claim, Outcome, Verdict
from model_zoo.models.registry import title
from ui.four import words
from ui.show.theme import VERDICT_COLOURS, VERDICT_SIGNS, model_colour

STYLE = """<style>
.q-table{width:100%;border-collapse:collapse;table-layout:fixed;font-size:.92rem;line-height:1.3}
.q-table caption{text-align:left;padding:0 0 .5rem;font-weight:650;font-size:1.05rem}
.q-table :is(th,td){text-align:left;vertical-align:top;font-weight:400;padding:.3rem .5rem;border:0;
 overflow-wrap:anywhere}
.q-table thead th{font-weight:650;border-top:.3rem solid var(--model,transparent)}
.q-table tbody{border-top:1px solid color-mix(in srgb,currentColor 22%,transparent)}
.q-table tbody tr:first-child:hover{background:color-mix(in srgb,currentColor 6%,transparent)}
.q-table summary{cursor:pointer;list-style:none;display:grid;grid-template-columns:1.2rem 1fr}
.q-table summary::-webkit-details-marker{display:none}
.q-table summary::before{content:"▸";font-size:1.2em;line-height:1}
.q-table details[open] summary::before{content:"▾"}
.q-table summary b{font-weight:650}
.q-table .q-outcome{grid-column:2;font-size:.85rem}
.q-table .q-says{display:grid;grid-template-columns:1.6rem 1fr}
.q-tick{display:inline-block;width:1.35em;height:1.35em;line-height:1.35em;text-align:center;
 border-radius:50%;background:var(--tone);color:#fff;font-weight:700;font-size:.85em;
 margin-right:.2rem}
.q-table .q-more :is(th,td){font-size:.85rem;padding-top:0}
.q-table .q-more th{padding-left:1.5rem}
.q-table .q-more td[colspan]{padding-left:1.5rem}
.q-table .q-more p{margin:.2rem 0 .4rem;max-width:75rem;font-size:.92rem;line-height:1.45}
.q-table .q-more p.q-how{font-size:.85rem;opacity:.9}
.q-of{display:none;font-weight:650}
@supports selector(:has(a)){.q-claim:not(:has(details[open])) .q-more{display:none}}
@media (max-width:800px){
.q-table,.q-table :is(tbody,caption){display:block}
.q-table thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.q-table tbody{border:1px solid color-mix(in srgb,currentColor 22%,transparent);border-radius:.6rem;
 margin:0 0 .6rem;padding:.3rem 0}
.q-table tr{display:grid;grid-template-columns:1fr 1fr}
.q-table :is(th,td[colspan]){grid-column:1/-1}
.q-table tr>td:not([colspan]){border-left:.25rem solid var(--model);margin:.15rem 0 .25rem .5rem;
 padding:.05rem .5rem}
.q-of{display:block}}
</style>"""


@dataclass(frozen=True, slots=True)
class Row:
    """A claim with its verdict; `taken` says where and when its figures were measured.

    `see` is the label of the link to where it can be seen, `address` where that leads.
    """

    claim: Claim
    verdict: Verdict[Any, Any]
    taken: str
    see: str
    address: str


def table_html(caption: str, rows: Sequence[Row], *, bundled: bool = True) -> str:
    """The rows as one table, with a column for each model that they speak of.

    `bundled` says that the figures are of the bundled models. All text is escaped.
    """
    models = list(dict.fromkeys(name for row in rows for name in row.claim.says))
    heads = "".join(
        f'<th scope="col" role="columnheader" style="--model:{model_colour(name)}">'
        f"{escape(title(name))}</th>"
        for name in models
    )
    # roles, since a browser takes what is laid out as cards for no table
    return (
        f'<table class="q-table" role="table"><caption>{escape(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Claim</th>'
        f"{heads}</tr></thead>{''.join(_row(row, models, bundled) for row in rows)}</table>"
    )


def _row(row: Row, models: Sequence[str], bundled: bool) -> str:
    claim, verdict = row.claim, row.verdict
    how = words.how(claim.key, bundled=bundled)
    source = f" Claimed by: {claim.source}." if claim.source else ""
    says = "".join(_cell(name, _says(row, name)) for name in models)
    facts = "".join(_cell(name, _facts(row, name)) for name in models)
    return (
        f'<tbody class="q-claim" role="rowgroup" data-claim="{claim.key}"><tr role="row">'
        f'<th scope="row" role="rowheader"><details><summary><b>{escape(claim.title)}</b>'
        f'<span class="q-outcome">{tick(verdict.outcome)} '
        f"<span>{escape(words.OUTCOMES[verdict.outcome])}</span></span></summary></details></th>"
        f'{says}</tr><tr class="q-more" role="row"><th scope="row" role="rowheader">Found here</th>'
        f'{facts}</tr><tr class="q-more" role="row"><td role="cell" colspan="{1 + len(models)}">'
        f"<p>{escape(words.reason(claim.key, verdict))}</p>"
        f'<p class="q-how">How it was checked: {escape(how)}{escape(source)} '
        f'{escape(row.taken)}</p><p><a href="{escape(row.address)}" data-see="{claim.key}">'
        f"{escape(row.see)}</a></p></td></tr></tbody>"
    )


def _cell(name: str, content: str) -> str:
    of = f'<span class="q-of">{escape(title(name))}</span>'
    return f'<td role="cell" style="--model:{model_colour(name)}">{of}{content}</td>'


def _says(row: Row, name: str) -> str:
    """What is claimed of a model, with the sign of its finding."""
    if name not in row.claim.says or name not in row.verdict.findings:
        return "–"
    outcome = row.verdict.findings[name].outcome
    return (
        f'<span class="q-says">{tick(outcome)}<span>{escape(row.claim.says[name])}'
        f'<span class="q-unseen">: {escape(words.OUTCOMES[outcome])}</span></span></span>'
    )


def _facts(row: Row, name: str) -> str:
    if name not in row.verdict.findings:
        return "–"
    return escape(words.finding(row.claim.key, name, row.verdict.findings[name].facts))


def tick(outcome: Outcome) -> str:
    """The sign of an outcome, for the eye alone: its word stands beside it."""
    colour, sign = VERDICT_COLOURS[outcome], VERDICT_SIGNS[outcome]
    return f'<span class="q-tick" aria-hidden="true" style="--tone:{colour}">{sign}</span>'


def legend() -> str:
    """What the signs mean, as a line."""
    signs = " &nbsp; ".join(f"{tick(outcome)} {words.OUTCOMES[outcome]}" for outcome in Outcome)
    return f'<div style="font-size:.85rem">{signs}</div>'
