"""The comparison table: verdicts follow the evidence, whichever way it points."""

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from model_zoo import claims, sight, twins
from model_zoo.claims import CLAIMS, FAILS, HOLDS, IN_PART, PUBLISHED, UNTESTED, Claim, Finding
from model_zoo.errors import DataError
from model_zoo.host import host
from model_zoo.registry import SPECS, load
from model_zoo.results import Footprint, Influence, Latency, Sight, Sights, Sweep, Twins
from ui.claims import SEE, row_html, tally

TAKEN = "2026-01-02T03:04:05+00:00"
ROWS = {claim.key: claim for claim in CLAIMS + PUBLISHED}
TOKEN_MS = {"lstm": 0.1, "bilstm": 0.2, "bert": 0.7, "distilbert": 0.35}
ADDED = {"lstm": 20, "bilstm": 30, "bert": 150, "distilbert": 100}


def made_sweep(token_ms=TOKEN_MS, added=ADDED, lengths=(8, 64), batches=(1, 8)):
    return Sweep(
        TAKEN,
        host(),
        tuple(
            Latency(name, length, batch, 1, 2, (1 + ms * length * batch,))
            for name, ms in token_ms.items()
            for length in lengths
            for batch in batches
        ),
        tuple(Footprint(name, 8, 1, size * 10**6, 0, 0) for name, size in added.items()),
    )


def seen(name, part, earlier=10, later=10):
    return Sight(name, part, 10, earlier, later, 0.1 * bool(earlier), 0.2 * bool(later))


def made_sights(**changes):
    rows = {
        "lstm": seen("lstm", "whole", later=0),
        "bilstm": seen("bilstm", "whole"),
        "forward": seen("bilstm", "forward", later=0),
        "backward": seen("bilstm", "backward", earlier=0),
        "bert": seen("bert", "whole"),
        "bert1": seen("bert", "layer 1"),
        "distilbert": seen("distilbert", "whole"),
        "distilbert1": seen("distilbert", "layer 1"),
    }
    return Sights(TAKEN, host(), "A text.", tuple((rows | changes).values()))


def made_twins(bert_ms=200.0, distilbert_ms=100.0):
    ms = {"bert-base": bert_ms, "distilbert-base": distilbert_ms}
    return Twins(
        TAKEN,
        host(),
        tuple(
            replace(
                twin,
                latencies=(Latency(twin.name, 64, 1, 1, 2, (ms[twin.name],)),)
                if twin.name in ms
                else (),
            )
            for twin in twins.read().twins
        ),
    )


@pytest.fixture(scope="module")
def evidence():
    """The bundled models' files, and measurements that bear every claim out that they can."""
    sweep = made_sweep()
    return replace(
        claims.gather(), sights=made_sights(), sweep=sweep, memory=sweep, twins=made_twins()
    )


def found(key, evidence):
    """The verdict on a row, and the outcome for each model."""
    verdict = ROWS[key].check(evidence)
    return verdict, {name: one.outcome for name, one in verdict.findings.items()}


@pytest.mark.parametrize("claim", ROWS.values(), ids=lambda claim: claim.key)
def test_every_row_speaks_of_the_models_it_claims_something_of(claim: Claim, evidence):
    for case in (evidence, claims.gather()):  # with measurements and without
        verdict = claim.check(case)
        assert set(verdict.findings) == set(claim.says)
        assert verdict.outcome in claims.OUTCOMES
        assert verdict.reason.endswith(".") and all(one.said for one in verdict.findings.values())
    assert claim.key in SEE


def test_the_table_is_whole():
    assert len(CLAIMS) == 11 and len(ROWS) == len(CLAIMS + PUBLISHED)
    assert all(set(claim.says) == set(SPECS) for claim in CLAIMS)
    assert all(claim.source for claim in PUBLISHED)


def test_without_measurements_nothing_measured_is_judged():
    bare = claims.gather()
    outcomes = {claim.key: claim.check(bare).outcome for claim in CLAIMS + PUBLISHED}
    untested = {key for key, outcome in outcomes.items() if outcome == UNTESTED}
    assert untested >= {"directionality", "context", "processing", "memory", "speed"}
    assert untested >= {"paper-size", "paper-speed", "example"}
    assert not untested & {"architecture", "layers", "quality", "training"}


