"""What a worker does with a block, without Ray: the numbers of one machine, once."""

import json
from dataclasses import asdict, replace

import pyarrow
import pytest
from pyarrow.parquet import read_table

from model_zoo.cluster import workers as module
from model_zoo.cluster.blocks import Layout, columns_of
from model_zoo.cluster.evaluate import Counter
from model_zoo.cluster.files import look_up
from model_zoo.cluster.run import numbered, rounds
from model_zoo.cluster.workers import Scorer, Wanted, blocks_of, find, line
from model_zoo.errors import WeightsError
from model_zoo.evaluation.evaluate import evaluate, read_labelled
from model_zoo.evaluation.tally import add, compared, from_bytes
from model_zoo.host import use_threads
from model_zoo.inference.score import WINDOW
from model_zoo.inference.score_file import score_file
from model_zoo.labels import SENTIMENT, LabelReader
from model_zoo.models.files import check_weights
from model_zoo.models.loading import load
from model_zoo.models.registry import spec

ROWS = 2 * WINDOW + 50
HOW = {"batch_size": 32, "threads": 1}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    words = ("good", "bad", "film", "not", "a", "plot", "moving", "dull")
    rows = [
        f'{n},"{words[n % 8]}, {words[n % 7]} {words[n % 5]} {n}",{SENTIMENT[n % 3 % 2]}'
        for n in range(ROWS)
    ]
    path = tmp_path_factory.mktemp("texts") / "rows.csv"
    path.write_text("id,text,kind\n\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def layout(file):
    return Layout(columns_of(str(file)), "text")


@pytest.fixture(scope="module")
def blocks(file, layout):
    _, found, error = blocks_of(find(line(**asdict(look_up(str(file)))), layout, WINDOW))
    assert not error and len(found) == 3
    return found


@pytest.fixture(scope="module")
def wanted():
    use_threads(1)
    return [Wanted.of(spec(name), check_weights(name)) for name in ("lstm", "bilstm")]


def lines_of(blocks):
    return [line(file=0, **asdict(block)) for block in blocks]


@pytest.mark.slow
def test_a_part_holds_what_one_machine_writes(file, layout, blocks, wanted, tmp_path):
    out = tmp_path / "out"
    scorer = Scorer(wanted, layout, str(out), "run", **HOW)
    said = [scorer(batch) for batch in reversed(lines_of(blocks))]
    assert not any(str(batch["error"][0]) for batch in said)
    assert sum(json.loads(str(batch["counts"][0]))["rows"] for batch in said) == ROWS
    one = tmp_path / "one.parquet"
    score_file([load("lstm"), load("bilstm")], file, one, text="text")
    parts = sorted(out.glob("part-*"))
    scored = pyarrow.concat_tables([read_table(part) for part in parts])
    assert scored.drop_columns(["error"]).equals(read_table(one))
    before = [part.stat().st_mtime_ns for part in parts]
    parts[1].write_bytes(parts[1].read_bytes()[:-5])
    again = [scorer(batch) for batch in lines_of(blocks)]
    assert [str(batch["error"][0]) for batch in again] == [""] * 3
    after = [part.stat().st_mtime_ns for part in parts]
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True]
    assert pyarrow.concat_tables([read_table(part) for part in parts]).equals(scored)


@pytest.mark.slow
def test_counts_of_blocks_are_the_figures_of_the_file(file, layout, blocks, wanted):
    texts, truth = read_labelled(file, "text", "kind", SENTIMENT)
    counter = Counter(wanted, layout, 2, LabelReader(SENTIMENT, SENTIMENT), **HOW)
    parts = [from_bytes(counter(batch)["counts"][0], 2) for batch in lines_of(blocks)]
    models = [load("lstm"), load("bilstm")]
    expected = evaluate(models, texts, truth)
    for at, model in enumerate(models):
        assert add([tallies[at] for tallies, _ in parts]).quality == expected.qualities[model.id]
    pairs = sum(part for _, part in parts)
    assert compared([model.id for model in models], pairs) == expected.pairs


def test_a_row_that_cannot_be_counted_is_named(tmp_path, wanted):
    file = tmp_path / "a.csv"
    file.write_text("text,kind\nfine,1\n ,0\n")
    layout = Layout(("text", "kind"), "text")
    counter = Counter(wanted[:1], layout, 1, LabelReader(SENTIMENT, {"0", "1"}), **HOW)

    def said():
        _, found, _ = blocks_of(find(line(**asdict(look_up(str(file)))), layout, WINDOW))
        return str(counter(lines_of(found)[0])["error"][0])

    assert "a.csv, row 2: column 'text' is empty" in said()
    file.write_text("text,kind\nfine,1\ndull,maybe\n")
    assert "a.csv, row 2: label 'maybe' is none of 0, 1, negative" in said()


def test_whatever_goes_wrong_is_a_line(layout, blocks, wanted, tmp_path, monkeypatch):
    scorer = Scorer(wanted[:1], layout, str(tmp_path / "out"), "run", **HOW)
    monkeypatch.setattr(module, "score", lambda *given, **how: 1 / 0)
    (said,) = [scorer(batch) for batch in lines_of(blocks[:1])]
    assert "ZeroDivisionError" in str(said["error"][0]) and not str(said["counts"][0])
    assert not list((tmp_path / "out").glob("part-*"))


def test_other_weights_on_a_node_are_refused(wanted):
    with pytest.raises(WeightsError, match="on a node"):
        replace(wanted[0], checksum="0" * 64).load()
    with pytest.raises(WeightsError, match="on a node"):
        replace(wanted[0], reading="0" * 64).load()
    assert wanted[0].load().labels == SENTIMENT and wanted[0].folder is None


@pytest.mark.slow
def test_sets_of_ones_own_are_found_by_their_folder(tmp_path):
    from model_zoo.models import sets
    from model_zoo.models.registry import choose
    from model_zoo.models.sets import add_set
    from tests.foreign import SIX, write, write_set

    of = add_set(write_set(tmp_path / "six", "Six", SIX))
    own = str(write("roberta", tmp_path / "own", SIX))
    wanted = [Wanted.of(row, check_weights(row)) for row in choose(["lstm", own], of)]
    sets._added.clear()  # another process knows nothing yet
    assert [each.load().labels for each in wanted] == [SIX, SIX]


def test_what_was_given_up_is_tried_again_and_then_named(file, layout, blocks):
    found = numbered([look_up(str(file))], {str(file): blocks})
    first, second, third = found
    handed: list[list[int]] = []

    def work(items):
        handed.append([item["number"] for item in items])
        for item in items:
            if item["number"] == 1:
                yield line(file=0, number=1, error="It is gone.")
            elif item["number"] == 0 or len(handed) == 3:
                yield line(file=0, number=item["number"], error="")
                yield line(file=0, number=item["number"], error="")  # thought lost, and was not

    missing: dict[str, str] = {}
    names = [name for name, _ in rounds(found, [look_up(str(file))], work, missing)]
    assert names == [first, "", third] and second not in names
    assert handed == [[0, 1, 2], [2], [2]] and missing == {str(file): "It is gone."}

    def nothing(items):
        handed.append(items)
        yield from ()

    handed.clear()
    assert not list(rounds(found, [look_up(str(file))], nothing, missing))
    assert len(handed) == 3 and "its workers died" in missing[third]
