"""How long a visitor waits: `make bench-browser`. Prints figures, asserts nothing.

The server is started afresh, a browser opens the page, and 20 sentences of 20 tokens are submitted,
one after the other, each once the page has come to rest. Times run in the browser, from the Enter
key to the frame in which all four cards show the new answer. Then each page of the menu is gone to
by a click, twice: the first time a page's code may still have to be imported. These times run from
the click to the frame with the new page's title.
"""

import os
import re
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from playwright.sync_api import Page, expect, sync_playwright

from model_zoo.host import host
from model_zoo.models.sets import model_set
from tests.browser.chromium import executable, running_app
from ui.frame.page import MENU
from ui.show.wording import MEMORY_AWAITED

SUBMITS = 20
COLUMNS = len(model_set().models)
SENTENCES = {  # 20 tokens each with [CLS] and [SEP]; all four models agree on both
    "positive": "A wonderful, moving, funny film with a brilliant cast and a very good ending {}.",
    "negative": "A dreadful, boring, stupid film with a terrible cast and a truly awful ending {}.",
}
VARIANTS = ("two", "one", "ten", "six")
# resolves in the frame in which every card shows the label, with the milliseconds since Enter
WATCH = """([label, count]) => new Promise(done => {
  const look = () => {
    const labels = [...document.querySelectorAll(".q-card .q-label")];
    if (labels.length === count && labels.every(element => element.textContent.includes(label)))
      requestAnimationFrame(() => done(performance.now() - window.pressed));
    else requestAnimationFrame(look);
  };
  look();
})"""
# resolves in the frame in which the page has this title, with the milliseconds since the click
TITLED = """title => new Promise(done => {
  const look = () => {
    if ([...document.querySelectorAll("h1")].some(heading => heading.textContent === title))
      requestAnimationFrame(() => done(performance.now() - window.clicked));
    else requestAnimationFrame(look);
  };
  look();
})"""
LISTEN = """addEventListener("click", () => { window.clicked = performance.now(); }, true);
addEventListener("keydown", event => {
  if (event.key === "Enter") window.pressed = performance.now();
}, true)"""


def main() -> None:
    """Run it and print the figures."""
    with tempfile.TemporaryDirectory() as caches, sync_playwright() as playwright:
        browser = playwright.chromium.launch(args=["--no-sandbox"], executable_path=executable())
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        started = perf_counter()
        with running_app(Path(caches)) as address:
            page.goto(address)
            expect(page.get_by_label("A sentence in English")).to_be_visible(timeout=60_000)
            usable = perf_counter() - started
            expect(page.locator(".q-card .q-label")).to_have_count(COLUMNS, timeout=60_000)
            first = perf_counter() - started - usable
            expect(page.get_by_text(MEMORY_AWAITED)).to_have_count(0, timeout=120_000)
            _rest(page)
            waits, models = _submits(page)
            changes = [_page_changes(page) for _ in range(2)]
        browser.close()
    machine = host()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    overhead = [wait - model for wait, model in zip(waits, models, strict=True)]
    print(f"{machine.processor}, {machine.cores} cores, load {load:.1f} (browser and server)")
    print(f"server start to usable page, models unloaded:  {usable:6.2f} s")
    print(f"from then to the first four predictions:       {first:6.2f} s")
    print(f"submit to all four visible, warm:              {_line(waits)}")
    print(f"of that, the four models (times on the cards): {_line(models)}")
    print(f"the rest, rerun overhead:                      {_line(overhead)}")
    for when, seconds in zip(("first", "later"), changes, strict=True):
        print(f"another page, {when} visit, to its title:       {_line(seconds)}")


def _submits(page: Page) -> tuple[list[float], list[float]]:
    """Seconds from Enter to four new answers, and seconds of model time in each."""
    waits, models = [], []
    box = page.get_by_label("A sentence in English")
    page.evaluate(LISTEN)
    for i in range(SUBMITS):
        label = list(SENTENCES)[i % 2]
        box.fill(SENTENCES[label].format(VARIANTS[i % 4]))
        page.keyboard.press("Enter")
        waits.append(page.evaluate(WATCH, [label, COLUMNS]) / 1e3)
        cards = " ".join(page.locator(".q-card").all_inner_texts())
        models.append(sum(map(float, re.findall(r"time\s+([\d.]+) ms", cards))) / 1e3)
        _rest(page)
    return waits, models


def _page_changes(page: Page) -> list[float]:
    """Seconds from the click on each page's entry in the menu to its title, in the menu's order.

    The page that is shown comes last, and is gone back to.
    """
    waits = []
    for _, title in (*MENU[1:], MENU[0]):
        page.locator(".st-key-menu").get_by_role("link", name=title, exact=True).click()
        waits.append(page.evaluate(TITLED, title) / 1e3)
        _rest(page)
    return waits


def _rest(page: Page) -> None:
    """Wait until the run has ended: gauges measured, charts drawn."""
    sleep(0.3)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=60_000)
    sleep(0.5)


def _line(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"median {median(ordered):.3f} s, slowest {ordered[-1]:.3f} s of {len(ordered)}"


if __name__ == "__main__":
    main()
