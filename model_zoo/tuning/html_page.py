"""The frame of a report: a page of its own, of which the body can stand in another page."""

from base64 import b64encode
from html import escape

_STYLE = """
:root{color-scheme:light dark}
body.alone{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
.report table{border-collapse:collapse;font-variant-numeric:tabular-nums;display:block;
overflow-x:auto}
.report :is(th,td){padding:.25rem .6rem;text-align:right;border:0;border-bottom:1px solid #8884;
white-space:nowrap}
.report :is(th,td):first-child{text-align:left}
.report :is(svg,img){width:100%;max-width:34rem;font:12px system-ui,sans-serif}
.report svg text{fill:currentColor}.report .grid{stroke:#8884}.report .axis{stroke:currentColor}
.report .row{display:flex;flex-wrap:wrap;gap:1.5rem}.report .row>*{flex:1 1 20rem;min-width:0}
.report .legend span{margin-right:1rem}.report .legend i{display:inline-block;width:.8em;
height:.8em;border-radius:50%;margin-right:.3em}.report figure{margin:0}.report .note{opacity:.85}
.take{font-size:1.15rem;border-left:4px solid #0072B2;padding-left:1rem}
"""
_DRAWING, _ALT, _DRAWN = "<svg ", ' role="img" aria-label="', "</svg>"
# an image does not take its colours from the page: a grey that is read on white and on black
_ALONE = """<style>svg{font:12px system-ui,sans-serif}text{fill:#7a7a7a}
.grid{stroke:#8884}.axis{stroke:#7a7a7a}</style>"""
_BEGIN, _END = '<div class="report">', "</div></body></html>\n"


def whole_page(title: str, head: str, body: str) -> str:
    """The page as HTML; `head` and `body` are HTML."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body class=alone>"
        f"<h1>{escape(title)}</h1>\n{head}\n{_BEGIN}{body}{_END}"
    )


def as_part(page: str) -> str:
    """The body of a `whole_page` of ours with its style, to stand in another page, light or dark.

    Drawings become images, which pass where drawings inside of the page are filtered out.
    """
    body = page.partition(_BEGIN)[2].rpartition(_END)[0]
    before, *drawings = body.split(_DRAWING)
    return f"<style>{_STYLE}</style>{_BEGIN}{before}{''.join(map(_image, drawings))}</div>"


def _image(drawing: str) -> str:
    """A drawing, from its attributes on, as an image, and what comes after it."""
    inside, _, after = drawing.partition(_DRAWN)
    attributes, _, rest = inside.partition(_ALT)
    alt, _, parts = rest.partition('">')
    alone = f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{_ALONE}{parts}</svg>'
    source = f"data:image/svg+xml;base64,{b64encode(alone.encode()).decode()}"
    return f'<img alt="{alt}" src="{source}">{after}'
