"""The comparison table: verdicts follow the evidence, whichever way it points."""

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from model_zoo.comparison.cost import Parallel, Recurrence
from model_zoo.comparison.evidence import FOUR, gather, memory_of, sights_of, sweep_of, the_four
from model_zoo.comparison.structure import EncoderLayers
from model_zoo.comparison.table import CLAIMS, PUBLISHED
from model_zoo.comparison.training import Distillation, FineTuning, Supervision
from model_zoo.comparison.verdict import Claim, Missing, Outcome, overall
from model_zoo.errors import DataError
from model_zoo.host import host
from model_zoo.internals import sight
from model_zoo.internals.context import Influence
from model_zoo.internals.sight import Sight, Sights
from model_zoo.measure import twins
from model_zoo.measure.footprint import Footprint
from model_zoo.measure.latency import Latency
from model_zoo.measure.sweep import Sweep
from model_zoo.measure.twins import Twins
from model_zoo.models.loading import load
from model_zoo.models.registry import title
from model_zoo.models.sets import model_set, read_set
from tests import foreign
from ui.four import words
from ui.four.places import PLACES
from ui.four.row import Row, table_html
from ui.show.theme import VERDICT_COLOURS, VERDICT_SIGNS

HOLDS, IN_PART, FAILS, UNTESTED = Outcome
BUNDLED = model_set()
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
        gather(BUNDLED), sights=made_sights(), sweep=sweep, memory=sweep, twins=made_twins()
    )


def judge(key, evidence):
    """The verdict on a row, and the outcome for each model."""
    verdict = ROWS[key].check(evidence)
    return verdict, {name: finding.outcome for name, finding in verdict.findings.items()}


def phrase(key, verdict, model):
    """What the page says of one model in a row."""
    return words.finding(key, model, verdict.findings[model].facts)


@pytest.mark.parametrize("claim", ROWS.values(), ids=lambda claim: claim.key)
def test_every_row_speaks_of_the_models_it_claims_something_of(claim: Claim, evidence):
    for case in (evidence, gather(BUNDLED)):  # with measurements and without
        verdict = claim.check(case)
        assert set(verdict.findings) == set(claim.says)
        assert verdict.outcome in Outcome
        assert words.reason(claim.key, verdict).endswith(".")
        assert all(phrase(claim.key, verdict, name) for name in claim.says)
        missing = isinstance(verdict.facts, Missing)
        assert missing == (verdict.outcome == UNTESTED and claim.key != "example")
    assert claim.key in PLACES and words.how(claim.key).endswith(".")


def test_the_table_is_whole():
    assert len(CLAIMS) == 11 and len(ROWS) == len(CLAIMS + PUBLISHED)
    assert all(tuple(claim.says) == FOUR for claim in CLAIMS)
    assert all(claim.source for claim in PUBLISHED)


def test_every_outcome_has_its_words_and_its_sign():
    for signs in (words.OUTCOMES, VERDICT_COLOURS, VERDICT_SIGNS):
        assert list(signs) == list(Outcome) and len(set(signs.values())) == len(Outcome)
    assert set(words.MISSING) == set(Missing)


def test_without_measurements_nothing_measured_is_judged():
    bare = gather(BUNDLED)
    outcomes = {claim.key: claim.check(bare).outcome for claim in CLAIMS + PUBLISHED}
    untested = {key for key, outcome in outcomes.items() if outcome == UNTESTED}
    assert untested >= {"directionality", "context", "processing", "memory", "speed"}
    assert untested >= {"paper-size", "paper-speed", "example"}
    assert not untested & {"architecture", "layers", "quality", "training"}


def test_what_hangs_on_sight(evidence):
    for key in ("directionality", "context"):
        assert judge(key, evidence)[0].outcome == HOLDS
    leaking = replace(evidence, sights=made_sights(lstm=seen("lstm", "whole", later=1)))
    for key in ("directionality", "context"):
        verdict, outcomes = judge(key, leaking)
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
    _, outcomes = judge("directionality", blind)
    assert outcomes["bilstm"] == FAILS and outcomes["bert"] == IN_PART
    assert judge("context", blind)[1]["bilstm"] == FAILS


