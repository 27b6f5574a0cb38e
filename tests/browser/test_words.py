"""Guess the word in a real browser: clicking words, the link, and axe."""

import pytest
from playwright.sync_api import expect

from tests import language_zoo
from tests.browser.chromium import started
from tests.browser.conftest import guarded
from tests.browser.test_accessibility import grave_violations


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that finds language models."""
    folder = tmp_path_factory.mktemp("words")
    language = language_zoo.write(folder / "language")
    with (
        guarded(folder, folder / "caches") as env,
        started(env=env | {"QUARTET_LANGUAGE": str(language)}) as running,
    ):
        yield running.address


def settled(page):
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)


def test_a_clicked_word_is_guessed_and_the_link_shows_it_again(open_page):
    page = open_page("/")
    page.get_by_role("link", name="Guess the word").click()
    expect(page.locator(".q-guesses")).to_have_count(4)
    settled(page)
    page.get_by_role("button", name="film", exact=True).click()
    expect(page.get_by_text("“film” is its guess").first).to_be_visible()
    settled(page)
    page.get_by_role("button", name="bad", exact=True).click()
    expect(page.locator(".q-guesses")).to_have_count(8)
    settled(page)
    page.wait_for_function("location.search.includes('without=')")
    again = open_page(page.evaluate("location.pathname + location.search"))
    expect(again.get_by_text("Blank 2: film")).to_be_visible()


@pytest.mark.parametrize("part", ["Missing word", "Next word", "Surprise", "Game"])
@pytest.mark.parametrize(
    "scheme, width", [("light", 1440), pytest.param("dark", 390, marks=pytest.mark.long)]
)
def test_each_part_is_accessible_and_fits(open_page, part, scheme, width):
    page = open_page(f"/words?part={part.replace(' ', '+')}", scheme=scheme, width=width)
    shows = {"Surprise": ".q-words", "Game": "input"}.get(part, ".q-guesses")
    expect(page.locator(shows).first).to_be_visible()
    settled(page)
    page.wait_for_timeout(1000)  # charts are faded in
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not grave_violations(page)
