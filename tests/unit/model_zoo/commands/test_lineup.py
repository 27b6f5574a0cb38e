"""--set, --models and --classes: every command takes other sets, folders, and models on the Hub."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from model_zoo.__main__ import main
from model_zoo.models import own, sets
from model_zoo.models.files import write_checksum
from model_zoo.paths import MODELS
from tests.foreign import MANY, SIX, write, write_set
from tests.hub_server import HubServer, Repository

pytestmark = pytest.mark.slow

TEXT = "The acting is great, but the film is dreadful."
BUNDLED = ["lstm", "bilstm", "bert", "distilbert"]


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch, tmp_path):
    monkeypatch.setattr(own, "_given", {})
    monkeypatch.setattr(sets, "_added", {})
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path / "no sets"))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Sets "topics" (six labels) and "many" (150), and folders with models of their own labels."""
    folder = tmp_path_factory.mktemp("shelf")
    write_set(folder / "topics", "topics", SIX)
    write_set(folder / "many", "many", MANY)
    write("roberta", folder / "judge", ("POSITIVE", "NEGATIVE"))
    write("electra", folder / "plain", ("LABEL_0", "LABEL_1"))
    write("albert", folder / "reader", tuple(reversed(SIX)))
    return folder


def answer(capsys, *argv):
    """What the command prints for programs."""
    code = main([*map(str, argv), "--json"])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    return json.loads(printed.out)


def refusal(capsys, *argv):
    """The one line on stderr with which the command ends in exit code 2."""
    try:
        code = main(list(map(str, argv)))
    except SystemExit as stop:
        code = stop.code
    printed = capsys.readouterr()
    assert code == 2 and printed.out == "" and printed.err.count("\n") == 1
    return printed.err


def rows_of(file, labels, count=12):
    words = ["great", "dull", "moving", "slow", "funny", "awful"]
    lines = [f"{words[n % 6]} film {n}\t{labels[n % len(labels)]}" for n in range(count)]
    file.write_text("text\tkind\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def columns_of(file):
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader(stream))


@pytest.mark.parametrize("name, labels", [("topics", SIX), ("many", MANY)])
def test_predict_by_the_labels_of_a_set(capsys, shelf, name, labels):
    ((row,), models) = answer(capsys, "predict", TEXT, "--set", shelf / name), BUNDLED
    assert [result["model"] for result in row["results"]] == [f"{name}/{m}" for m in models]
    for result in row["results"]:
        shares = result["probabilities"]
        assert tuple(shares) == labels and sum(shares.values()) == pytest.approx(1)
        assert result["label"] == max(shares, key=shares.get)


def test_a_set_is_found_by_name(capsys, shelf, monkeypatch):
    assert "no set of models named 'topics'" in refusal(capsys, "predict", TEXT, "--set", "topics")
    monkeypatch.setenv("QUARTET_SETS", str(shelf))
    (row,) = answer(capsys, "predict", TEXT, "--set", "topics", "--models", "bert")
    assert [result["model"] for result in row["results"]] == ["topics/bert"]
    assert next(r["name"] for r in answer(capsys, "models", "--set", "topics")) == "topics/lstm"


def test_tables_show_titles_and_the_likeliest_labels(capsys, shelf):
    assert main(["predict", TEXT, "--set", str(shelf / "topics"), "--models", "lstm"]) == 0
    printed = capsys.readouterr().out
    assert "LSTM" in printed and any(label.split()[0] in printed for label in SIX)


def test_a_folder_stands_beside_the_set(capsys, shelf):
    command = ("predict", TEXT, "--models", f"bert,{shelf / 'judge'}")
    (row,) = answer(capsys, *command)
    assert [result["model"] for result in row["results"]] == ["bert", "local/judge"]
    for result in row["results"]:
        assert list(result["probabilities"]) == ["negative", "positive"]
    assert main(list(command)) == 0
    assert "judge" in capsys.readouterr().out