def test_processing_is_read_from_what_a_token_costs(evidence):
    verdict, _ = judge("processing", evidence)
    assert verdict.outcome == HOLDS and "2.0×" in phrase("processing", verdict, "bilstm")
    assert "64 steps in a row" in phrase("processing", verdict, "lstm")
    assert "128 steps" in phrase("processing", verdict, "bilstm")
    facts = {name: finding.facts for name, finding in verdict.findings.items()}
    assert facts["lstm"] == Recurrence(64, 64, pytest.approx(0.1), None)
    assert facts["bilstm"] == Recurrence(128, 64, pytest.approx(0.2), pytest.approx(2))
    work = {name: evidence.cards[name].core_parameters for name in ("lstm", "bert")}
    assert facts["bert"] == Parallel(
        12,
        pytest.approx(work["bert"] / work["lstm"] * 7.4 / 45.8),
        pytest.approx(45.8 / 6.6),
        8,
        64,
    )
    one_pass = replace(evidence, sweep=made_sweep(TOKEN_MS | {"bilstm": 0.11}))
    assert judge("processing", one_pass)[1]["bilstm"] == IN_PART
    laggard = replace(evidence, sweep=made_sweep(TOKEN_MS | {"bert": 50.0}))
    assert judge("processing", laggard)[1]["bert"] == IN_PART
    single = replace(evidence, sweep=made_sweep(lengths=(8,)))
    assert judge("processing", single)[0].facts == Missing.LENGTHS
    apart = made_sweep()
    moved = tuple(
        replace(latency, tokens=2 * latency.tokens) if latency.model == "bert" else latency
        for latency in apart.latencies
    )
    elsewhere = judge("processing", replace(evidence, sweep=replace(apart, latencies=moved)))[0]
    assert elsewhere.outcome == UNTESTED and elsewhere.facts == Missing.SHARED_LENGTHS


def test_speed_is_an_order_asked_for_in_every_setting(evidence):
    verdict, _ = judge("speed", evidence)
    assert verdict.outcome == HOLDS and "4 of 4 settings" in words.reason("speed", verdict)
    assert all((rank.wins, rank.settings) == (4, 4) for rank in verdict.facts.ranks.values())
    tied = replace(evidence, sweep=made_sweep(TOKEN_MS | {"distilbert": 0.7}))
    _, outcomes = judge("speed", tied)
    assert outcomes["distilbert"] == FAILS and outcomes["lstm"] == HOLDS
    slow_start = made_sweep()
    mixed = tuple(
        replace(latency, samples_ms=(0.5,))
        if (latency.model, latency.tokens) == ("bert", 8)
        else latency
        for latency in slow_start.latencies
    )
    _, outcomes = judge("speed", replace(evidence, sweep=replace(slow_start, latencies=mixed)))
    assert set(outcomes.values()) == {IN_PART}
    half = replace(evidence, sweep=made_sweep({"lstm": 0.1, "bert": 0.7}))
    assert judge("speed", half)[0].outcome == UNTESTED


def test_memory_is_an_order(evidence):
    assert judge("memory", evidence)[0].outcome == HOLDS
    swapped = made_sweep(added=ADDED | {"lstm": 40, "distilbert": 160})
    verdict, outcomes = judge("memory", replace(evidence, memory=swapped))
    assert outcomes == {"lstm": IN_PART, "bilstm": IN_PART, "bert": IN_PART, "distilbert": FAILS}
    assert verdict.outcome == IN_PART
    assert "BiLSTM, LSTM, BERT and DistilBERT" in words.reason("memory", verdict)
    assert verdict.facts.order == ("bilstm", "lstm", "bert", "distilbert")


def test_size_is_here_and_at_the_papers_size(evidence):
    verdict, outcomes = judge("size", evidence)
    assert outcomes == {"lstm": HOLDS, "bilstm": IN_PART, "bert": IN_PART, "distilbert": IN_PART}
    reason = words.reason("size", verdict)
    assert "2.00×" in reason and "109.5 M" in reason
    assert verdict.facts.bilstm.core == 2 and verdict.facts.paper == (109_482_240, 66_362_880)
    large = {
        name: replace(card, parameters={"bert": 110_000_000}.get(name, card.parameters))
        for name, card in evidence.cards.items()
    }
    assert judge("size", replace(evidence, cards=large))[1]["bert"] == HOLDS
    assert judge("size", replace(evidence, twins=None))[1]["bert"] == FAILS


