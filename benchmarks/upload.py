"""Memory of the real server while a visitor scores a large upload.

    python -m benchmarks.upload [--rows 100000] [--models lstm,bilstm]

Starts the app, loads the models with one sentence, uploads a file of distinct sentences of ten to
thirty words, has it scored, and prints the server's resident memory before, at its highest and
after.
"""

import argparse
import random
from time import perf_counter, sleep

import psutil
from playwright.sync_api import expect, sync_playwright

from tests.browser.chromium import executable, started

WORDS = [
    "the",
    "film",
    "is",
    "not",
    "good",
    "bad",
    "a",
    "plot",
    "that",
    "story",
    "wonderful",
    "dull",
    "very",
    "long",
    "funny",
    "and",
    "but",
    "slow",
    "music",
    "actor",
    "scene",
    "really",
    "end",
    "start",
    "quite",
    "never",
    "always",
    "warm",
    "cold",
    "moving",
    "empty",
]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--models", default="lstm,bilstm")
    arguments = parser.parse_args()
    draw = random.Random(0)
    lines = [
        f"{number},{' '.join(draw.choices(WORDS, k=draw.randint(10, 30)))}"
        for number in range(arguments.rows)
    ]
    content = "\n".join(["number,text", *lines]).encode()
    with started() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(args=["--no-sandbox"], executable_path=executable())
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{server.address}/?models={arguments.models}")
        expect(page.locator(".q-verdict")).to_be_visible(timeout=120_000)
        sleep(20)  # until gauges and explanations are drawn
        page.get_by_role("link", name="Your data", exact=True).click()
        process = psutil.Process(server.process.pid)
        before = process.memory_info().rss
        page.locator("input[type=file]").set_input_files(
            {"name": "rows.csv", "mimeType": "text/csv", "buffer": content}
        )
        start = page.get_by_role("button", name=f"Score all {arguments.rows:,} rows")
        start.wait_for()
        loaded = highest = process.memory_info().rss
        clicked = perf_counter()
        start.click()
        done = page.get_by_role("heading", name="Row by row")
        while not done.is_visible():
            highest = max(highest, process.memory_info().rss)
            sleep(0.2)
        took = perf_counter() - clicked
        sleep(5)
        after = process.memory_info().rss
        with page.expect_download(timeout=120_000):
            page.locator(".st-key-download-csv button").click()
        last = process.memory_info().rss
        more = ", ".join(
            f"{when} {(size - before) / 1e6:+.0f} MB"
            for when, size in (
                ("uploaded", loaded),
                ("highest while scoring", highest),
                ("results drawn", after),
                ("downloaded", last),
            )
        )
        print(
            f"{arguments.rows:,} rows ({len(content) / 1e6:.1f} MB), {arguments.models}, "
            f"{took:.0f} s; resident before: {before / 1e6:.0f} MB; {more}"
        )


if __name__ == "__main__":
    main()
