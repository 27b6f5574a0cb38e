"""What a visitor sees: the real server, the real weights, a real browser."""

import json
import re
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import expect

from model_zoo.models.sets import model_set
from tests.browser.looks import run_over as at_rest
from ui.frame.examples import EXAMPLES

SPECS = model_set().models
VERDICT = ".q-verdict"
LABELS = ".q-card .q-label"
FACTS = ".q-facts"
CHANGES = ".q-changes"
# collects how many rows of chips are seen, in every frame from now on
COUNT_ROWS = """() => {
  window.rows = [];
  const look = () => {
    const rows = document.querySelectorAll(".st-key-words [data-testid='stButtonGroup']");
    const seen = [...rows].filter(row => row.checkVisibility()).length;
    if (!window.rows.includes(seen)) window.rows.push(seen);
    requestAnimationFrame(look);
  };
  look();
}"""
# collects where the answers and what follows them begin, in every frame from now on
WATCH_TOPS = """() => {
  window.tops = { cards: [], charts: [] };
  window.summedUp = []; // whether the answers were, in each of these frames
  const look = () => {
    const cards = document.querySelectorAll(".q-card .q-label");
    const charts = [...document.querySelectorAll("h2")].find(h => h.innerText.includes("forms"));
    tops.cards.push(cards.length ? cards[0].getBoundingClientRect().top : null);
    summedUp.push(Boolean(document.querySelector(".q-verdict")));
    tops.charts.push(charts ? charts.getBoundingClientRect().top : null);
    requestAnimationFrame(look);
  };
  look();
}"""
# clicks a word in the frame in which the page says so of the sentence that is being read
CLICK_ONCE_READ = """(word, text) => {
  const look = () =>
    document.body.innerText.includes(text) ? word.click() : requestAnimationFrame(look);
  look();
}"""


def box(page):
    return page.get_by_label("A sentence in English")


def submit(page, text, key="Enter"):
    box(page).fill(text)
    page.keyboard.press(key)


def answered(page):
    expect(page.locator(LABELS)).to_have_count(len(SPECS))


def chip(page, word):
    return page.locator(".st-key-words").get_by_role("button", name=word, exact=True)


def test_answers_gauges_and_words_are_seen_at_one_look_and_stay_where_they_appear(open_page):
    page = open_page()
    page.evaluate(WATCH_TOPS)
    answered(page)
    forms = page.get_by_role("heading", name="How the answer forms")
    below = forms.bounding_box()["y"]
    expect(chip(page, "bad")).to_be_visible()
    expect(page.locator(FACTS)).to_have_count(len(SPECS))
    expect(page.locator(".q-words")).to_have_count(len(SPECS))
    at_rest(page)
    words = page.locator(".q-words").first.bounding_box()
    assert words["y"] + words["height"] <= 900
    assert abs(forms.bounding_box()["y"] - below) <= 60  # a line of words more or less
    frames = page.evaluate("tops.cards.map((top, at) => [top, summedUp[at]])")
    places = [top for top, summed_up in frames if summed_up]
    assert max(places) - min(places) <= 60


def test_nothing_jumps_while_another_sentence_is_read(open_page):
    page = open_page()
    answered(page)
    submit(page, "A good film.")
    expect(page.locator(VERDICT)).to_contain_text("All four say positive")
    expect(chip(page, "good")).to_be_visible()
    expect(page.get_by_role("heading", level=2).filter(has_text="forms")).to_be_visible()
    at_rest(page)
    page.evaluate(WATCH_TOPS)
    submit(page, "A bad film.")
    expect(page.locator(VERDICT)).to_contain_text("All four say negative")
    at_rest(page)
    for places in page.evaluate("window.tops").values():
        assert None not in places  # gone for a moment
        assert max(places) - min(places) <= 60


def test_examples_by_click_and_keyboard_and_button(open_page):
    page = open_page()
    for choose, name in (
        (page.get_by_text("sarcasm", exact=True).click, "sarcasm"),
        (lambda: box(page).press("Alt+2"), list(EXAMPLES)[1]),
    ):
        choose()
        expect(box(page)).to_have_value(EXAMPLES[name].text)
        expect(page.get_by_text(EXAMPLES[name].shows)).to_be_visible()
        answered(page)
    box(page).fill("Great fun, I loved it.")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(VERDICT)).to_contain_text("All four say positive")


def test_numbers_only_fit_on_a_phone(open_page):
    page = open_page(width=390)
    answered(page)
    page.get_by_text("Numbers only").click()
    expect(page.locator(".q-line")).to_have_count(len(SPECS))
    expect(page.locator(".js-plotly-plot")).to_have_count(0)
    # what cards had below them goes when the run ends
    page.wait_for_function("""() => {
      const boxes = [...document.querySelectorAll(".q-line")].map(l => l.getBoundingClientRect());
      return boxes.at(-1).bottom - boxes[0].top < 500;
    }""")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def measured_at(method):
    return re.search(r"at \d\d:\d\d:\d\d", method.inner_text())[0]


