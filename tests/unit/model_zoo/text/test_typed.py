"""Text as people type it: emoji, marks, other scripts, names of special tokens."""

import json

import pytest

from model_zoo.__main__ import main
from model_zoo.paths import MODELS, SAMPLES
from model_zoo.text.earlier import numbered_alike, renumbered
from model_zoo.text.folder import as_in_file
from model_zoo.text.tokens import TextTokenizer, leave_out

TOKENIZER = TextTokenizer(MODELS / "bert")


def read(text):
    return TOKENIZER.encode([text])[0]


def pieces(text):
    return " ".join(read(text).tokens[1:-1])


@pytest.mark.parametrize(
    ("typed", "tokens", "words"),
    [
        ("terrible💩", "terrible [UNK]", ("terrible", "💩")),
        ("💩terrible💩!", "[UNK] terrible [UNK] !", ("💩", "terrible", "💩", "!")),
        ("💩💩", "[UNK] [UNK]", ("💩", "💩")),
        ("ok👩‍👩‍👧👍🏽fine", "ok [UNK] [UNK] fine", ("ok", "👩‍👩‍👧", "👍🏽", "fine")),
        ("🇪🇺🇺🇸🇪go", "[UNK] [UNK] [UNK] go", ("🇪🇺", "🇺🇸", "🇪", "go")),
        ("top1️⃣2️⃣", "top [UNK] [UNK]", ("top", "1️⃣", "2️⃣")),
        ("❤️love❤", "[UNK] love [UNK]", ("❤️", "love", "❤")),
        ("bad✗ sad➜x", "bad [UNK] sad [UNK] x", ("bad", "✗", "sad", "➜", "x")),
        ("it’s①", "it ' s [UNK]", ("it’s", "①")),
        ("I do💩n't do 💩 n't", "i do [UNK] n ' t do [UNK] n ' t", None),
        ("e\u0301💩 a\u200d💩", "e [UNK] a [UNK]", ("e\u0301", "💩", "a\u200d💩")),
        ("[MASK]💩[MASK]", "[MASK] [UNK] [MASK]", ("[MASK]", "💩", "[MASK]")),
        ("Google™ x² 5€ good★", "google ##™ x ##² 5 ##€ good ##★", None),  # known: as in training
        ("wait………", "wait . . .", ("wait", "………")),
        ("wait…", "wait . . .", ("wait", "…")),
    ],
)  # fmt: skip
def test_emoji_and_symbols_stand_apart(typed, tokens, words):
    assert pieces(typed) == tokens
    if words:
        assert read(typed).word_texts == words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("cafe\u0301 x", ("cafe\u0301", "x")),
        ("นี้ ดีมาก", ("นี้", "ดีมาก")),
        ("नमस्ते दुनिया", ("नमस्ते", "दुनिया")),
        ("שָׁלוֹם", ("שָׁלוֹם",)),
        ("我不喜欢", ("我", "不", "喜", "欢")),
        ("1,000 a:b 3.5/5 well-made", ("1,000", "a:b", "3.5/5", "well-made")),
        ("U.S. e.g. 'tis rock'n'roll", ("U.S", ".", "e.g", ".", "'", "tis", "rock'n'roll")),
    ],
)
def test_words_are_those_of_unicode(typed, words):
    encoded = read(typed)
    assert encoded.word_texts == words


def test_to_leave_a_word_out_leaves_no_mark_behind():
    encoded = read("un cafe\u0301 नमस्ते ดี्")
    assert [leave_out(encoded, {word}) for word in range(4)] == [
        "cafe\u0301 नमस्ते ดี्", "un नमस्ते ดี्", "un cafe\u0301 ดี्", "un cafe\u0301 नमस्ते",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["[CLS]", "[SEP]", "[PAD]", "[UNK]"])
