"""What a model is made of, as HTML: one block under the other, from the words to the answer. Pure.

All four are drawn alike and on one scale: the length of a bar is the number of parameters.
"""

from collections.abc import Sequence
from html import escape
from itertools import groupby

from model_zoo.models.anatomy import Block
from model_zoo.models.registry import spec
from ui.show.theme import model_colour

STYLE = """<style>
.q-anatomy{border-top:.35rem solid var(--model);padding-top:.4rem;font-size:.9rem}
.q-anatomy h3{font-size:1.05rem;font-weight:650;margin:0;padding:0}
.q-anatomy p{margin:.15rem 0;font-size:.85rem;opacity:.9}
.q-anatomy .q-flow{text-align:center;margin:.1rem 0;opacity:.8}
.q-stage{border:1px solid color-mix(in srgb,currentColor 25%,transparent);border-radius:.5rem;
 padding:.4rem .55rem;margin:0}
.q-stage h4{font-size:.9rem;font-weight:650;margin:0;padding:0}
.q-stage ul{list-style:none;margin:.2rem 0 0;padding:0}
.q-stage li{display:grid;grid-template-columns:1fr auto;gap:0 .5rem;margin:.12rem 0;padding:0;
 font-variant-numeric:tabular-nums;line-height:1.3;font-size:.85rem}
.q-stage li div{grid-column:1/-1;height:.5rem;display:flex}
.q-stage p,.q-stage li p{grid-column:1/-1;line-height:1.35}
.q-stage li span{display:block;min-width:1px;background:var(--model);height:100%}
.q-stage li span+span{margin-left:1px}
.q-stage li span:nth-child(3n+2){opacity:.6}
.q-stage li span:nth-child(3n){opacity:.35}
</style>"""

_STAGES = {"embeddings": "Embeddings", "core": "Core", "head": "Head"}


def diagram(model: str, blocks: Sequence[Block], largest: int) -> str:
    """The blocks of one model; `largest` is the number of parameters of the longest bar."""
    row = spec(model)
    whole = sum(block.parameters for block in blocks)
    stages = "".join(
        _stage(stage, list(group), largest)
        for stage, group in groupby(blocks, key=lambda block: block.stage)
    )
    return (
        f'<section class="q-anatomy" aria-label="{escape(row.title)}" '
        f'style="--model:{model_colour(model)}"><h3>{escape(row.title)}</h3>'
        f"<p>{escape(row.description)}; {whole:,} parameters</p>"
        f'<p class="q-flow">tokens of the text</p>{stages}'
        f'<p class="q-flow"><span aria-hidden="true">↓</span> probabilities</p></section>'
    )


def _stage(stage: str, blocks: Sequence[Block], largest: int) -> str:
    """A stage of the way; what all of its blocks have in common is said once, above them."""
    total = sum(block.parameters for block in blocks)
    title = f"{_STAGES[stage]}, {_millions(total)}"
    if len(blocks) == 1 and blocks[0].name == _STAGES[stage]:  # its parts say more than it does
        blocks = list(blocks[0].parts)
    alike = len({(block.shape, block.parameters) for block in blocks}) == 1 and len(blocks) > 1
    common = f"<p>{len(blocks)} times: {_lines(blocks[0].shape)}</p>" if alike else ""
    rows = "".join(_row(block, largest, shape=not alike) for block in blocks)
    return (
        f'<p class="q-flow" aria-hidden="true">↓</p><div class="q-stage"><h4>{title}</h4>'
        f"{common}<ul>{rows}</ul></div>"
    )


def _row(block: Block, largest: int, *, shape: bool) -> str:
    pieces = "".join(
        f'<span style="width:{100 * part.parameters / largest:.3f}%" '
        f'title="{escape(block.name)}, {escape(part.name)}: {part.parameters:,}"></span>'
        for part in block.parts or (block,)
    )
    described = f"<p>{_lines(block.shape)}</p>" if shape else ""
    return (
        f"<li><b>{escape(block.name)}</b><b>{_millions(block.parameters)}</b>"
        f"{described}<div>{pieces}</div></li>"
    )


def _lines(shape: str) -> str:
    """A block's shape, escaped, each of its parts on a line.

    >>> _lines("4 gates; 256 × 128")
    '4 gates<br>256 × 128'
    """
    return escape(shape).replace("; ", "<br>")


def _millions(count: int) -> str:
    """A number of parameters, short ones in full.

    >>> _millions(11_720_448), _millions(258)
    ('11.72 M', '258')
    """
    return f"{count / 1e6:.2f} M" if count >= 1e5 else f"{count:,}"