def test_a_folder_may_be_given_from_where_one_is(capsys, shelf, monkeypatch):
    monkeypatch.chdir(shelf)
    (row,) = answer(capsys, "predict", TEXT, "--models", "./judge,lstm")
    assert [result["model"] for result in row["results"]] == ["lstm", "local/judge"]


def test_classes_mean_what_they_are_said_to(capsys, shelf):
    command = ("predict", TEXT, "--models", shelf / "plain")
    ((alone,),) = (row["results"] for row in answer(capsys, *command))
    assert list(alone["probabilities"]) == ["LABEL_0", "LABEL_1"]
    meant = (*command, "--classes", "LABEL_0=positive, LABEL_1=negative")
    ((read,),) = (row["results"] for row in answer(capsys, *meant))
    assert list(read["probabilities"]) == ["negative", "positive"]
    assert read["probabilities"]["positive"] == pytest.approx(alone["probabilities"]["LABEL_0"])
    for wrong in ("LABEL_0", "", "a=b=c"):
        assert "--classes" in refusal(capsys, *command, "--classes", wrong)
    for part in ("LABEL_0=positive", "LABEL_0=positive,LABEL_1=positive"):
        assert "no two the same" in refusal(capsys, *command, "--classes", part)


@pytest.mark.parametrize("target", ["predicted", "difference", SIX[1]])
def test_attribute(capsys, shelf, target):
    models = f"lstm,{shelf / 'reader'}"
    command = ("attribute", TEXT, "--set", shelf / "topics", "--models", models)
    ours, theirs = answer(capsys, *command, "--target", target)
    assert (ours["model"], theirs["model"]) == ("topics/lstm", "local/reader~topics")
    for record in (ours, theirs):
        assert len(record["words"]) == len(record["word_scores"]) == 11
        assert any(record["word_scores"])
        if target == "difference":
            assert " over " in record["target"]
        else:
            assert record["target"] in ({target} if target in SIX else SIX)
    assert "sport" in refusal(capsys, *command, "--target", "no such label")


def test_evaluate(capsys, shelf, tmp_path):
    file = rows_of(tmp_path / "rows.tsv", SIX)
    command = ["evaluate", file, "--text", "text", "--label", "kind", "--set", shelf / "topics"]
    evaluated = answer(capsys, *command, "--models", f"bert,{shelf / 'reader'}")
    assert list(evaluated["models"]) == ["topics/bert", "local/reader~topics"]
    for figures in evaluated["models"].values():
        assert figures["confusion"]["labels"] == list(SIX)
    assert list(evaluated["mcnemar"]) == ["topics/bert|local/reader~topics"]


def test_measure(capsys, shelf):
    short = ("--lengths", "8", "--batch", "2", "--runs", "3", "--seconds", "1", "--no-memory")
    models = f"lstm,{shelf / 'reader'}"
    measured = answer(capsys, "measure", *short, "--set", shelf / "topics", "--models", models)
    names = {latency["model"] for latency in measured["latencies"]}
    assert names == {"topics/lstm", "local/reader~topics"}


def test_checks_are_for_sentiment(capsys, shelf):
    refused = refusal(capsys, "checks", "--set", shelf / "topics", "--models", "lstm")
    assert "topics is about topic. Choose a set with the task 'sentiment'." in refused
    models = f"lstm,{shelf / 'judge'},{shelf / 'plain'}"
    assert main(["checks", "--models", models, "--json"]) == 0
    printed = capsys.readouterr()
    for record in json.loads(printed.out):
        assert list(record["models"]) == ["lstm", "local/judge"]
    assert "plain is left out: its labels are not negative and positive." in printed.err
    assert main(["checks", "--models", str(shelf / "plain")]) == 2
    assert "No model is left that answers with negative and positive" in capsys.readouterr().err