def test_names_of_special_tokens_are_text(name):
    encoded = read(f"good {name} bad{name}")
    assert encoded.tokens[0] == "[CLS]" and encoded.tokens[-1] == "[SEP]"
    assert not set(encoded.ids[1:-1]) & {0, 100, 101, 102}
    assert encoded.word_texts == ("good", "[", name[1:-1], "]", "bad", "[", name[1:-1], "]")


def test_a_blank_is_one_only_where_it_is_meant(capsys):
    assert read("a [MASK] film").ids[2] == TOKENIZER.mask_id
    assert main(["predict", "a [MASK] film", "--models", "lstm"]) == 0
    assert "[MASK] is read as a blank" in capsys.readouterr().out
    text = TOKENIZER.without_blanks("a [MASK] film")
    assert len(text) == 13 and TOKENIZER.mask_id not in read(text).ids


RUNS = [
    "💩",
    "🇪",
    "👩\u200d",
    "👍🏽",
    "1\ufe0f\u20e3",
    "e\u0301",
    "\u200d",
    "x\u200d",
    "ดี",
    "…",
    "我",
]


@pytest.mark.parametrize("run", RUNS)
def test_long_runs_take_no_square_of_their_length(run):
    assert read(run * 20_000).dropped >= 0  # a minute and more if it did


@pytest.mark.parametrize(
    ("text", "at_first", "today"),
    [
        ("terrible💩 film", {0}, (0, 1)),
        ("💩💩 bad film", {1}, (2,)),
        ("1,000 bad films", {3}, (1,)),
        ("cafe\u0301 is bad", {2}, (2,)),
        ("a [SEP] b", {1}, (1, 2, 3)),
        ("so …… bad 👩‍👩‍👧!", {3}, (2,)),
        ("我不喜欢 bad", {1}, (4,)),
        ("bad 💩", {0, 7}, (0,)),
    ],
)
def test_words_numbered_at_first_are_found_again(text, at_first, today):
    assert not numbered_alike(text)
    assert renumbered(TOKENIZER, text, at_first) == today


def test_ordinary_english_is_read_as_the_file_says():
    texts = (SAMPLES / "requests.csv").read_text("utf-8").splitlines()
    plain = as_in_file(TOKENIZER.folder).encode_batch(texts)
    assert [read.ids for read in TOKENIZER.encode(texts)] == [tuple(row.ids) for row in plain]
    assert all(map(numbered_alike, texts))


@pytest.mark.parametrize(
    "text", ["It isn't “well-made”, but 3.5/5…", "I do n't know (e.g. a café)!", "x\ny"]
)
def test_plain_texts_have_the_same_numbers_as_ever(text):
    assert numbered_alike(text)
    every = range(len(read(text).words))
    assert renumbered(TOKENIZER, text, every) == tuple(every)


@pytest.mark.slow
def test_what_is_unknown_and_what_was_cut_is_said_in_json_and_words(capsys, tmp_path):
    """By every command that reads a text."""
    text = "terrible💩 film " + "good " * 600
    rows = tmp_path / "rows.csv"
    rows.write_text(f"text,label\n{text},0\nfine,1\n", encoding="utf-8")
    where = [str(rows), "--text", "text", "--models", "lstm"]
    out = ["--out", str(tmp_path / "out.csv")]

    def said(*argv):
        assert main([*argv]) == 0
        words = " ".join(capsys.readouterr().out.split())
        assert "left out" in words and "read as [UNK]" in words
        assert main([*argv, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    single = ["--models", "lstm", text]
    ((result,),) = (row["results"] for row in said("predict", *single))
    (explained,) = said("attribute", "--method", "saliency", *single)
    for record in (result, explained):
        assert (record["unknown"], record["dropped"]) == (1, 603 + 2 - 512)
    assert said("score", *where, *out)["cut"] == said("score", *where, *out)["unknown"] == 1
    evaluated = said("evaluate", *where, "--label", "label")
    assert (evaluated["unknown"], evaluated["cut"]) == (1, 1)
