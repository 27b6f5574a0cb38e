"""The page Train: from a file to a plan, what is refused, and what can be done with a training.

No training runs here: the processes that train are left out, and what they write is written here.
"""

import json

import pytest
from streamlit.testing.v1 import AppTest

from model_zoo.errors import TrainingError
from model_zoo.tuning import estimate, line
from model_zoo.tuning.job import PROGRESS, Job, Kind, jobs_folder
from model_zoo.tuning.progress import Reporter
from model_zoo.tuning.speed import TYPICAL
from tests.root import ROOT
from ui.serve.warming import warming
from ui.train import expected

pytestmark = pytest.mark.slow  # many runs of a whole page

TOKEN = "the operator's own token"
ROWS = b"question,kind,id\n" + b"".join(
    f"who built bridge {n},person,{n}\nwhere is bridge {n}?,place,{n + 900}\n".encode()
    for n in range(40)
)


@pytest.fixture(autouse=True)
def _no_processes(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTET_TRAININGS", str(tmp_path / "trainings"))
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path / "sets"))
    monkeypatch.delenv("QUARTET_TRAINING", raising=False)
    monkeypatch.setattr(line, "_start", lambda folder: None)
    monkeypatch.setattr(warming, "begin", lambda: "")
    for module in (expected, estimate):
        monkeypatch.setattr(module, "known_speed", lambda: TYPICAL)


def opened():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    app = app.switch_page("pages/train.py").run()
    assert not app.exception
    return app


def as_operator(app, token=TOKEN):
    app.text_input(key="operator-token").set_value(token)
    return press(app, "Handle all trainings and sets")


def upload(app, content=ROWS, name="bridges.csv"):
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not app.exception
    return app


def button(app, label):
    return next(each for each in app.button if each.label == label)


def press(app, label):
    button(app, label).click().run()
    assert not app.exception
    return app


def said(app):
    boxes = [*app.markdown, *app.caption, *app.error, *app.warning, *app.info, *app.success]
    words = " ".join(box.value for box in boxes)
    return words.replace("\\", "").replace(":small[]", "").replace("**", "")


def started(app, name="bridges"):
    press(app, "Start training")
    return Job(jobs_folder() / name)


def test_from_an_upload_to_a_training_in_line():
    app = upload(opened())
    columns = {box.label: box.value for box in app.selectbox}
    assert columns["Texts are in"] == "question" and columns["Labels are in"] == "kind"
    assert "64 rows to learn from, 8 to choose by, 8 to compare on; 2 labels" in said(app)
    assert "--on bridges.csv --text question --label kind --name bridges --budget quick" in (
        app.code[0].value
    )
    app.pills(key="train-models").set_value(["lstm", "bilstm"]).run()
    job = started(app)
    assert job.settings.models == ("lstm", "bilstm") and job.settings.budget == "quick"
    assert job.state.kind is Kind.WAITING and job.data == ROWS and not app.error
    assert "In line" in said(app)
    assert "There is a training named" not in said(app)


def test_the_sample_has_enough_rows_of_four_labels():
    app = press(opened(), "400 messages to a town library, four topics")
    assert "320 rows to learn from, 40 to choose by, 40 to compare on; 4 labels" in said(app)
    assert not app.error and not app.warning


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"text,label\n" + b"a b,x\n" * 3, "training needs 50 at least"),
        (b"text,label\n" + b"".join(b"word %d,x\n" % n for n in range(60)), "only one label"),
        (b"text\n" + b"".join(b"word %d\n" % n for n in range(60)), "one column only"),
        (ROWS + b"zero \0 byte,person,81\n", "holds a NUL character"),
        (b"", "bridges.csv"),
    ],
)
def test_a_file_that_is_unfit_is_refused_in_words(content, message):
    app = upload(opened(), content)
    assert message in " ".join(error.value.replace("\\", "") for error in app.error)
    assert not any(each.label == "Start training" for each in app.button)


def test_odd_texts_and_empty_labels_are_counted_and_do_no_harm():
    odd = '"שלום, עולם",place\n' + "word " * 4000 + ",person\n,place\nx,\n"
    app = upload(opened(), ROWS.replace(b",id", b",id") + odd.replace("\n", ",1\n").encode())
    assert not app.error, app.error[0].value
    assert "have no text and were left out: 1" in said(app)
    assert "have no label and were left out: 1" in said(app)