def test_models_are_listed_from_their_files(capsys, shelf):
    rows = answer(capsys, "models", "--set", shelf / "many", "--models", f"bert,{shelf / 'plain'}")
    assert [row["name"] for row in rows] == ["many/bert", "local/plain~many"]
    assert [row["accuracy"] for row in rows] == [None, None]
    assert all(row["parameters"] > row["core_parameters"] >= 0 for row in rows)
    assert main(["models", "--set", str(shelf / "many")]) == 0
    assert "not measured" in capsys.readouterr().out


def test_what_programs_read_of_the_bundled_set_stays(capsys):
    """The keys of every command's JSON, which programs rely on."""
    (row,) = answer(capsys, "predict", TEXT, "--models", "lstm,bert")
    assert [result["model"] for result in row["results"]] == ["lstm", "bert"]
    assert list(row["results"][0]) == [
        "model", "label", "probabilities", "tokens", "truncated", "unknown", "dropped",
        "tokenize_ms", "forward_ms",
    ]  # fmt: skip
    assert list(row["results"][0]["probabilities"]) == ["negative", "positive"]
    (record,) = answer(capsys, "attribute", TEXT, "--models", "lstm", "--target", "difference")
    assert record["target"] == "difference" and record["model"] == "lstm"
    rows = answer(capsys, "models")
    assert [model["name"] for model in rows] == BUNDLED
    assert list(rows[0]) == [
        "name", "architecture", "layers", "parameters", "core_parameters", "size_bytes",
        "accuracy", "ci95",
    ]  # fmt: skip


def test_evaluation_of_the_bundled_set_stays(capsys, reviews):
    file = reviews / "validation.tsv"
    command = ("evaluate", file, "--text", "sentence", "--label", "label", "--models", "lstm")
    evaluated = answer(capsys, *command)
    assert list(evaluated) == ["rows", "unknown", "cut", "models", "mcnemar"]
    assert list(evaluated["models"]["lstm"]) == [
        "accuracy", "ci95", "f1", "f1_ci95", "auc", "ece", "confusion", "seconds",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "argv, message",
    [
        (("--set", "nowhere"), "no set of models named 'nowhere'. Choose from: sentiment"),
        (("--set", "{0}"), "is no set of models: it holds no set.json"),
        (("--models", "lstm,gpt"), "no model named 'gpt'. Choose from: lstm, bilstm"),
        (("--models", "./nowhere"), "no folder ./nowhere"),
        (("--models", "{0}/topics"), "holds no model: its config.json is missing"),
        (("--models", "local/nobody"), "no model 'nobody' here. Add it first"),
        (("--models", "topics/bert"), "no model named 'topics/bert'|no folder topics/bert"),
        (("--models", "hub:x"), "'x' is no model's name on the Hub. Write it as"),
        (("--models", "local/a,b/../c"), "no model 'a' here"),
    ],
)
def test_what_there_is_not_is_refused(capsys, shelf, argv, message):
    printed = refusal(capsys, "predict", TEXT, *(part.format(shelf) for part in argv))
    assert any(part in printed for part in message.split("|")), printed


def test_eight_models_at_most(capsys, shelf, tmp_path):
    folders = [tmp_path / f"m{number}" for number in range(5)]
    for folder in folders:
        folder.mkdir()
        shutil.copy(shelf / "plain" / "config.json", folder)
    names = ",".join([*BUNDLED, *map(str, folders)])
    assert "9 models are too many" in refusal(capsys, "predict", TEXT, "--models", names)


def test_columns_are_named_by_model_and_label(capsys, shelf, tmp_path):
    file, out = rows_of(tmp_path / "rows.tsv", SIX), tmp_path / "out.csv"
    command = ("score", file, "--text", "text", "--out", out)
    answer(capsys, *command, "--set", shelf / "topics", "--models", f"lstm,{shelf / 'plain'}")
    assert columns_of(out) == [
        "text", "kind", "lstm_label", *(f"lstm_p_{label}" for label in SIX),
        "plain_label", "plain_p_LABEL_0", "plain_p_LABEL_1",
    ]  # fmt: skip
    answer(capsys, *command, "--models", "bert")
    assert columns_of(out)[2:] == ["bert_label", "bert_p_negative", "bert_p_positive"]


