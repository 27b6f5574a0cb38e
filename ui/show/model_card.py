"""A model card, which anybody may have written, as HTML that fetches nothing. Pure.

The HTML is one line: to Streamlit's Markdown, which it stands in, that is one piece of HTML, of
which nothing is read as Markdown once more.
"""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

MOST_CHARACTERS = 50_000
_BELOW = 2  # levels that its headings go below the page's


class _Reader(MarkdownIt):
    """Markdown without HTML, whose links lead to https alone."""

    def validateLink(self, url: str) -> bool:  # noqa: N802  (the library's name for it)
        """Whether it becomes a link; what does not is left as it was written."""
        return url.lower().startswith("https://")


def _picture(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    """What a picture shows, in words: the picture itself would be fetched from elsewhere."""
    return escapeHtml(tokens[at].content)


_reader = _Reader("commonmark", {"html": False}).enable("table")
_reader.add_render_rule("image", _picture)


def as_html(card: str) -> str:
    """The card's Markdown as HTML, without pictures, its title below the page's.

    >>> as_html("# BERT")
    '<div><h3>BERT</h3>&#10;</div>'
    >>> as_html("[a](http://a.example) ![b](https://b.example)")
    '<div><p>[a](http://a.example) b</p>&#10;</div>'
    """
    tokens = _reader.parse(card[:MOST_CHARACTERS])
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + _BELOW)}"
        for inside in token.children or ():
            if inside.type == "link_open":
                inside.attrs |= {"target": "_blank", "rel": "noopener noreferrer"}
    html = _reader.renderer.render(tokens, _reader.options, {})
    more = "<p>…</p>" if len(card) > MOST_CHARACTERS else ""
    return f"<div>{html}{more}</div>".replace("\n", "&#10;")
