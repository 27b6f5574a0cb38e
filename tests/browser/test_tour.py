"""The guided tour on a phone: every step, a guess at each, and on to the next."""

import re

from playwright.sync_api import expect

from tests.browser.looks import PLOT, fits, grave_violations, run_over

PICTURES = (".q-card", PLOT, PLOT, PLOT, PLOT, ".q-words", PLOT)
OWN = "The soup was cold, yet we came back for it twice."


def press(page, name):
    run_over(page)
    page.get_by_role("button", name=name).click()


def test_all_steps_on_a_phone(open_page):
    page = open_page("/", width=390, scheme="dark")
    page.get_by_role("link", name="Start here", exact=True).click()
    for step, picture in enumerate(PICTURES, start=1):
        expect(page.get_by_text(f"Step {step} of {len(PICTURES)}")).to_be_visible()
        expect(page.locator(picture).first).to_be_visible()
        show = page.get_by_role("button", name="Show")
        expect(show).to_be_disabled()
        run_over(page)
        page.get_by_test_id("stRadio").locator("label").filter(has_not_text="Your guess").nth(
            1
        ).click()
        expect(show).to_be_enabled()
        press(page, "Show")
        expect(page.get_by_test_id("stAlert")).to_be_visible()
        expect(page.locator(picture).first).to_be_visible()
        fits(page)
        assert not grave_violations(page), step
        if step < len(PICTURES):
            press(page, "Next")
            expect(page).to_have_url(re.compile(rf"step={step + 1}"))
            expect(page.get_by_test_id("stMain")).to_have_js_property("scrollTop", 0)
    page.go_back()
    expect(page.get_by_text(f"Step {len(PICTURES) - 1} of {len(PICTURES)}")).to_be_visible()


def test_a_sentence_of_ones_own_goes_along_and_its_link_leads_back(open_page):
    page = open_page("/tour?step=5")
    page.get_by_label("The sentence").fill(OWN)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("step=5.*soup|soup.*step=5"))
    link = page.url
    press(page, "Try it yourself")
    expect(page.get_by_label("A sentence in English")).to_have_value(OWN)
    expect(page).not_to_have_url(re.compile("step="))
    page = open_page(link.partition("/tour")[1] + link.partition("/tour")[2])
    expect(page.get_by_label("The sentence")).to_have_value(OWN)
    expect(page.get_by_text("Step 5 of")).to_be_visible()