def test_columns_of_models_of_the_same_name_are_told_apart(capsys, shelf, tmp_path):
    file, out = rows_of(tmp_path / "rows.tsv", SIX), tmp_path / "out.csv"
    shutil.copytree(shelf / "judge", tmp_path / "bert")
    command = ("score", file, "--text", "text", "--out", out)
    answer(capsys, *command, "--models", f"bert,{tmp_path / 'bert'}")
    assert [name for name in columns_of(out) if name.endswith("_label")] == [
        "sentiment-bert_label", "local-bert_label",
    ]  # fmt: skip


@pytest.fixture
def interrupted(monkeypatch, tmp_path):
    """A file half scored, as after a kill; called with what is asked of whom, gives how many rows
    the next run, with what it asks, takes over."""
    from model_zoo.inference import score, score_file

    for module in (score, score_file):
        monkeypatch.setattr(module, "WINDOW", 4)
    file, out = rows_of(tmp_path / "rows.tsv", SIX), tmp_path / "out.csv"
    command = ["score", str(file), "--text", "text", "--out", str(out), "--json"]

    def kill_after(parts, whole):
        def until(*given, **options):
            if parts.pop(0) is None:
                raise KeyboardInterrupt
            return whole(*given, **options)

        return until

    def run(capsys, first, then, between=lambda: None):
        with monkeypatch.context() as patch:
            patch.setattr(score_file, "score", kill_after([1, 1, None], score_file.score))
            assert main([*command, *map(str, first)]) == 130
        between()
        capsys.readouterr()
        return answer(capsys, *command[:-1], *then)["resumed"]

    return run


def test_a_run_that_was_killed_goes_on(capsys, shelf, interrupted):
    same = ("--set", shelf / "topics", "--models", "lstm")
    assert interrupted(capsys, same, same) == 8


def test_it_does_not_go_on_with_another_set(capsys, shelf, tmp_path, interrupted):
    """Not even with one of the same name, labels and number of models."""
    twin = write_set(tmp_path / "twin" / "topics", "topics", tuple(reversed(SIX)))
    first, then = (("--set", of, "--models", "lstm") for of in (shelf / "topics", twin))
    assert interrupted(capsys, first, then) == 0


def test_it_does_not_go_on_with_other_labels(capsys, tmp_path, interrupted):
    folder = write_set(tmp_path / "mine", "mine", SIX)
    same = ("--set", folder, "--models", "lstm")

    def rename():
        for file in (folder / "set.json", folder / "lstm" / "config.json"):
            file.write_text(file.read_text("utf-8").replace("sport", "sports"), "utf-8")

    assert interrupted(capsys, same, same, rename) == 0


def test_it_does_not_go_on_with_other_weights(capsys, tmp_path, interrupted):
    folder = write_set(tmp_path / "mine", "mine", SIX)
    same = ("--set", folder, "--models", "lstm")

    def train():
        file = folder / "lstm" / "model.safetensors"
        weights = load_file(file)
        save_file({name: -tensor for name, tensor in weights.items()}, file, {"format": "pt"})
        write_checksum("lstm", folder)

    assert interrupted(capsys, same, same, train) == 0


def test_it_does_not_go_on_with_classes_read_otherwise(capsys, shelf, interrupted):
    models = ("--models", shelf / "plain")
    first, then = (
        (*models, "--classes", f"LABEL_0={a},LABEL_1={b}")
        for a, b in (("negative", "positive"), ("positive", "negative"))
    )
    assert interrupted(capsys, first, then) == 0


