"""Model cards are anybody's: no picture is fetched, links lead to https alone."""

import re
from time import process_time

import pytest

from ui.show.model_card import MOST_CHARACTERS, as_html

PICTURES = (
    "![a](https://elsewhere.example/a.png)",
    "![a][b]\n\n[b]: https://elsewhere.example/a.png",
    "[![a](https://elsewhere.example/a.png)](https://elsewhere.example)",
    '<img src="https://elsewhere.example/a.png">',
    "```\n\n![a](https://elsewhere.example/a.png)\n```",
    "<style>@import 'https://elsewhere.example/a.css'</style>",
    "<svg onload=alert(1)><script>alert(1)</script>",
)
LINKS = (
    "[a](http://elsewhere.example)",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt&#58;alert(1))",
    "[a](data:text/html,x)",
    "[a](/train?set=b)",
    "[a](//elsewhere.example)",
    "[a][b]\n\n[b]: http://elsewhere.example",
    "<http://elsewhere.example>",
    "http&#58;//elsewhere.example",
    "www.elsewhere.example",
    "<somebody@elsewhere.example>",
)


@pytest.mark.parametrize("card", PICTURES)
def test_no_picture_is_fetched_and_no_html_gets_in(card):
    assert not re.search(r"<(img|style|script|svg|iframe|form)", as_html(card))


@pytest.mark.parametrize("card", LINKS)
def test_links_lead_to_https_alone(card):
    assert "<a " not in as_html(card)


def test_a_link_to_https_stays():
    assert '<a href="https://a.example"' in as_html("[a](https://a.example)")


def test_nothing_is_read_as_markdown_once_more():
    html = as_html("# A\n\n```\n\n![a](b)\n\n# c\n```\n\nd\n")
    assert "\n" not in html and html.startswith("<div>")


@pytest.mark.slow
@pytest.mark.parametrize("part", ["[", "![a](", "> ", "*a_ ", "<", "- a\n"])
def test_a_long_card_ends_in_time(part):
    begun = process_time()
    assert as_html(part * (MOST_CHARACTERS + 1)).endswith("<p>…</p></div>")
    assert process_time() - begun < 10
