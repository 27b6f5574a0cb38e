"""How long a visitor waits: `make bench-browser`. Prints figures, asserts nothing.

The server is started afresh, a browser opens the page, and 20 sentences of 20 tokens are submitted,
one after the other, each once the page has come to rest. Times run in the browser, from the Enter
key to the frame in which all four cards show the new answer.
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
LISTEN = """addEventListener("keydown", event => {
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
            expect(page.get_by_text("Measuring, in fresh")).to_have_count(0, timeout=120_000)
            _rest(page)
            waits, models = _submits(page)
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


def _rest(page: Page) -> None:
    """Wait until the run has ended: gauges measured, charts drawn."""
    sleep(0.3)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=60_000)
    sleep(0.5)


def _line(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"median {median(ordered):.3f} s, slowest {ordered[-1]:.3f} s of {len(ordered)} submits"


if __name__ == "__main__":
    main()