@pytest.fixture
def hub(shelf, tmp_path, monkeypatch):
    """The Hub, on this machine, with "org/judge"; downloads go to a folder of the test's."""
    monkeypatch.setenv("QUARTET_HUB_FOLDER", str(tmp_path / "downloads"))
    with HubServer.asked_by(monkeypatch) as server:
        files = {file.name: file.read_bytes() for file in (shelf / "judge").iterdir()}
        server.repositories["org/judge"] = Repository(files, ("main", "v1"))
        yield server


def test_a_model_on_the_hub_is_downloaded_once(capsys, hub, shelf, tmp_path):
    command = ("predict", TEXT, "--models", "bert,hub:org/judge")
    assert main([*command, "--json"]) == 0
    printed = capsys.readouterr()
    ours, theirs = json.loads(printed.out)[0]["results"]
    assert (ours["model"], theirs["model"]) == ("bert", "hub/org--judge")
    assert f"Asking {hub.address.removeprefix('http://')} for org/judge." in printed.err
    asked = len(hub.requests)
    assert asked and len(hub.asked("model.safetensors")) == 1
    (again,) = answer(capsys, *command)
    assert again["results"][1]["probabilities"] == theirs["probabilities"]
    assert len(hub.requests) == asked, "a second call asks nothing"
    (local,) = answer(capsys, "predict", TEXT, "--models", shelf / "judge")
    assert local["results"][0]["probabilities"] == pytest.approx(theirs["probabilities"])
    by_identity = answer(capsys, "predict", TEXT, "--models", "hub/org--judge")
    assert by_identity[0]["results"][0]["model"] == "hub/org--judge"


def test_a_revision_is_another_model(capsys, hub, tmp_path):
    (row,) = answer(capsys, "predict", TEXT, "--models", "hub:org/judge@v1")
    assert row["results"][0]["model"] == "hub/org--judge+v1"
    assert "no such revision" in refused_by_hub(capsys, "hub:org/judge@v2")
    assert [path.name for path in visible(tmp_path / "downloads")] == ["org--judge+v1"]


def refused_by_hub(capsys, name):
    """The last line on stderr; the one before says who was asked."""
    assert main(["predict", TEXT, "--models", name]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and "Traceback" not in printed.err
    return printed.err.strip().splitlines()[-1]


def visible(folder: Path):
    return [path for path in folder.glob("*") if not path.name.startswith(".")]


@pytest.mark.parametrize(
    "status, message",
    [(401, "it is private, or there is none"), (429, "too many requests"), (500, "an error (500)")],
)
def test_what_the_hub_refuses_is_said_and_leaves_nothing(capsys, hub, tmp_path, status, message):
    hub.refuse["org/judge"] = (status, {})
    assert message in refused_by_hub(capsys, "hub:org/judge")
    assert not visible(tmp_path / "downloads")


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"id2label": {"0": "score"}}, "org/judge gives a number and not a label"),
        ({"problem_type": "multi_label_classification"}, "any number of labels"),
        ({"quantization_config": {"bits": 4}}, "quantised weights"),
        ({"architectures": ["RobertaForMaskedLM"]}, "not a text classifier"),
    ],
)
def test_what_does_not_choose_between_labels_is_not_downloaded(capsys, hub, fields, message):
    files = hub.repositories["org/judge"].files
    files["config.json"] = json.dumps(json.loads(files["config.json"]) | fields).encode()
    assert message in refused_by_hub(capsys, "hub:org/judge")
    assert not hub.asked("model.safetensors")


def test_without_a_network_that_is_said(capsys, hub, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "127.0.0.1:9 cannot be reached" in refused_by_hub(capsys, "hub:org/judge")


def test_the_bundled_folder_may_be_given_as_a_set(capsys):
    (row,) = answer(capsys, "predict", TEXT, "--set", MODELS, "--models", "lstm")
    assert row["results"][0]["model"] == "lstm"
