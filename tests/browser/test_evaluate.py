"""What a visitor sees of the page Your data."""

import re

from playwright.sync_api import expect

from tests.browser.looks import PLOT, fits, run_over

ROWS = b"review,verdict\nA wonderful film.,up\nDull and far too long.,down\nNot bad.,up\n"


def upload(page, content, name="reviews.csv"):
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_upload_map_labels_score_download_and_open_a_row(open_page):
    page = open_page("/evaluate")
    upload(page, ROWS)
    page.get_by_label("Labels are in").click()
    page.get_by_role("option", name="verdict").click()
    expect(page.get_by_text("Say which values mean negative")).to_be_visible()
    for value, label in (("up", "positive"), ("down", "negative")):
        group = page.get_by_role("radiogroup", name=f"“{value}” means")
        group.get_by_role("radio", name=label, exact=True).click()
    expect(page.get_by_text("Say which values mean negative")).to_have_count(0)
    start = page.get_by_role("button", name="Score all 3 rows")
    # the page shifts as the warning goes: while its run lasts, the button may stand there twice
    run_over(page)
    expect(start).to_have_count(1)
    start.click()
    expect(page.get_by_text("3 labelled rows, 2 of them positive")).to_be_visible()
    with page.expect_download() as download:
        page.locator(".st-key-download-csv button").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert (
        lines[0].startswith('"review","verdict","lstm_label","lstm_p_negative"') and len(lines) == 4
    )
    for own in page.get_by_role("button", name="Download as CSV:").all():
        expect(own).to_be_hidden()  # the grid's, which leaves formulas as they are
    grid = page.get_by_test_id("stDataFrame").last
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    page.mouse.click(box["x"] + 18, box["y"] + 35 + 17)  # the first row's checkbox
    chosen = page.locator("p").filter(has_text=re.compile("^Row [123]: ")).inner_text()[7:]
    page.get_by_role("button", name="Open in Compare").click()
    expect(page.get_by_label("A sentence in English")).to_have_value(chosen)
    page.get_by_role("link", name="Your data", exact=True).click()
    expect(page.get_by_text("3 labelled rows, 2 of them positive")).to_be_visible()  # still there


def test_stop_keeps_finished_rows(open_page):
    page = open_page("/evaluate")
    upload(page, b"text\n" + b"A film to see and to keep.\n" * 20_000)
    page.get_by_role("button", name="Score all 20,000 rows").click()
    # a block of 256 rows is finished by then
    expect(page.get_by_text(re.compile(r"\b([2-9]|\d\d)% of 20,000 rows"))).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile("Stopped: what follows is from the first"))).to_be_visible()
    expect(page.get_by_role("button", name="Score the remaining")).to_be_visible()
    expect(page.get_by_role("heading", name="Do the models agree?")).to_be_visible()


def test_on_a_phone_in_the_dark_nothing_is_wider_than_the_screen(open_page):
    page = open_page("/evaluate", width=390, scheme="dark")
    page.get_by_role("button", name="72 opinions").click()
    page.get_by_role("button", name="Score all 72 rows").click()
    expect(page.get_by_role("heading", name="Row by row")).to_be_visible()
    expect(page.locator(PLOT)).to_have_count(6)
    fits(page)