def test_what_hangs_on_sight(evidence):
    for key in ("directionality", "context"):
        assert found(key, evidence)[0].outcome == HOLDS
    leaking = replace(evidence, sights=made_sights(lstm=seen("lstm", "whole", later=1)))
    for key in ("directionality", "context"):
        verdict, outcomes = found(key, leaking)
        assert verdict.outcome == IN_PART and outcomes["lstm"] == FAILS
        assert outcomes["bert"] == HOLDS
    blind = replace(
        evidence,
        sights=made_sights(
            backward=seen("bilstm", "backward", later=0),
            bilstm=seen("bilstm", "whole", later=0),
            bert1=seen("bert", "layer 1", later=9),
            bert=seen("bert", "whole", later=9),
        ),
    )
    _, outcomes = found("directionality", blind)
    assert outcomes["bilstm"] == FAILS and outcomes["bert"] == IN_PART
    assert found("context", blind)[1]["bilstm"] == FAILS


def test_processing_is_read_from_what_a_token_costs(evidence):
    verdict, _ = found("processing", evidence)
    assert verdict.outcome == HOLDS and "2.0×" in verdict.findings["bilstm"].said
    assert "64 steps in a row" in verdict.findings["lstm"].said
    assert "128 steps" in verdict.findings["bilstm"].said
    one_pass = replace(evidence, sweep=made_sweep(TOKEN_MS | {"bilstm": 0.11}))
    assert found("processing", one_pass)[1]["bilstm"] == IN_PART
    laggard = replace(evidence, sweep=made_sweep(TOKEN_MS | {"bert": 50.0}))
    assert found("processing", laggard)[1]["bert"] == IN_PART
    single = replace(evidence, sweep=made_sweep(lengths=(8,)))
    assert found("processing", single)[0].outcome == UNTESTED


def test_speed_is_an_order_asked_for_in_every_setting(evidence):
    verdict, _ = found("speed", evidence)
    assert verdict.outcome == HOLDS and "4 of 4 settings" in verdict.reason
    tied = replace(evidence, sweep=made_sweep(TOKEN_MS | {"distilbert": 0.7}))
    _, outcomes = found("speed", tied)
    assert outcomes["distilbert"] == FAILS and outcomes["lstm"] == HOLDS
    slow_start = made_sweep()
    mixed = tuple(
        replace(one, samples_ms=(0.5,)) if (one.model, one.tokens) == ("bert", 8) else one
        for one in slow_start.latencies
    )
    _, outcomes = found("speed", replace(evidence, sweep=replace(slow_start, latencies=mixed)))
    assert set(outcomes.values()) == {IN_PART}
    half = replace(evidence, sweep=made_sweep({"lstm": 0.1, "bert": 0.7}))
    assert found("speed", half)[0].outcome == UNTESTED


def test_memory_is_an_order(evidence):
    assert found("memory", evidence)[0].outcome == HOLDS
    swapped = made_sweep(added=ADDED | {"lstm": 40, "distilbert": 160})
    verdict, outcomes = found("memory", replace(evidence, memory=swapped))
    assert outcomes == {"lstm": IN_PART, "bilstm": IN_PART, "bert": IN_PART, "distilbert": FAILS}
    assert verdict.outcome == IN_PART
    assert "BiLSTM, LSTM, BERT and DistilBERT" in verdict.reason


def test_size_is_here_and_at_the_papers_size(evidence):
    verdict, outcomes = found("size", evidence)
    assert outcomes == {"lstm": HOLDS, "bilstm": IN_PART, "bert": IN_PART, "distilbert": IN_PART}
    assert "2.00×" in verdict.reason and "109.5 M" in verdict.reason
    large = {
        name: replace(card, parameters={"bert": 110_000_000}.get(name, card.parameters))
        for name, card in evidence.cards.items()
    }
    assert found("size", replace(evidence, cards=large))[1]["bert"] == HOLDS
    assert found("size", replace(evidence, twins=None))[1]["bert"] == FAILS


def scored(evidence, **accuracies):
    """Evidence with other accuracies, and intervals of 2 points around them."""
    metrics = {
        name: one
        | {
            part: {"accuracy": share, "ci95": [share - 0.02, share + 0.02]}
            for part in ("validation", "unseen_half")
            for share in (accuracies[name],)
        }
        for name, one in evidence.metrics.items()
    }
    return replace(evidence, metrics=metrics)


@pytest.mark.parametrize(
    ("accuracies", "outcomes"),
    [
        ((0.80, 0.85, 0.92, 0.90), (HOLDS, HOLDS, IN_PART, HOLDS)),
        ((0.80, 0.85, 0.95, 0.90), (HOLDS, HOLDS, HOLDS, FAILS)),
        ((0.85, 0.86, 0.86, 0.87), (HOLDS, IN_PART, IN_PART, HOLDS)),
        ((0.85, 0.80, 0.79, 0.80), (HOLDS, FAILS, FAILS, HOLDS)),
    ],
)
def test_quality_asks_for_more_than_chance(evidence, accuracies, outcomes):
    _, given = found("quality", scored(evidence, **dict(zip(SPECS, accuracies, strict=True))))
    assert tuple(given[name] for name in SPECS) == outcomes