def test_what_does_not_fit_is_said_before_and_what_fits_is_offered(monkeypatch):
    monkeypatch.setattr(estimate, "free_bytes", lambda: 900_000_000)
    app = upload(opened())
    assert "Not enough memory here: BERT and DistilBERT would take" in said(app)
    assert button(app, "Start training").disabled
    press(app, "LSTM and BiLSTM only")
    assert app.pills(key="train-models").value == ["lstm", "bilstm"]
    assert not app.warning and not button(app, "Start training").disabled
    monkeypatch.setattr(estimate, "free_bytes", lambda: 100_000_000)
    app.run()
    assert "Nothing of this fits" in said(app) and button(app, "Start training").disabled


def test_pause_go_on_and_throw_away():
    app = upload(opened())
    job = started(app)
    press(app, "Pause")
    assert job.state.kind is Kind.PAUSED and "Paused." in said(app)
    press(app, "Go on")
    assert job.state.kind is Kind.WAITING
    press(app, "Yes, throw it away")
    assert job.state.kind is Kind.CANCELLED and "In line" not in said(app) and job.data is None


def test_a_training_under_way_shows_curves_and_one_that_failed_says_why():
    app = upload(opened())
    job = started(app)
    reporter = Reporter(job.folder / PROGRESS)
    reporter.tell("stage", stage="training")
    for step, accuracy in ((1, None), (2, 0.75)):
        reporter.tell(
            "run", run="lstm-1-0", model="lstm", share=1.0, seed=0, rows=64, steps=4, step=step,
            epoch=step / 2, seconds=1.0, done=0.25, left=40.0, loss=0.5, accuracy=accuracy,
        )  # fmt: skip
    app.run()
    accuracy, loss = app.get("plotly_chart")
    assert "LSTM 75.0%" in accuracy.proto.alt and "LSTM 0.50" in loss.proto.alt
    for chart in (accuracy, loss):
        assert {each["name"] for each in json.loads(chart.proto.spec)["data"]} == {"LSTM"}
    job.set_state(Kind.FAILED, "The disk is *full*. Go on.")
    app.run()
    assert "The disk is *full*. Go on. 25% is done and kept." in said(app)
    assert {"Go on", "Yes, throw it away"} <= {each.label for each in app.button}


def test_what_was_typed_last_counts_though_the_page_was_not_drawn_since():
    app = upload(opened())
    app.text_input(key="train-name-0").set_value("spans")  # no run: the click comes at once
    app.slider(key="train-test").set_value(20)
    job = started(app, "spans")
    assert job.settings.name == "spans" and job.settings.test == 0.2
    assert not (jobs_folder() / "bridges").exists()


def test_other_columns_chosen_just_before_the_start_are_shown_first():
    days = (f"who built bridge {n},{n % 2},{n % 3 == 0}\n" for n in range(80))
    app = upload(opened(), ("question,kind,day\n" + "".join(days)).encode())
    next(box for box in app.selectbox if box.label == "Labels are in").set_value("day")
    press(app, "Start training")
    assert "You chose other columns meanwhile" in said(app) and not jobs_folder().exists()


def test_an_error_while_starting_is_shown_and_nothing_is_lost(monkeypatch):
    def full(*_, **__):
        raise TrainingError("The disk is full.")

    app = upload(opened())
    monkeypatch.setattr(expected, "create", full)
    press(app, "Start training")
    assert "The disk is full." in said(app) and button(app, "Start training")


def test_a_name_that_is_taken_is_said_with_the_pages_own_choice(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTET_ADMIN", TOKEN)
    app = upload(as_operator(opened()))
    taken = tmp_path / "sets" / "bridges"
    taken.mkdir(parents=True)
    (taken / "set.json").write_text("{}")
    app.run()
    assert "There is a set named 'bridges' already" in said(app)
    assert "--overwrite" not in said(app) and button(app, "Start training").disabled
    app.checkbox(key="train-overwrite").check().run()
    assert not button(app, "Start training").disabled


def test_a_public_server_can_switch_it_off(monkeypatch):
    monkeypatch.setenv("QUARTET_TRAINING", "0")
    app = opened()
    assert "switched off" in said(app) and not app.file_uploader


def test_nothing_of_the_file_is_in_the_address():
    app = upload(opened())
    started(app)
    assert "question" not in str(dict(app.query_params)) and "bridge" not in str(
        dict(app.query_params)
    )
