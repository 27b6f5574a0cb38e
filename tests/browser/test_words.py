"""Guess the word in a real browser: clicking words, the link, and axe."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import fits, grave_violations, run_over


def test_a_clicked_word_is_guessed_and_the_link_shows_it_again(open_page):
    page = open_page("/")
    page.get_by_role("link", name="Guess the word").click()
    expect(page.locator(".q-guesses")).to_have_count(4)
    run_over(page)
    page.get_by_role("button", name="film", exact=True).click()
    expect(page.get_by_text("“film” is its guess").first).to_be_visible()
    run_over(page)
    page.get_by_role("button", name="bad", exact=True).click()
    expect(page.locator(".q-guesses")).to_have_count(8)
    run_over(page)
    page.wait_for_function("location.search.includes('without=')")
    again = open_page(page.evaluate("location.pathname + location.search"))
    expect(again.get_by_text("Blank 2: film")).to_be_visible()


def test_the_beginning_ends_at_the_word_clicked_last_and_the_link_says_so(open_page):
    page = open_page("/words?part=Next+word&text=The+film+was+great+and+bad.&without=1,3")
    faded = page.locator(".q-seen s").first
    expect(faded).to_have_text("film was great and bad.")
    for number, (word, rest) in {
        "4": ("and", "and bad."),
        "2": ("was", "was great and bad."),
    }.items():
        page.get_by_role("radio", name=word, exact=True).click()
        expect(faded).to_have_text(rest)
        run_over(page)
        page.wait_for_function(f"location.search.endsWith('without={number}')")
    assert page.get_by_role("alert").count() == 0


SHOWN = {
    "Missing word": ".q-guesses",
    "Next word": ".q-guesses",
    "Surprise": ".q-words",
    "Question": ".q-guesses",
    "Game": "input",
    "How well": ".js-plotly-plot",
}


@pytest.mark.parametrize(
    "scheme, width", [("light", 1440), pytest.param("dark", 390, marks=pytest.mark.long)]
)
def test_each_part_is_accessible_and_fits(open_page, scheme, width):
    page = open_page("/words", scheme=scheme, width=width)
    for part, shown in SHOWN.items():
        page.get_by_role("radio", name=part, exact=True).click()
        expect(page.locator(shown).first).to_be_visible()
        fits(page)
        assert not grave_violations(page), part