def test_gauges_and_charts_are_drawn(open_page):
    page = open_page()
    answered(page)
    expect(page.locator(FACTS)).to_have_count(len(SPECS))
    expect(page.locator(FACTS).first).to_contain_text("faster than BERT")
    dials = page.locator(".q-card >> nth=0").locator("xpath=ancestor::*[@data-testid='stColumn']")
    expect(dials.locator(".js-plotly-plot .indicatorlayer")).not_to_have_count(0)
    expect(page.get_by_text("How the answer forms")).to_be_visible()
    expect(page.locator(".scatterlayer .trace")).to_have_count(5)
    method = page.locator(".st-key-measured")
    expect(method).to_contain_text("median and 95th percentile")
    before = measured_at(method)
    page.wait_for_timeout(1000)  # the clock that tells the measurements apart shows seconds
    page.get_by_role("button", name="Measure again").click()
    expect(method).not_to_contain_text(before)
    expect(method).to_contain_text("median and 95th percentile")
    assert measured_at(method) != before
    page.get_by_role("radio", name="8", exact=True).click()
    expect(page.get_by_text("8 copies of")).to_be_visible()
    expect(page.locator(FACTS).first).to_contain_text("ms a sentence")


def test_a_sentence_is_not_lost_to_a_click_that_follows_at_once(open_page):
    page = open_page()
    expect(page.locator(VERDICT)).to_be_visible()
    for text in ("Great fun for all.", "A dreadful bore.", "Not bad.", "A fine cast, wasted."):
        box(page).fill(text)
        page.keyboard.press("Enter")
        page.locator(".st-key-words button").last.evaluate("chip => chip.click()")
        expect(page).to_have_url(re.compile(re.escape(quote_plus(text))))


def test_a_word_is_left_out_by_a_click_and_by_the_keyboard(open_page):
    page = open_page()
    answered(page)
    submit(page, "This is not a good film.")
    expect(page.locator(VERDICT)).to_contain_text("All four say negative")
    expect(chip(page, "good")).to_be_visible()
    chip(page, "not").click()
    expect(page.locator(VERDICT)).to_contain_text("All four say positive")
    expect(page.locator(CHANGES).locator("del")).to_have_text("not")
    expect(chip(page, "not")).to_have_attribute("aria-pressed", "true")
    chip(page, "not").press("Space")
    expect(page.locator(VERDICT)).to_contain_text("All four say negative")
    expect(page.locator(CHANGES)).to_have_count(0)
    page.get_by_text("Mask instead").click()
    chip(page, "not").press("Space")
    expect(page.locator(CHANGES).locator("ins")).to_have_text("[MASK]")


def test_words_of_the_sentence_before_are_not_seen_nor_left_out_of_the_new_one(
    open_page,
):
    page = open_page()
    expect(chip(page, "bad")).to_be_visible()
    page.evaluate(COUNT_ROWS)
    chip(page, "bad").evaluate(
        "word => addEventListener('keyup', () => word.focus(), {once: true})"
    )
    submit(page, "A good film and a brilliant cast.")
    expect(chip(page, "brilliant")).to_be_visible()
    expect(page.locator(FACTS)).to_have_count(len(SPECS))
    at_rest(page)
    assert page.evaluate("window.rows") == [1]
    text = "A dull film and a dreadful cast."
    chip(page, "brilliant").evaluate(CLICK_ONCE_READ, f"{len(text)} characters")
    submit(page, text)
    expect(page.locator(VERDICT)).to_contain_text("All four say negative")
    expect(chip(page, "dreadful")).to_be_visible()
    at_rest(page)
    expect(box(page)).to_have_value(text)
    expect(page.locator(CHANGES)).to_have_count(0)
    expect(page.locator(".st-key-words [aria-pressed='true']")).to_have_count(0)


@pytest.mark.long
def test_a_copied_link_opened_cold_shows_the_same(open_page, server):
    page = open_page()
    answered(page)
    submit(page, "A good film & more: 100 %?")
    expect(page.locator(VERDICT)).to_contain_text("All four")
    page.get_by_role("button", name="Pin this sentence").click()
    expect(page.get_by_role("button", name="Unpin")).to_be_visible()
    submit(page, "A “bad” film, <b>alas</b>.")
    expect(page.locator(CHANGES)).to_be_visible()
    page.locator(".st-key-toolbar").get_by_text("BiLSTM", exact=True).click()
    expect(page.locator(LABELS)).to_have_count(len(SPECS) - 1)
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url and link.startswith(server)

    copy = open_page(link.removeprefix(server))
    expect(copy.locator(LABELS)).to_have_count(len(SPECS) - 1)
    expect(box(copy)).to_have_value("A “bad” film, <b>alas</b>.")
    expect(copy.locator(CHANGES)).to_contain_text("Pinned: A good film & more: 100 %?")
    assert [card.split("\n")[0] for card in copy.locator(".q-card").all_inner_texts()] == [
        row.title for name, row in SPECS.items() if name != "bilstm"
    ]


