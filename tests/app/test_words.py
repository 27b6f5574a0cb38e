"""Guess the word: blanks, what comes next, surprise, and the game."""

import shutil

import pytest

from model_zoo.language_models import models
from model_zoo.language_models.continuation import next_words
from model_zoo.language_models.guess import Blank, Guess, guess
from model_zoo.whole_files import write_json
from tests import language_zoo
from tests.app.zoo import opened, written
from ui.four.places import place_of
from ui.serve.on_demand import LANGUAGE, key
from ui.serve.pool import pool
from ui.words import game

PAGE = "pages/words.py"
TEXT = "The film was great and I left early."


@pytest.fixture(scope="session")
def language_folder(tmp_path_factory):
    return language_zoo.write(tmp_path_factory.mktemp("language"))


@pytest.fixture(autouse=True)
def language(language_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTET_LANGUAGE", str(language_folder))
    monkeypatch.setenv("QUARTET_ANSWERING", str(tmp_path / "none"))  # readers have a test file


@pytest.fixture(autouse=True, scope="module")
def unloaded():
    """No language model stays in memory behind the last test; between tests they may."""
    yield
    pool.unload(*(key(LANGUAGE, name) for name in models.TITLES))


def part(app, name):
    return app.segmented_control(key="part").set_value(name).run()


def cards(app):
    return [html.proto.body for html in app.get("html") if 'class="q-guesses"' in html.proto.body]


def chips(app):
    return next(box for box in app.get("button_group") if box.label.startswith("Click a word"))


def test_an_example_blank_is_guessed_by_all_four():
    app = opened(PAGE, text=TEXT)
    assert not app.exception and not app.error
    shown = cards(app)
    assert len(shown) == 4 and all(card.count("<li") == 10 for card in shown)
    assert "A blank to begin with" in written(app)


def test_the_guesses_are_the_librarys():
    app = opened(PAGE, text=TEXT, without="3")
    for name, card in zip(models.TITLES, cards(app), strict=True):
        (blank,) = guess(models.load(name), TEXT, [3])
        at = [card.index(f"<span>{best.word}") for best in blank.best[:3]]
        assert at == sorted(at) and f"its guess no. {blank.rank:,}" in card
    assert "A blank to begin with" not in written(app)


def test_only_the_lstm_lacks_what_comes_after():
    faded = ["<s>" in card for card in cards(opened(PAGE, text=TEXT, without="3"))]
    assert faded == [True, False, False, False]


def test_a_typed_mask_is_a_blank_beside_those_chosen():
    app = opened(PAGE, text="The [MASK] was great and bad.", without="3")
    assert len(cards(app)) == 8
    assert [header.value for header in app.subheader][:2] == [
        "Blank 1: \\[MASK\\]",
        "Blank 2: great",
    ]


def test_what_comes_next_and_what_the_lstm_writes():
    app = opened(PAGE, text="The film was", part="Next word")
    assert not app.exception and len(cards(app)) == 4
    assert "LSTM writes on" in [header.value for header in app.header]
    before = written(app)
    app.number_input[0].set_value(3).run()
    assert not app.exception and written(app) != before


def hidden(app):
    """What is faded in each card: the part of the text that no model sees."""
    return [card.partition("<s>")[2].partition("</s>")[0] for card in cards(app)]


def test_an_unfinished_text_is_continued_and_a_finished_one_from_its_middle():
    assert hidden(opened(PAGE, text="The film was", part="Next word")) == [""] * 4
    app = opened(PAGE, text=TEXT, part="Next word")
    assert hidden(app) == ["and I left early."] * 4
    assert "second half is hidden" in written(app)


def test_a_beginning_ends_before_the_first_word_that_is_clicked():
    app = opened(PAGE, text=TEXT, without="3,5", part="Next word")
    assert hidden(app) == ["great and I left early."] * 4
    assert "second half is hidden" not in written(app)
    (best, *_) = next_words(models.load("lstm"), "The film was")
    assert f"<span>{best.word}" in cards(app)[0]
    assert hidden(opened(PAGE, text=TEXT, without="0", part="Next word"))[0].startswith("film")


def test_the_word_that_stands_there_is_marked_among_what_is_expected():
    (best, *_) = next_words(models.load("lstm"), "The film was")
    app = opened(PAGE, text=f"The film was {best.word} indeed.", without="3", part="Next word")
    assert "✓ the word" in cards(app)[0].partition("</li>")[0]


@pytest.mark.parametrize(
    "text", [".", "?!", "Wait.", '"”', "He said: “Go away.”", "  ", "Ja, <b>nein</b> ", "a . ."]
)
def test_any_text_has_a_beginning(text):
    app = opened(PAGE, text=text, part="Next word")
    assert not app.exception and (not text.strip() or len(cards(app)) == 4)
    assert "<b>nein" not in "".join(cards(app))


def test_surprise_has_a_number_under_every_word():
    app = opened(PAGE, text=TEXT, part="Surprise")
    strips = [h.proto.body for h in app.get("html") if 'class="q-words"' in h.proto.body]
    assert len(strips) == 4 and all(strip.count("<small>") == 9 for strip in strips)
    assert "bits a word" in strips[0]


def test_the_game_shows_the_models_only_after_the_visitors_guess():
    app = opened(PAGE, part="Game")
    hidden = game.SENTENCES[0].split("[")[1].split("]")[0]
    assert hidden not in written(app) and not cards(app)
    app.text_input(key="game-0").input(hidden.upper() + " ")
    app.button(key="FormSubmitter:game-Guess").click().run()
    assert "right." in written(app) and len(cards(app)) == 4
    assert "after 1 of" in written(app) and "you 1" in written(app)
    app.run()
    assert "after 1 of" in written(app)
    next(button for button in app.button if button.label == "Next sentence").click().run()
    assert not cards(app)
    app.text_input(key="game-1").input("<b>nonsense</b>")
    app.button(key="FormSubmitter:game-Guess").click().run()
    assert "the word was **tail**" in written(app) and "after 2 of" in written(app)
    assert "you 1" in written(app) and "<b>nonsense" not in "".join(m.value for m in app.markdown)


def test_the_game_ends_and_begins_anew(monkeypatch):
    monkeypatch.setattr(game, "SENTENCES", game.SENTENCES[:2])
    app = opened(PAGE, part="Game")

    def press(label):
        next(button for button in app.button if button.label == label).click().run()

    app.text_input(key="game-0").input(" ")
    press("Guess")
    assert app.text_input(key="game-0") and not cards(app), "an empty guess is a slip"
    press("Give up")
    assert "The word was **envelope**" in written(app) and "you 0" in written(app)
    press("Next sentence")
    app.text_input(key="game-1").input("Tail.")
    press("Guess")
    assert "right." in written(app)
    press("Final score")
    assert "after 2 of 2" in written(app) and "you 1" in written(app) and not cards(app)
    press("Play again")
    assert app.text_input(key="game-0") and "Score" not in written(app)


def test_more_blanks_than_are_guessed_are_one_sentence():
    app = opened(PAGE, text="a [MASK] " * 22)
    assert "22 blanks are too many" in written(app) and not app.error and not cards(app)


def test_of_a_long_text_what_is_near_the_blank_is_shown():
    app = opened(PAGE, text="word " * 200 + "here [MASK] there" + " word" * 100)
    assert len(cards(app)) == 4
    for card in cards(app):
        assert "here" in card and card.count("word") < 100 and "…" in card
    assert all("there" in card for card in cards(app))


def test_a_word_with_accents_is_marked(monkeypatch):
    entry = models.load("lstm").vocabulary.entries.index("cafe")
    blank = Blank(3, "café", 1, 0.5, (Guess("cafe", 0.5), Guess("bar", 0.25)))
    assert entry
    monkeypatch.setattr("ui.serve.cached.guesses", lambda *_, **__: (blank,))
    app = opened(PAGE, text="It was a café there.", without="3")
    assert all('cafe <b class="q-true">' in card for card in cards(app)) and len(cards(app)) == 4


def test_how_it_writes_on_is_kept_beside_the_other_parts():
    app = opened(PAGE, part="Next word")
    app.number_input(key="seed").set_value(7).run()
    app = part(part(app, "Surprise"), "Next word")
    assert app.number_input(key="seed").value == 7


def test_every_sentence_of_the_game_hides_one_entry(language_folder):
    model = models.load("lstm")
    for sentence in game.SENTENCES:
        word = sentence.split("[")[1].split("]")[0]
        assert len(model.read(word).ids) == 3, word


def test_without_models_it_says_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTET_LANGUAGE", str(tmp_path))
    app = opened(PAGE, text=TEXT)
    assert not app.exception and "No language models are installed" in app.info[0].value


def test_the_tables_row_of_tasks_leads_here_where_there_are_models(tmp_path, monkeypatch):
    assert place_of("example").page == PAGE and place_of("size").page == "app.py"
    monkeypatch.setenv("QUARTET_LANGUAGE", str(tmp_path))
    assert place_of("example").page == "app.py"


def test_damage_costs_its_own_card_only(language_folder, tmp_path, monkeypatch):
    copy = shutil.copytree(language_folder, tmp_path / "copy")
    (copy / "bert" / "model.safetensors").write_bytes(b"broken")
    monkeypatch.setenv("QUARTET_LANGUAGE", str(copy))
    pool.unload(key(LANGUAGE, "bert"))
    app = opened(PAGE, text=TEXT + " Again.")
    assert not app.exception and len(cards(app)) == 3
    assert len(app.error) == 1 and app.error[0].value.startswith("BERT")


def record(of_models, **more):
    return {"file": "t.tsv", "models": of_models, **more}


def share(value):
    names = ("top1", "top5")
    return dict.fromkeys(names, value) | {
        f"{key}_ci95": [value - 0.1, value + 0.1] for key in names
    }


def test_what_was_measured_is_shown_while_the_weights_are_the_same(
    language_folder, tmp_path, monkeypatch
):
    copy = shutil.copytree(language_folder, tmp_path / "copy")
    monkeypatch.setenv("QUARTET_LANGUAGE", str(copy))
    assert "How well" not in opened(PAGE).segmented_control(key="part").options
    kinds = ("all", "content", "function")
    checksums = {name: models.stamp(name) for name in models.TITLES}
    missing = {
        name: {"checksum": stamp, **{kind: share(0.2 + 0.1 * at) for kind in kinds}}
        for at, (name, stamp) in enumerate(checksums.items())
    }
    pair = {"models": ["lstm", "bilstm"], "b": 3, "c": 40, "p": 1e-9}
    write_json(copy / "missing.json", record(missing, positions=2000, paired=[pair]))
    field = {"name": "syntax", "accuracy": 0.6, "ci95": [0.5, 0.7]}
    grammar = {
        name: {"checksum": stamp, "mean": 0.61, "fields": [field]}
        for name, stamp in checksums.items()
    }
    write_json(copy / "grammar.json", record(grammar, pairs=67_000))
    for name in models.TITLES:
        told = {"data": {"words": 4_900_000}, "guesses": 1_200_000}
        write_json(copy / name / "metrics.json", told)
    app = opened(PAGE, part="How well")
    assert not app.exception and len(app.get("plotly_chart")) == 2
    said = written(app)
    assert "BiLSTM alone is right 40 times, LSTM alone 3 (p < 0.001)" in said
    assert "learnt from 4.9 million words" in said and "67,000 pairs" in said
    assert "in millions: LSTM 1.2, BiLSTM 1.2, BERT 1.2 and DistilBERT 1.2." in said

    missing["bert"]["checksum"] = "of others"
    write_json(copy / "missing.json", record(missing, positions=2000, paired=[pair]))
    assert len(opened(PAGE, part="How well").get("plotly_chart")) == 1


ODD = {
    "mask": "[MASK]",
    "short": "a",
    "emoji": "💥 " * 40,
    "long": "word " * 380,
    "markup": "<script>x</script>",
    "unknown": "𓀀",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_texts(text):
    for name in ("Missing word", "Next word", "Surprise"):
        app = opened(PAGE, text=text, part=name)
        assert not app.exception and not app.error, name
        assert "<script>" not in "".join(h.proto.body for h in app.get("html"))


def test_where_memory_is_short_they_are_the_first_to_go(monkeypatch):
    from ui.serve import pool as module
    from ui.serve.on_demand import LANGUAGE, key
    from ui.serve.pool import pool

    opened(PAGE, text="Nobody has asked for this one.")
    assert pool.loaded(key(LANGUAGE, "bert"))
    monkeypatch.setattr(module, "free_bytes", lambda: 0)
    pool._give_back(quiet=True)
    assert pool.loaded(key(LANGUAGE, "bert")), "it was asked just now"
    monkeypatch.setattr(module, "IDLE_SECONDS", -1)
    pool._give_back(quiet=True)
    assert not any(pool.loaded(key(LANGUAGE, name)) for name in models.TITLES)