def test_layers_training_and_architecture_follow_the_files(evidence):
    assert found("layers", evidence)[1]["bilstm"] == IN_PART  # one layer, not several
    deep = {name: replace(card, layers=2 * card.layers) for name, card in evidence.cards.items()}
    _, outcomes = found("layers", replace(evidence, cards=deep))
    assert outcomes["bilstm"] == HOLDS and outcomes["distilbert"] == IN_PART
    plain = {name: one | {"base": None} for name, one in evidence.metrics.items()}
    _, outcomes = found("training", replace(evidence, metrics=plain))
    assert outcomes["lstm"] == HOLDS and outcomes["bert"] == FAILS
    _, outcomes = found("training", replace(evidence, made=dict.fromkeys(SPECS, "by hand")))
    assert outcomes["distilbert"] == FAILS
    swapped = evidence.blocks | {"bert": evidence.blocks["lstm"]}
    assert found("architecture", replace(evidence, blocks=swapped))[1]["bert"] == FAILS


@pytest.mark.parametrize(
    ("bert_ms", "outcome", "said"),
    [(200.0, HOLDS, "2.00×"), (159.0, IN_PART, "1.59×"), (100.0, FAILS, "1.00×")],
)
def test_the_published_speed_is_asked_of_the_twins(evidence, bert_ms, outcome, said):
    verdict, _ = found("paper-speed", replace(evidence, twins=made_twins(bert_ms)))
    assert verdict.outcome == outcome and said in verdict.findings["distilbert"].said


def test_a_row_from_its_models():
    def overall(*outcomes):
        return claims.overall({str(i): Finding(one, "") for i, one in enumerate(outcomes)})

    assert overall(HOLDS, HOLDS) == HOLDS
    assert overall(HOLDS, FAILS) == overall(IN_PART, FAILS) == overall(HOLDS, UNTESTED) == IN_PART
    assert overall(FAILS, UNTESTED) == FAILS
    assert overall(HOLDS, UNTESTED, UNTESTED) == UNTESTED


def test_sights_are_counted_by_hand():
    change = np.array([[9, 0, 0], [0.5, 9, 0.25], [0.25, 0.0, 9]], dtype=np.float32)
    assert sight.count(Influence("x", ("a", "b", "c"), 0, 3, change), "part") == Sight(
        "x", "part", 3, 2, 1, 0.25, pytest.approx(0.25 / 3)
    )


@pytest.mark.slow
def test_what_the_bundled_models_see_is_what_is_shipped():
    shipped = {(one.model, one.part): one for one in sight.read().seen}
    for name in ("lstm", "bilstm", "distilbert"):
        for one in sight.sights(load(name)):
            kept = shipped[name, one.part]
            assert (one.pairs, one.earlier_seen, one.later_seen) == (
                kept.pairs,
                kept.earlier_seen,
                kept.later_seen,
            )
            assert one.earlier_mean == pytest.approx(kept.earlier_mean, rel=1e-3)
    assert {model for model, _ in shipped} == set(SPECS)
    assert {part for model, part in shipped if model == "bilstm"} == {
        "whole",
        "forward",
        "backward",
    }


def test_a_damaged_file_of_sights_is_named(tmp_path):
    (tmp_path / "sight.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match=r"sight\.json"):
        sight.read(tmp_path / "sight.json")


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.found = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.found.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("claim", ROWS.values(), ids=lambda claim: claim.key)
def test_rows_are_drawn_with_the_verdict_in_words(claim, evidence):
    verdict = claim.check(evidence)
    drawn = row_html(claim, verdict, "<script>")
    tags = Tags(drawn)
    assert not tags.open and "script" not in tags.found
    assert drawn.count(f": {verdict.outcome}</span>") + drawn.count(f">{verdict.outcome}<") >= 1
    for name in claim.says:
        assert f"<b>{SPECS[name].title}</b>" in drawn


def test_the_tally_counts(evidence):
    verdicts = [claim.check(evidence) for claim in CLAIMS]
    counted = sum(verdict.outcome == HOLDS for verdict in verdicts)
    assert tally(verdicts).startswith(f"Of 11 rows, {counted} hold, ")
    assert tally([verdicts[0]] * 2) == "Of 2 rows, 2 hold."
