"""What a visitor sees of the page on the four models."""

import pytest
from playwright.sync_api import expect

from model_zoo.claims.table import CLAIMS, PUBLISHED
from model_zoo.models.sets import model_set


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_the_table_the_diagrams_and_the_curves_fit(open_page, width, scheme):
    page = open_page("/models", width=width, scheme=scheme)
    expect(page.locator(".q-claim")).to_have_count(len(CLAIMS + PUBLISHED))
    expect(page.locator(".q-anatomy")).to_have_count(len(model_set().models))
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    wider = page.evaluate(
        "(() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth - main.clientWidth })()"
    )
    assert wider <= 0
    for part in (".q-claim", ".q-cells > div", ".q-stage", ".js-plotly-plot"):
        right = page.locator(part).evaluate_all(
            "parts => Math.max(...parts.map(part => part.getBoundingClientRect().right))"
        )
        assert 0 < right <= width, part


def test_bars_show_how_many_parameters_there_are(open_page):
    page = open_page("/models")
    expect(page.locator(".q-anatomy")).to_have_count(len(model_set().models))
    bars = page.locator(".q-anatomy[aria-label='BERT'] li span").evaluate_all(
        "bars => Object.fromEntries(bars.map(bar => "
        "[bar.title, bar.getBoundingClientRect().width]))"
    )
    words = next(width for title, width in bars.items() if title.startswith("word vectors"))
    attention = bars["Layer 1, self-attention: 591,360"]
    assert words / attention == pytest.approx(11_720_448 / 591_360, rel=0.15)


def test_a_row_leads_to_where_it_can_be_seen(open_page):
    page = open_page("/models")
    page.get_by_role("link", name="See it: How they were trained, below").click()
    expect(page.get_by_role("heading", name="How they were trained")).to_be_in_viewport()
    page.get_by_role("link", name="Inside, Recurrence and Attention").click()
    expect(page.get_by_role("heading", name="Inside", level=1)).to_be_visible()