def test_a_sentence_is_answered_kept_on_another_page_and_found_again_in_history(open_page):
    page = open_page()
    answered(page)
    submit(page, "A wonderful, moving film.")
    expect(page.locator(VERDICT)).to_contain_text("All four say positive")
    titles = page.locator(".q-card h2").all_inner_texts()
    assert titles == [row.title for row in SPECS.values()]
    for text in page.locator(".q-card").all_inner_texts():
        assert re.search(r"\d ms", text) and re.search(r"\d M", text) and "positive" in text
    expect(page).to_have_url(re.compile("wonderful"))
    submit(page, "A dull and lifeless film.", "Control+Enter")
    expect(page.locator(VERDICT)).to_contain_text("All four say negative")
    expect(page).to_have_url(re.compile("lifeless"))
    page.go_back()
    expect(box(page)).to_have_value("A wonderful, moving film.")
    expect(page.locator(VERDICT)).to_contain_text("All four say positive")
    page.get_by_role("link", name="The four models", exact=True).click()
    expect(page.get_by_role("heading", name="The four models")).to_be_visible()
    expect(page.locator(".q-table")).to_be_visible()
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(box(page)).to_have_value("A wonderful, moving film.")
    expect(page.locator(VERDICT)).to_contain_text("All four say positive")
    expect(page).to_have_url(re.compile("wonderful"))


def test_a_hostile_link_is_a_notice(open_page):
    page = open_page("/?models=<script>alert(1)</script>&without=a&text=" + "x" * 3000)
    answered(page)
    expect(page.get_by_text("was ignored")).to_have_count(3)


def test_downloads(open_page, browser):
    page = open_page()
    answered(page)
    submit(page, "A good film, <i>they say</i>.")
    expect(page.get_by_text("16 tokens with [CLS] and [SEP]")).to_be_visible()
    page.get_by_role("button", name="Share").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as JSON").click()
    record = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert record["text"] == "A good film, <i>they say</i>."
    assert [prediction["model"] for prediction in record["predictions"]] == list(SPECS)
    assert len(record["latency"]) == len(SPECS)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as HTML report").click()
    requests = []
    report = browser.new_page()
    report.on("request", lambda request: requests.append(request.url))
    report.set_content(Path(download.value.path()).read_text(encoding="utf-8"))
    expect(report.locator("blockquote")).to_have_text("A good film, <i>they say</i>.")
    expect(report.locator(LABELS)).to_have_count(len(SPECS))
    report.close()
    expect(page.get_by_text("Which words made the answer")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as slides").click()
    deck = browser.new_page(viewport={"width": 800, "height": 600})
    deck.on("request", lambda request: requests.append(request.url))
    deck.set_content(Path(download.value.path()).read_text(encoding="utf-8"))
    slides = deck.locator("section svg")
    expect(slides.first).to_contain_text("“A good film, <i>they say</i>.”")
    expect(slides.filter(has_text="How the answers form")).to_have_count(1)
    expect(slides.filter(has_text="calls after")).to_have_count(1)
    expect(slides.filter(has_text="Which words made the answer")).to_have_count(1)
    expect(slides.last.locator("a")).to_have_attribute("href", re.compile("text=A\\+good"))
    for slide in slides.all():
        box = slide.bounding_box()
        assert box["width"] == deck.viewport_size["width"]
        assert box["height"] == pytest.approx(box["width"] * 9 / 16)
    pages = re.findall(rb"/Type\s*/Page\b", deck.pdf(prefer_css_page_size=True))
    assert len(pages) == slides.count() == 5
    deck.close()
    assert not requests


def test_the_loader_panel_shows_and_unloads(open_page):
    page = open_page("/?models=distilbert")
    expect(page.locator(FACTS)).to_have_count(1)
    page.get_by_test_id("stExpandSidebarButton").click()
    entry = page.locator(".st-key-loader-distilbert")
    expect(entry).to_contain_text("in memory")
    expect(entry).to_contain_text(re.compile(r"loaded in \d+\.\d s.*asked \d+ times"))
    page.get_by_role("button", name="Unload DistilBERT").click()
    expect(entry).to_contain_text("not loaded")
    submit(page, "A good film.")
    expect(page.locator(LABELS)).to_contain_text("positive")
    expect(entry).to_contain_text("in memory")


def test_markup_is_not_executed(open_page):
    page = open_page()
    answered(page)
    submit(page, "<img src=x onerror=alert(1)><script>document.title='taken'</script> great")
    answered(page)
    expect(page.locator(".st-key-words")).to_contain_text("</script>great")
    expect(page.locator(".scatterlayer .trace")).to_have_count(5)
    page.wait_for_timeout(500)
    assert page.title() == "Compare · Quartet"
    assert page.locator("img[src='x']").count() == 0


@pytest.mark.long
def test_two_visitors_see_their_own_sentences(open_page):
    first, second = open_page(), open_page()
    for page in (first, second):
        answered(page)
    submit(first, "A wonderful, moving film.")
    submit(second, "A dull and lifeless film.")
    expect(first.locator(VERDICT)).to_contain_text("All four say positive")
    expect(second.locator(VERDICT)).to_contain_text("All four say negative")
    expect(box(first)).to_have_value("A wonderful, moving film.")
