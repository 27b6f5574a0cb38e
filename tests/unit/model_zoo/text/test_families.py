"""Tokenizers of other families: the same words, whatever they are cut into."""

import json
import shutil
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from model_zoo.errors import WeightsError
from model_zoo.text.tokens import TextTokenizer
from model_zoo.text.words import align
from tests import foreign

pytestmark = pytest.mark.slow

SPECIAL = {"roberta": "<s> </s>", "mpnet": "<s> </s>", "xlnet": "<sep> <cls>"}
LEADING = {"xlnet": 0}  # special tokens before the text; of all others one

every_kind = pytest.mark.parametrize("kind", foreign.KINDS)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    top = tmp_path_factory.mktemp("families")
    return {kind: foreign.write(kind, top / kind, ("no", "yes")) for kind in foreign.KINDS}


@pytest.fixture(scope="module")
def read(folders) -> Callable:
    tokenizers = {kind: TextTokenizer(folder) for kind, folder in folders.items()}
    return lambda kind, text, **options: tokenizers[kind].encode([text], **options)[0]


@every_kind
def test_words_are_those_typed(read, kind):
    text = "It isn't a  well-made film, but\nmoving… 😀👨‍👩‍👧 CAFÉ "
    words = read(kind, text).word_texts
    assert words[:7] == ("It", "isn't", "a", "well-made", "film", ",", "but")
    assert words[7] == "moving" and words[-1] == "CAFÉ" and "😀" in words[9]


@every_kind
def test_special_tokens_are_those_put_around_the_text_and_no_others(read, kind):
    names = SPECIAL.get(kind, "[CLS] [SEP]").split()
    encoded = read(kind, f"good {names[0]} bad {names[1]}")
    around = [t for t, word in zip(encoded.tokens, encoded.word_of, strict=True) if word is None]
    assert around == names
    ids = [i for i, word in zip(encoded.ids, encoded.word_of, strict=True) if word is None]
    assert [encoded.ids.count(i) for i in ids] == [1, 1]  # those that were typed are text
    assert "".join(encoded.word_texts) == f"good{names[0]}bad{names[1]}"


@pytest.mark.parametrize("kind", ["roberta", "mpnet", "albert", "modernbert"])
def test_a_typed_mask_is_the_tokenizers_own(folders, kind):
    tokenizer = TextTokenizer(folders[kind])
    encoded = tokenizer.encode(["a [MASK] film"])[0]
    assert encoded.ids.count(tokenizer.mask_id) == 1
    assert encoded.word_texts == ("a", "[MASK]", "film") and encoded.text == "a [MASK] film"


@pytest.mark.parametrize("kind", ["roberta", "modernbert", "deberta-v2", "xlnet"])
def test_pieces_are_shown_as_typed(read, kind):
    tokens = read(kind, "good films")
    pieces = [token for token, word in zip(tokens.tokens, tokens.word_of, strict=True) if word == 1]
    assert "".join(piece.removeprefix("##") for piece in pieces) == "films"
    assert all(piece.startswith("##") for piece in pieces[1:]) and "Ġ" not in "".join(pieces)


@every_kind
def test_cutting_off_keeps_special_tokens_where_they_are(folders, read, kind):
    whole, cut = read(kind, "good film " * 30), read(kind, "good film " * 30, max_tokens=9)
    assert len(cut.ids) == 9 and cut.dropped == len(whole.ids) - 9 and cut.truncated
    before = LEADING.get(kind, 1)
    assert cut.ids == whole.ids[: before + 7] + whole.ids[before - 2 :]
    assert cut.word_of.count(None) == 2 and max(w for w in cut.word_of if w is not None) > 1
    assert not whole.truncated


@every_kind
@pytest.mark.parametrize("text", ["", " ", "\n \t", "  \u3000 "])
def test_where_there_is_only_space_there_are_no_words(read, kind, text):
    encoded = read(kind, text)
    assert encoded.words == () and set(encoded.word_of) == {None}