def scored(evidence, **accuracies):
    """Evidence with other accuracies, and intervals of 2 points around them."""
    metrics = {
        name: entries
        | {
            part: {"accuracy": share, "ci95": [share - 0.02, share + 0.02]}
            for part in ("validation", "unseen_half")
            for share in (accuracies[name],)
        }
        for name, entries in evidence.metrics.items()
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
    _, given = judge("quality", scored(evidence, **dict(zip(FOUR, accuracies, strict=True))))
    assert tuple(given[name] for name in FOUR) == outcomes


def test_quality_needs_accuracies_on_the_same_data(evidence):
    def without(name, *data):
        entries = {key: value for key, value in evidence.metrics[name].items() if key not in data}
        return {name: entries}

    apart = without("bert", "validation") | without("distilbert", "unseen_half")
    for key in ("quality", "paper-quality"):
        verdict, _ = judge(key, replace(evidence, metrics=evidence.metrics | apart))
        assert verdict.outcome == UNTESTED and verdict.facts == Missing.SHARED_ACCURACY
    none = evidence.metrics | without("lstm", "validation", "unseen_half")
    assert judge("quality", replace(evidence, metrics=none))[0].facts == Missing.ACCURACY


def test_layers_training_and_architecture_follow_the_files(evidence):
    assert judge("layers", evidence)[1]["bilstm"] == IN_PART  # one layer, not several
    deep = {name: replace(card, layers=2 * card.layers) for name, card in evidence.cards.items()}
    _, outcomes = judge("layers", replace(evidence, cards=deep))
    assert outcomes["bilstm"] == HOLDS and outcomes["distilbert"] == IN_PART
    base = evidence.metrics["bert"]["base"]
    plain = {name: entries | {"base": None} for name, entries in evidence.metrics.items()}
    _, outcomes = judge("training", replace(evidence, metrics=plain))
    assert outcomes["lstm"] == HOLDS and outcomes["bert"] == FAILS
    verdict, _ = judge("training", evidence)
    assert verdict.findings["lstm"].facts == Supervision(57_606, base)
    assert verdict.findings["bert"].facts == FineTuning(57_606, base, 6, 12)
    assert verdict.findings["distilbert"].facts == Distillation(57_606, "bert")
    swapped = evidence.blocks | {"bert": evidence.blocks["lstm"]}
    verdict, outcomes = judge("architecture", replace(evidence, blocks=swapped))
    assert outcomes["bert"] == FAILS
    assert verdict.findings["bert"].facts == EncoderLayers(1, False, False)


@pytest.mark.parametrize(
    ("made", "outcome", "expected"),
    [
        ({"by": "distillation", "teacher": "bert"}, HOLDS, "distilled from the BERT here"),
        ({"by": "distillation", "teacher": "lstm"}, FAILS, "distilled from the LSTM here"),
        ({"by": "supervision"}, FAILS, "not distilled"),
        ({"by": "supervision", "teacher": "bert"}, FAILS, "not distilled"),
        (None, UNTESTED, "no record of its training"),
    ],
)
def test_distilled_is_what_is_on_record_as_such(evidence, made, outcome, expected):
    metrics = evidence.metrics | {"distilbert": evidence.metrics["distilbert"] | {"made": made}}
    verdict, outcomes = judge("training", replace(evidence, metrics=metrics))
    assert outcomes["distilbert"] == outcome
    assert phrase("training", verdict, "distilbert").startswith(expected)
    assert outcomes["bert"] == IN_PART


@pytest.mark.parametrize(
    ("bert_ms", "outcome", "ratio"),
    [(200.0, HOLDS, "2.00×"), (159.0, IN_PART, "1.59×"), (100.0, FAILS, "1.00×")],
)
def test_the_published_speed_is_asked_of_the_twins(evidence, bert_ms, outcome, ratio):
    verdict, _ = judge("paper-speed", replace(evidence, twins=made_twins(bert_ms)))
    assert verdict.outcome == outcome and ratio in phrase("paper-speed", verdict, "distilbert")
    assert verdict.facts.ratio.low == verdict.facts.ratio.high == bert_ms / 100


def guessed(lstm=0.2, bilstm=0.3, p=1e-9, commonest=0.05):
    """A record of missing words with these shares of first guesses."""
    shares = {"lstm": lstm, "bilstm": bilstm, "bert": 0.4, "distilbert": 0.39}
    models = {
        name: {"all": {"top1": share, "top1_ci95": [share - 0.02, share + 0.02]}}
        for name, share in shares.items()
    }
    test = {"models": ["lstm", "bilstm"], "b": 1, "c": 2, "p": p}
    return {"positions": 2000, "commonest": commonest, "models": models, "paired": [test]}


def answered(**f1):
    """Metrics of readers with these F1."""
    return {
        name: {"test": {"f1": share, "f1_ci95": [share - 0.03, share + 0.03], "questions": 800}}
        for name, share in f1.items()
    }


@pytest.mark.parametrize(
    "missing, readers, outcomes",
    [
        (guessed(), {}, (HOLDS, HOLDS, UNTESTED, HOLDS)),
        (guessed(p=0.3), {}, (HOLDS, IN_PART, UNTESTED, HOLDS)),
        (guessed(bilstm=0.1), {}, (HOLDS, FAILS, UNTESTED, HOLDS)),
        (guessed(lstm=0.06), {}, (IN_PART, HOLDS, UNTESTED, HOLDS)),
        (guessed(lstm=0.04), {}, (FAILS, HOLDS, UNTESTED, HOLDS)),
        (None, answered(bert=0.6), (UNTESTED, UNTESTED, IN_PART, HOLDS)),
        (None, answered(bert=0.6, distilbert=0.59), (UNTESTED, UNTESTED, IN_PART, HOLDS)),
        (None, answered(bert=0.6, distilbert=0.5), (UNTESTED, UNTESTED, IN_PART, IN_PART)),
        (None, answered(bert=0.4, bilstm=0.39), (UNTESTED, UNTESTED, FAILS, HOLDS)),
    ],
)
def test_tasks_are_judged_by_models_trained_for_them(evidence, missing, readers, outcomes):
    verdict, found = judge("example", replace(evidence, missing=missing, readers=readers))
    assert tuple(found[name] for name in FOUR) == outcomes
    reason = words.reason("example", verdict)
    assert ("first guess of 2,000 missing words" in reason) == bool(missing)
    assert ("they reach an F1" in reason) == bool(readers) and "ranslation" in reason


def test_tasks_in_words(evidence):
    readers = answered(bert=0.6, distilbert=0.57)
    verdict, _ = judge("example", replace(evidence, missing=guessed(), readers=readers))
    said = {name: phrase("example", verdict, name) for name in FOUR}
    assert "20.0% (18.0% to 22.0%)" in said["lstm"] and "commonest word 5.0%" in said["lstm"]
    assert "from the left alone, 20.0% (p < 0.001)" in said["bilstm"]
    assert "F1 60.0%" in said["bert"] and said["bert"].endswith("does not translate")
    assert "95.0% of BERT’s; " in said["distilbert"] and "disk space" in said["distilbert"]


def test_a_row_from_its_models():
    assert overall((HOLDS, HOLDS)) == HOLDS
    for outcomes in ((HOLDS, FAILS), (IN_PART, FAILS), (HOLDS, UNTESTED)):
        assert overall(outcomes) == IN_PART
    assert overall((FAILS, UNTESTED)) == FAILS
    assert overall((HOLDS, UNTESTED, UNTESTED)) == UNTESTED


def test_sights_are_counted_by_hand():
    change = np.array([[9, 0, 0], [0.5, 9, 0.25], [0.25, 0.0, 9]], dtype=np.float32)
    assert sight.count(Influence("x", ("a", "b", "c"), 0, 3, change), "part") == Sight(
        "x", "part", 3, 2, 1, 0.25, pytest.approx(0.25 / 3)
    )


@pytest.mark.slow
def test_what_the_bundled_models_see_is_what_is_shipped():
    shipped = {(own.model, own.part): own for own in sight.read().seen}
    for name in ("lstm", "bilstm", "distilbert"):
        for own in sight.sights(load(name)):
            kept = shipped[name, own.part]
            assert (own.pairs, own.earlier_seen, own.later_seen) == (
                kept.pairs,
                kept.earlier_seen,
                kept.later_seen,
            )
            assert own.earlier_mean == pytest.approx(kept.earlier_mean, rel=1e-3)
    assert {model for model, _ in shipped} == set(FOUR)
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
        self.open, self.tags = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("claim", ROWS.values(), ids=lambda claim: claim.key)
def test_rows_are_drawn_with_the_verdict_in_words(claim, evidence):
    verdict = claim.check(evidence)
    drawn = table_html("All.", [Row(claim, verdict, "<script>", "See <i>it</i>", 'a"b')])
    tags = Tags(drawn)
    assert not tags.open and "script" not in tags.tags
    assert "i" not in tags.tags and 'href="a&quot;b"' in drawn
    assert f"<span>{words.OUTCOMES[verdict.outcome]}</span>" in drawn
    for name, finding in verdict.findings.items():
        assert f">{title(name)}</th>" in drawn
        assert f"{claim.says[name]}<span" in drawn  # and behind it, its own outcome in words
        assert f": {words.OUTCOMES[finding.outcome]}</span>" in drawn
    assert drawn.count('scope="col"') == 1 + len(claim.says)


def test_the_tally_counts(evidence):
    verdicts = [claim.check(evidence) for claim in CLAIMS]
    counted = sum(verdict.outcome == HOLDS for verdict in verdicts)
    assert words.tally(verdicts).startswith(f"Of 11 rows, {counted} hold, ")
    assert words.tally([verdicts[0]] * 2) == "Of 2 rows, 2 hold."


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """A set of the same four architectures that answers another question; nothing measured."""
    folder = foreign.write_set(tmp_path_factory.mktemp("sets") / "other", "other", foreign.MANY)
    return read_set(folder, "other")


def renamed(records, of):
    """The same figures as if they were of this set's models."""
    return tuple(replace(record, model=the_four(of)[record.model]) for record in records)


def test_evidence_of_another_set_is_its_own(other):
    gathered = gather(other)
    assert [card.name for card in gathered.cards.values()] == list(other.models)
    assert gathered.cards["bert"].parameters != gather(BUNDLED).cards["bert"].parameters
    verdict, outcomes = judge("layers", gathered)
    assert outcomes["bert"] == FAILS and verdict.facts.bert == 2
    example, _ = judge("example", gathered)
    assert phrase("example", example, "lstm") == "gives one of 150 answers, nothing else"
    assert "a head with 150 answers, none" in words.reason("example", example)
    assert "The set’s Transformers are 24 wide" in words.reason("size", judge("size", gathered)[0])
    assert "bundled" not in words.how("quality", bundled=False)


def test_figures_are_of_one_set_alone(other):
    measured, seen_here = made_sweep(), made_sights()
    assert sweep_of(BUNDLED, measured) == measured
    assert sights_of(BUNDLED, seen_here) == seen_here
    for of_another in (sweep_of, memory_of):
        assert of_another(other, measured) is None
    assert sights_of(other, seen_here) is None
    both = replace(
        measured,
        latencies=measured.latencies + renamed(measured.latencies[:-1], other),
        footprints=measured.footprints + renamed(measured.footprints, other),
    )
    for of in (BUNDLED, other):
        assert {latency.model for latency in sweep_of(of, both).latencies} == set(FOUR)
        assert memory_of(of, both).footprints == measured.footprints
    assert len(sweep_of(other, both).latencies) == len(measured.latencies) - 1
    few = replace(both, latencies=both.latencies[:-9])
    assert sweep_of(BUNDLED, few) and sweep_of(other, few) is None  # not of all four
    assert sights_of(other, replace(seen_here, seen=renamed(seen_here.seen, other))) == seen_here
    assert sweep_of(BUNDLED, None) is sights_of(BUNDLED, None) is memory_of(BUNDLED, None) is None


def test_a_set_without_the_four_has_no_table(other):
    some = {model: row for model, row in other.models.items() if row.name != "bilstm"}
    assert the_four(replace(other, models=some)) is None
    bert = next(model for model in other.models if model.name == "bert")
    other_kind = dict(other.models) | {bert: replace(other.models[bert], model_type="roberta")}
    assert the_four(replace(other, models=other_kind)) is None
    assert list(the_four(other)) == list(FOUR)


def test_rows_that_nothing_is_known_of_are_named_with_what_to_do(other):
    gathered = gather(other)
    missing = [(claim, what) for claim in CLAIMS if (what := words.lacking(claim.check(gathered)))]
    assert {claim.key for claim, _ in missing} == {
        *("directionality", "context", "processing", "training", "memory", "speed", "quality")
    }
    sentence = words.left_out(missing)
    assert all(claim.title in sentence for claim, _ in missing)
    assert f"press “{words.MEASURE_HERE}”" in sentence and "train" in sentence
    assert words.left_out([]) == ""


def test_the_set_is_named_with_what_is_known_of_it(other):
    assert words.whose(other) == (
        "The figures are of the set “The set other”: random weights, made by a test, 2026-01-01."
    )
    assert words.whose(replace(other, origin="", date="")).endswith("“The set other”.")
