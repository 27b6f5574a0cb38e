"""What a visitor sees of the page Speed and size."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.looks import PLOT, look, run_over


def measure(page):
    page.get_by_role("button", name="Measure on this machine").click()


def stop(page):
    page.get_by_role("button", name="Stop measuring").click()
    expect(page.get_by_text("This measurement ended early")).to_be_visible()


def test_the_reference_is_shown_at_once_fits_and_says_its_numbers(open_page):
    page = open_page("/speed", width=390)
    expect(page.locator(PLOT)).to_have_count(6)
    expect(page.get_by_text("Reference figures that come with the app").first).to_be_visible()
    expect(page.get_by_text("When not to trust it").first).to_be_visible()
    expect(page.get_by_role("button", name="Download as JSON")).to_be_visible()
    for width, scheme in ((390, "light"), (1440, "dark")):
        look(page, width, scheme)
        widest = page.locator(PLOT).evaluate_all(
            "plots => Math.max(...plots.map(plot => plot.getBoundingClientRect().width))"
        )
        assert 0 < widest <= width
    chart = page.locator(PLOT).first  # pointing at a line says the number
    expect(chart.locator(".scatterlayer .trace")).to_have_count(8)  # a line and a band a model
    chart.scroll_into_view_if_needed()
    expect(chart.locator(".nsewdrag").first).to_be_visible()
    chart.locator(".nsewdrag").first.hover()
    expect(chart.locator(".hoverlayer")).to_contain_text(re.compile(r"\d ms, .* calls"))


def test_stopping_keeps_what_was_measured_and_others_wait_meanwhile(open_page):
    page, second = (open_page("/speed?models=lstm,bilstm") for _ in range(2))
    for visitor in (page, second):
        expect(visitor.locator(PLOT)).to_have_count(6)
        visitor.get_by_role("radio", name="thorough").click()  # not over before it is looked at
    measure(page)
    expect(page.get_by_text(re.compile(r"Latency: about \d+ s left"))).to_be_visible()
    measure(second)
    expect(second.get_by_text("Waiting for your turn")).to_be_visible()
    stop(page)
    expect(page.get_by_text("Measured on this machine").first).to_be_visible()
    run_over(page)  # the files are of this run
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as JSON").click()
    sweep = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert {latency["model"] for latency in sweep["latencies"]} == {"lstm", "bilstm"}
    assert all(latency["samples_ms"] for latency in sweep["latencies"])
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    rows = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(rows) == len(sweep["latencies"]) + 1
    # what is one visitor's own stays theirs, and their turn is over
    expect(second.get_by_text(re.compile(r"Warming up|Latency"))).to_be_visible()
    expect(second.get_by_text("Reference figures").first).to_be_visible()
    expect(second.get_by_text(re.compile(r"Latency: about \d+ s left"))).to_be_visible()
    stop(second)
    # it is kept on the way to another page and back
    page.get_by_role("link", name="The four models", exact=True).click()
    expect(page.get_by_role("heading", name="The four models", level=1)).to_be_visible()
    page.get_by_role("link", name="Speed and size", exact=True).click()
    expect(page.get_by_text("Measured on this machine").first).to_be_visible()
    page.get_by_role("button", name="Back to the reference").click()
    expect(page.get_by_text("Reference figures that come with the app").first).to_be_visible()


@pytest.mark.long
def test_a_quick_measurement_ends_by_itself(open_page):
    page = open_page("/speed")
    measure(page)
    expect(page.get_by_text("Measured on this machine").first).to_be_visible()
    expect(page.get_by_role("button", name="Stop measuring")).to_have_count(0)
    expect(page.get_by_text("This measurement ended early")).to_have_count(0)
    expect(page.locator(PLOT)).to_have_count(6)