@pytest.mark.parametrize("kind", ["roberta", "modernbert"])
def test_the_bytes_of_one_character_share_its_span(read, kind):
    encoded = read(kind, "so 😀")
    pieces = [
        i for i, word in enumerate(encoded.word_of) if word == 1 and encoded.spans[i] == (3, 4)
    ]
    assert len(pieces) == 4 and encoded.word_texts == ("so", "😀")


texts = st.text(st.characters(), max_size=50) | st.text(
    " ab'’-.\t\u3000\u0301\u0323é\x00\ud800😀ﷺ▁Ġ", max_size=40
)


@pytest.mark.parametrize("kind", foreign.KINDS)
@settings(max_examples=150, deadline=None)
@given(text=texts)
@example(text=" ")
@example(text="a ")
@example(text="  a  b  ")
@example(text="\ud83d a")
@example(text="▁ ▁a")
@example(text="a\u0301\u0323 ﷺ İ")
def test_every_token_has_one_word_whatever_is_typed(read, kind, text):
    encoded = read(kind, text)
    assert len(encoded.ids) == len(encoded.tokens) == len(encoded.spans) == len(encoded.word_of)
    assert all(0 <= start < end <= len(text) for start, end in encoded.words)
    ends = [0, *(end for _, end in encoded.words)]
    assert all(end <= start for end, (start, _) in zip(ends, encoded.words, strict=False))
    assert all(word.strip() for word in encoded.word_texts)
    owned = [word for word in encoded.word_of if word is not None]
    assert owned == sorted(owned) and set(owned) == set(range(len(encoded.words)))
    if encoded.words:
        assert encoded.word_of.count(None) == 2
    for (start, end), word in zip(encoded.spans, encoded.word_of, strict=True):
        if word is not None:
            low, high = encoded.words[word]
            assert low <= start <= end <= high


@every_kind
def test_what_the_vocabulary_lacks_is_named_so(folders, kind):
    tokenizer = TextTokenizer(folders[kind])
    (encoded,) = tokenizer.encode(["good 字"])
    unknown = [i for i, token in enumerate(encoded.ids) if token == tokenizer.unknown_id]
    assert [encoded.tokens[i] for i in unknown] == [tokenizer.unknown] * len(unknown)
    assert bool(unknown) == (kind not in ("roberta", "modernbert"))  # bytes are always known


@every_kind
def test_whole_words_of_the_vocabulary(folders, kind):
    tokenizer = TextTokenizer(folders[kind])
    (encoded,) = tokenizer.encode(["so good"])
    words = {tokenizer.whole_word(token) for token in encoded.ids}
    assert "good" in words and not {"<s>", "[CLS]", "", " "} & words
    whole = {tokenizer.whole_word(i) for i in range(tokenizer.backend.get_vocab_size())} - {None}
    assert all(word.isalpha() and len(word) > 1 for word in whole)
    assert {"film", "boring", "wonderful"} <= whole
    assert not {"oring", "onderful"} & whole  # parts of words


@every_kind
def test_roles_are_found_without_being_named(folders, tmp_path, kind):
    folder = shutil.copytree(folders[kind], tmp_path / kind)
    named = TextTokenizer(folder)
    (folder / "tokenizer_config.json").unlink()
    bare = TextTokenizer(folder)
    assert (bare.pad_id, bare.mask_id, bare.unknown) == (named.pad_id, named.mask_id, named.unknown)
    assert named.mask_id is not None and named.pad_left == (kind == "xlnet") and not bare.pad_left


def test_roles_may_be_named_with_more_than_a_name_or_in_the_older_file(folders, tmp_path):
    folder = shutil.copytree(folders["electra"], tmp_path / "named")
    (folder / "tokenizer_config.json").write_text('{"mask_token": {"content": "[SEP]"}}')
    (folder / "special_tokens_map.json").write_text('{"pad_token": "[CLS]", "unk_token": null}')
    tokenizer = TextTokenizer(folder)
    assert (tokenizer.mask, tokenizer.pad_id, tokenizer.unknown) == ("[SEP]", 2, "[UNK]")


