"""Several visitors at once on a real server: right answers, and closed tabs free their places."""

from contextlib import closing
from dataclasses import replace
from time import monotonic

import pytest

from benchmarks.load import LAYER_BY_LAYER, SENTENCES, all_at_once, compare, expected
from benchmarks.visitor import ATTRIBUTIONS, COMPARE, Visitor
from model_zoo.host import host
from model_zoo.models.sets import model_set

SPECS = model_set().models
VISITORS, ROUNDS = 3, 1
LONG = "The film is long, and then it goes on. " * 45  # minutes of attributions


@pytest.mark.quiet
def test_everybody_gets_their_own_answers(server):
    texts = [SENTENCES[i * ROUNDS : (i + 1) * ROUNDS] for i in range(VISITORS)]
    log = all_at_once(server, texts, seconds=400)
    assert not log.wrong and not log.unfinished
    compared = compare(log.answers, expected([text for own in texts for text in own]))
    assert not compared.wrong
    # a line for each model and one more for the BiLSTM's other direction; a row of scores for each
    assert compared.figures == VISITORS * ROUNDS * (2 * len(SPECS) + 1)


@pytest.mark.long
def test_closed_tabs_free_their_places(server):
    """More tabs than there are places ask for minutes of work each; then all are closed."""
    tabs = [Visitor(server) for _ in range(host().cores + 4)]
    for tab in tabs:
        tab.ask(ATTRIBUTIONS, LONG)
    waited = [tab for tab in tabs if tab.read(lambda seen: seen.ahead or seen.progress).ahead]
    assert waited
    for number, tab in enumerate(tabs):
        tab.vanish() if number % 2 else tab.close()
    ends = monotonic() + 60
    while True:  # the server may take a moment to notice
        with closing(Visitor(server)) as tab:
            tab.ask(COMPARE, "A film that nobody waits for.")
            seen = tab.read(lambda seen: seen.chart(LAYER_BY_LAYER))
        assert not seen.errors
        if not seen.ahead:
            break
        assert monotonic() < ends, "the closed tabs are still at it"


def test_another_visitors_answer_would_be_noticed():
    texts = SENTENCES[:2]
    right = expected(texts)
    mine, theirs = (right[text] for text in texts)
    assert not compare([(texts[0], mine)], right).wrong
    mixed = [theirs, replace(mine, courses=theirs.courses), replace(mine, cards=theirs.cards)]
    off = {name: scores + 8e-6 for name, scores in mine.scores.items()}
    for answer in (*mixed, replace(mine, scores=off)):
        assert compare([(texts[0], answer)], right).wrong
