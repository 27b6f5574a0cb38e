"""How a page looks, once it has come to rest: does it fit, can it be read?"""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

PLOT = ".js-plotly-plot"
# Ends once nothing has changed for this long and nothing is being moved or faded: charts are fitted
# a moment after the window. What never rests is looked at as it is.
_REST = """quiet => new Promise(resolve => {
  const ends = performance.now() + 20_000;
  const moving = () => document.getAnimations().some(each =>
    each.playState === "running" && each.effect.getComputedTiming().endTime !== Infinity);
  let timer;
  const done = () => {
    if (moving() && performance.now() < ends) return wait();
    observer.disconnect();
    resolve();
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(done, Math.min(quiet, ends - performance.now()));
  };
  const observer = new MutationObserver(wait);
  observer.observe(document.body,
    {subtree: true, childList: true, attributes: true, characterData: true});
  wait();
})"""
_WIDER = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  return Math.max(main.scrollWidth - main.clientWidth,
    document.documentElement.scrollWidth - window.innerWidth);
}"""


def run_over(page: Page) -> None:
    """Wait until the server has drawn all there is to draw."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)


def at_rest(page: Page) -> None:
    """Wait until the run is over, and what it drew stands still."""
    run_over(page)
    page.evaluate(_REST, 250)


def look(page: Page, width: int, scheme: str) -> None:
    """See the page in a window of this width, light or dark; nothing may be wider than that."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    at_rest(page)
    fits(page)


def fits(page: Page) -> None:
    """Nothing is wider than the window, or will be once the charts are fitted."""
    page.wait_for_function(f"({_WIDER})() <= 0", timeout=10_000)


def grave_violations(page: Page) -> list[tuple[str, str, list[str]]]:
    """What axe finds serious or critical on a page come to rest: rule, help, and where.

    While a page is being filled, a region that scrolls may hold nothing to focus yet.
    """
    for _ in range(10):
        at_rest(page)
        violations = [
            (rule["id"], rule["help"], [node["html"][:200] for node in rule["nodes"]])
            for rule in Axe().run(page).response["violations"]
            if rule["impact"] in ("serious", "critical")
        ]
        if not violations:
            break
        page.wait_for_timeout(1000)
    return violations
