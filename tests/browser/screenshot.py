"""Makes the README's picture from the running app: `make screenshot`."""

from playwright.sync_api import expect, sync_playwright

from model_zoo.models.sets import model_set
from tests.browser.chromium import executable, running_app
from tests.root import ROOT
from ui.show.wording import MEMORY_AWAITED

SPECS = model_set().models


def main() -> None:
    """Write assets/screenshot.png: the Compare page at 1440 px, light, with its first example."""
    with running_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(args=["--no-sandbox"], executable_path=executable())
        page = browser.new_page(viewport={"width": 1440, "height": 1230}, color_scheme="light")
        page.goto(address)
        labels = page.locator(".q-card .q-label")
        expect(labels).to_have_count(len(SPECS), timeout=60_000)
        expect(page.get_by_text(MEMORY_AWAITED)).to_have_count(0, timeout=120_000)
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=60_000)
        page.get_by_role("button", name="Compare").click()  # times of warm models
        page.wait_for_timeout(4000)
        page.screenshot(path=ROOT / "assets" / "screenshot.png")
        browser.close()


if __name__ == "__main__":
    main()
