"""Markup of every kind, wherever a visitor's text goes: shown as typed, never obeyed."""

import csv
import io
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.looks import run_over
from tests.browser.test_evaluate import upload

LINK = "[a](http://evil.example)"
TEXT = (  # of fewer tokens than Compare explains
    "<img src=x onerror=alert(1)> www.evil.example me@evil.example <script>alert(2)</script> "
    f"<b>loud</b> **bold** _slant_ $x^2$ {LINK} http://evil.example javascript:alert(3) :smile: "
    ":material/home: :streamlit: :red[tint] a -> b -- c \x1b[31mred good film"
)
PINNED = "**other** <u>pinned</u> :smile: $y$ bad film"
# what the page may not hold, as (selector, text); no text is any
MADE = (
    ("img[src='x'], img[src*='evil'], img[alt='Streamlit logo']", ""),
    ("a[href*='evil'], a[href^='javascript'], a[href^='mailto']", ""),
    ("strong, b", "bold"),
    ("strong, b", "other"),
    ("b", "loud"),
    ("u", "pinned"),
    ("em", "slant"),
    (".katex", ""),
    ("[style*='color'] ", "tint"),
    ("script", "alert"),
)


def nothing_made(page):
    """No element stands on the page that only a visitor's text could have made."""
    page.wait_for_timeout(300)
    for selector, text in MADE:
        elements = page.get_by_test_id("stApp").locator(selector)
        exact = [t for t in elements.all_text_contents() if t.strip() == text or not text]
        assert not exact, (selector, exact)
    visible = page.get_by_test_id("stMain").inner_text()
    assert "😄" not in visible and "a → b" not in visible


def go(page, title, ready):
    page.get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    expect(page.locator(ready).first).to_be_visible()


@pytest.mark.long
def test_text_from_the_address_on_every_page(open_page):
    page = open_page("/?" + urlencode({"text": TEXT, "pinned": PINNED, "models": "lstm,<i>x</i>"}))
    expect(page.get_by_text("there is no model named '<i>x</i>'")).to_be_visible()
    page.goto(page.url.split("?")[0] + "?" + urlencode({"text": TEXT, "pinned": PINNED}))
    rows = page.locator(".q-changes .q-text")
    visible = TEXT.replace("\x1b", "")  # which has no looks
    expect(rows.nth(0)).to_contain_text(PINNED)
    assert rows.nth(1).text_content().replace("\x1b", "").split() == ["Now:", *visible.split()]
    assert page.get_by_label("A sentence in English").input_value().replace("\x1b", "") == visible
    words = page.locator(".st-key-words button p")
    expect(words.filter(has_text="$").first).to_be_visible()
    chips = words.all_text_contents()
    assert "$" in chips and "www·.·evil·.·example" in chips
    expect(page.locator(".q-words").first).to_be_visible()
    nothing_made(page)
    assert page.title() == "Compare · Quartet"

    go(page, "Attributions", ".q-words")
    words = page.locator(".q-words").first
    for typed in ("<", "$", "www.evil.example", "*", ":"):
        expect(words.get_by_text(typed, exact=False).first).to_be_visible()
    expect(page.locator("[data-testid='stTable']").first).to_be_visible()
    nothing_made(page)

    go(page, "Inside", ".js-plotly-plot")
    nothing_made(page)
    page.get_by_text("lines from a token", exact=True).click()
    page.get_by_label("From the token").click()
    expect(page.get_by_role("option", name="2. <")).to_be_visible()
    nothing_made(page)
    page.keyboard.press("Escape")
    for section in ("Recurrence", "Representation path"):
        page.get_by_text(section, exact=True).first.click()
        expect(page.get_by_role("heading", name=section, level=2)).to_be_visible()
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
        nothing_made(page)

    go(page, "Speed and size", ".js-plotly-plot")
    nothing_made(page)
    go(page, "The four models", "[data-testid='stTable']")
    nothing_made(page)


def test_names_headers_cells_and_labels_of_a_file(open_page):
    page = open_page("/evaluate?models=lstm,bilstm")
    stream = io.StringIO()
    header, label = (
        "[a](http://evil.example) :smile: **bold** <b>loud</b>",
        "$x$ :red[tint] <img src=x>",
    )
    values = ("<img src=x onerror=alert(1)>", "**bold** :smile: $x$")
    csv.writer(stream).writerows(
        [
            (header, label),
            (TEXT, values[0]),
            (f"=== \n{TEXT}\n\n    ===\n# head", values[1]),
            ("1) Dull.", values[0]),
        ]
    )
    name = "<img src=x onerror=alert(1)> **bold** $x$ :smile: http://evil.example.csv".replace(
        "/", "-"
    )
    upload(page, stream.getvalue().encode(), name)
    nothing_made(page)
    page.get_by_label("Labels are in").click()
    page.get_by_role("option", name=label).click()
    for value, meaning in zip(values, ("negative", "positive"), strict=True):
        group = page.get_by_role("radiogroup").filter(has_text="left out").nth(values.index(value))
        expect(page.get_by_text(f"“{value[:30]}” means")).to_be_visible()
        group.get_by_role("radio", name=meaning, exact=True).click()
    nothing_made(page)
    start = page.get_by_role("button", name="Score all 3 rows")
    expect(start).to_have_count(1)  # what stood there before is going
    start.click()
    expect(page.get_by_text("3 labelled rows, 1 of them positive")).to_be_visible()
    page.get_by_label("Containing").fill("<IMG src=x")
    page.get_by_label("Containing").press("Enter")
    grid = page.get_by_test_id("stDataFrame").last
    # with a line of names; of three rows there are two
    expect(grid.locator("[role=grid]")).to_have_attribute("aria-rowcount", "3")
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    page.mouse.click(box["x"] + 18, box["y"] + 35 + 17)  # the first row's checkbox
    row = page.locator("p").filter(has_text="Row ").filter(has_text="onerror")
    expect(row).to_contain_text(TEXT.split("\x1b")[0])
    expect(page.get_by_role("heading", name="head")).to_have_count(0)
    nothing_made(page)
    expect(page.get_by_role("button", name="Open in Compare")).to_be_visible()
    run_over(page)
    with page.expect_download() as download:
        page.locator(".st-key-download-csv button").click()
    assert not set(download.value.suggested_filename) & set('<>$:*/\\"')
    page.get_by_role("button", name="Open in Compare").click()
    expect(page.locator(".q-words").first).to_be_visible()
    nothing_made(page)


def test_what_is_wrong_with_a_file_is_said_as_typed(open_page):
    page = open_page("/evaluate")
    twice = "<b>loud</b>"
    page.locator("input[type=file]").set_input_files(
        {"name": "**bold**.csv", "mimeType": "text/csv", "buffer": f"{twice},{twice}\nx,y".encode()}
    )
    alert = page.get_by_role("alert").filter(has_text="two columns named")
    expect(alert).to_contain_text(f"**bold**.csv has two columns named '{twice}'")
    nothing_made(page)