@pytest.mark.parametrize(
    ("config", "limit", "expected"),
    [
        ({}, None, 512),
        ({"max_position_embeddings": 100}, None, 100),
        ({"max_position_embeddings": 100}, 20, 20),
        ({"max_position_embeddings": -1}, 10**30, 512),
        ({"max_position_embeddings": 514, "model_type": "roberta", "pad_token_id": 1}, 512, 512),
        ({"max_position_embeddings": 514, "model_type": "xlm-roberta", "pad_token_id": 1}, 0, 512),
        ({"max_position_embeddings": 100, "model_type": "mpnet", "pad_token_id": 1}, None, 98),
        ({"n_positions": 64, "pad_token_id": None}, None, 64),
        ({"max_position_embeddings": 8192}, 8192, 512),
    ],
)
def test_no_more_is_read_than_there_are_positions_for(folders, tmp_path, config, limit, expected):
    folder = shutil.copytree(folders["electra"], tmp_path / "sized")
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": limit}))
    assert TextTokenizer(folder).max_tokens == expected


def test_a_vocabulary_of_older_times_is_read_through_transformers(folders, tmp_path):
    folder = tmp_path / "older"
    folder.mkdir()
    for file in ("config.json", "tokenizer_config.json"):
        shutil.copy(folders["electra"] / file, folder)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings["tokenizer_class"] = "ElectraTokenizer"
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    vocabulary = Tokenizer.from_file(str(folders["electra"] / "tokenizer.json")).get_vocab()
    (folder / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.__getitem__)))
    text = ["A good film, and it isn't boring!"]
    assert TextTokenizer(folder).encode(text) == TextTokenizer(folders["electra"]).encode(text)


@pytest.mark.parametrize("kind", ["albert", "deberta-v2", "xlnet"])
@pytest.mark.parametrize("file", [None, "spiece.model", "tokenizer.model"])
def test_a_folder_without_a_readable_tokenizer_says_what_to_do(folders, tmp_path, kind, file):
    folder = shutil.copytree(folders[kind], tmp_path / "none")
    (folder / "tokenizer.json").unlink()
    if file:
        (folder / file).write_bytes(b"not a vocabulary")
    with pytest.raises(WeightsError, match="missing and cannot be made.*save_pretrained"):
        TextTokenizer(folder)


@pytest.mark.parametrize(
    "file", ["config.json", "tokenizer_config.json", "special_tokens_map.json"]
)
@pytest.mark.parametrize("content", ["{", "[]", "\ud800"])
def test_damaged_settings_say_which_file_it_is(folders, tmp_path, file, content):
    folder = shutil.copytree(folders["electra"], tmp_path / "damaged")
    (folder / file).write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(WeightsError, match=f"{file} cannot be read"):
        TextTokenizer(folder)


@every_kind
def test_scores_of_any_tokenizer_come_to_the_words_of_another(folders, read, kind):
    text = "It isn't a  well-made film [MASK], CAFÉ 3.5/5 <mask>"
    reference = read("electra", text).words
    own = read(kind, text).words
    brought = align(own, [1.0] * len(own), reference)
    assert len(brought) == len(reference) and sum(brought) == len(own)


@pytest.mark.parametrize(
    ("words", "scores", "reference", "expected"),
    [
        ([], [], [], []),
        ([], [], [(0, 2)], [0.0]),
        ([(0, 2)], [5.0], [], []),
        ([(0, 4)], [5.0], [(0, 2), (2, 4)], [5.0, 0.0]),  # a tie: the first
        ([(0, 4)], [5.0], [(0, 1), (1, 4)], [0.0, 5.0]),
        ([(0, 3), (3, 4), (9, 12)], [1.0, 2.0, 4.0], [(0, 4), (5, 8)], [3.0, 0.0]),  # 4 is dropped
        ([(0, 3), (3, 9)], [1.0, 2.0], [(0, 1), (1, 4), (4, 9)], [0.0, 1.0, 2.0]),
    ],
)
def test_scores_go_where_most_characters_are_shared(words, scores, reference, expected):
    assert align(words, scores, reference) == expected
