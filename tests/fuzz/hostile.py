"""Texts that programs trip over, and what must hold for each of them in every model."""

from collections.abc import Sequence
from math import isfinite

from hypothesis import strategies as st

from model_zoo import paths
from model_zoo.errors import TextError, ZooError
from model_zoo.explain.attribute import attribute
from model_zoo.inference.predict import Prediction, predict
from model_zoo.models.loading import Model
from model_zoo.text.tokens import MAX_TOKENS, Encoded, TextTokenizer, leave_out

TOKENIZER = TextTokenizer(paths.MODELS / "lstm")

MARKUP = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    "</style><style>*{display:none}</style>",
    "<!-- --><b>bold</b><a href=http://evil.example>",
    "&lt;b&gt; &amp;amp; &#x3c;script&#x3e;",
    "javascript:alert(1)",
    "[a](javascript:alert(1)) [a](http://evil.example) ![a](http://evil.example/x.png)",
    "http://evil.example www.evil.example me@evil.example",
    "**bold** _it_ ~~gone~~ `code` # head > quote - item | a | b |",
    "$x$ $$\\frac{1}{0}$$ \\(x\\)",
    ":smile: :material/home: :streamlit: :red[x] :small[y] ::: {.x}",
    "a -> b <- c -- d >= e <= f ~= g <-> h",
    "%{x} %{customdata} {0} {__class__} %s %n ${HOME} {{7*7}} #{7*7}",
    "\x1b[31mred\x1b[0m \x1b]8;;http://evil.example\x07link\x1b]8;;\x07 \x9b2J",
    "'; drop table users; -- \" or 1=1",
    "=HYPERLINK(1) +1 -1 @x",
    "../../etc/passwd C:\\CON NUL file:///etc/passwd",
)
TROUBLE = (
    *MARKUP,
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800 good",
    "\ud83d\ude00 as two surrogates",
    "\ufeffgood",
    "\ufffe\uffff\ufdd0\U0001ffff",
    "\u200b\u200c\u200d\u2060\u00ad\u034f",
    "g\u200bo\u200bo\u200bd",
    "\u202egood\u202c \u2066bad\u2069 \u061c",
    "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e",
    "e\u0301e\u0301 \u0301good",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033da\u0334\u0319l\u0334g\u0321o\u0328",
    "👩‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈 🇪🇺🇺 1️⃣ 👨‍",
    "\u200d👍\u200d\U0001f3fd",
    "İstanbul ıI ß ẞ ŉ ǰ ﬁ ﬃ ﷺ ℃ Å",
    "شكرا جزيلا على هذا الفيلم",
    "שלום good עולם 123",
    "ก็ ำ ๆ ํ ्र्र ক্ষ ᬓ᭄ 각 각",
    "我不喜欢这部电影 良い映画 좋은 영화 𠜎𠜱",
    "𝓰𝓸𝓸𝓭 𝔤𝔬𝔬𝔡 ｇｏｏｄ ⓖⓞⓞⓓ 🅶🅾🅾🅳",
    "[CLS] [SEP] [PAD] [MASK] [UNK] ##ing [unused1]",
    "[MASK][MASK]good[SEP]bad[CLS]",
    "do n't don't do  n't n't 'n't N'T\tn't",
    "``''``''`‘’“”…''",
    "--- ... ''' ??? !!!",
    "nan NaN null None undefined true -0 1e400 0x1F ١٢٣ ² ½ Ⅷ",
    "\U000e0067\U000e0062\U000e007f\U0010ffff\ue000",
    "\ufe0f\ufe0e\u20e3",
    " ",
    "",
)
LONG = (
    " " * 4000 + "good",
    "a" * 5000,
    "a b " * 2000,
    "\u0301" * 5000,
    "e" + "\u0301\u0316" * 2500,
    "\u200d" * 5000,
    "👍🏽" * 1500,
    "''" * 2500,
    "…" * 3000,
    "n't" * 2000,
    " n't" * 1500,
    "x-" * 2500,
    "-" * 5000,
    "\ud800" * 4000,
    "\u202e" * 4000 + "good",
    "好" * 3000,
    "[MASK]" * 1000,
    "[" * 5000,
    "\n" * 4000,
    "a\x00" * 2500,
)

_SORTS = {
    "L": "ultmo",
    "M": "nce",
    "N": "dlo",
    "P": "cdseifo",
    "S": "mcko",
    "Z": "slp",
    "C": "cfson",
}
_CATEGORIES = [f"{kind}{sort}" for kind, sorts in _SORTS.items() for sort in sorts]
_any = st.integers(0, 0x10FFFF).map(chr)  # everything there is, surrogates and non-characters too
_pieces = st.one_of(
    *(st.text(st.characters(categories=[name]), min_size=1, max_size=8) for name in _CATEGORIES),
    st.text(_any, max_size=20),
    st.text(st.characters(categories=["Mn", "Me"]), min_size=20, max_size=60),
    st.text("👩👨👧🏽\u200d\ufe0f🏳🌈🇪🇺", max_size=12),
    st.text("ab n'’tN-.…`\u0301é\x00\ud800😀[]#", max_size=20),
    st.builds(lambda char, count: char * count, _any, st.sampled_from([20, 50, 99, 100, 101])),
    st.sampled_from(TROUBLE),
    st.sampled_from(["good", "bad", "not", "n't", "isn't", "dreadful", ",", ".", "!"]),
)
texts = st.lists(_pieces, max_size=5).flatmap(
    lambda pieces: st.sampled_from(["", " ", "\n", "\u200b"]).map(lambda by: by.join(pieces))
)


def check_encoding(text: str) -> Encoded:
    """The text as the models read it, once found sound."""
    (encoded,) = TOKENIZER.encode([text])
    size = len(text)
    assert encoded.text == text and len(encoded.ids) <= MAX_TOKENS
    assert len(encoded.ids) == len(encoded.tokens) == len(encoded.spans) == len(encoded.word_of)
    assert all(0 <= start <= end <= size for start, end in (*encoded.spans, *encoded.words))
    assert all(a[1] <= b[0] for a, b in zip(encoded.words, encoded.words[1:], strict=False))
    inside = encoded.word_of[1:-1]
    assert sorted(set(inside)) == list(range(len(encoded.words))) and list(inside) == sorted(inside)
    for some in ((), (0,), range(0, 600, 2), range(600)):
        assert len(leave_out(encoded, some)) <= size
        leave_out(encoded, some, instead="[MASK]")
    return encoded


def check_prediction(model: Model, text: str, words: int) -> Prediction | None:
    """The model's answer, once found sound; None where the text, of so many `words`, has none."""
    try:
        (prediction,) = predict(model, [text])
    except TextError:
        assert not words
        return None
    assert words
    assert all(isfinite(p) and 0 <= p <= 1 for p in prediction.probabilities)
    assert abs(sum(prediction.probabilities) - 1) < 1e-9
    assert prediction.text == text and prediction.labels == model.labels
    assert prediction.of(prediction.label) == max(prediction.probabilities)
    return prediction


def check_attribution(model: Model, text: str, method: str, words: Sequence[str]) -> bool:
    """Whether there are attributions (there are none for texts too long to sample), once sound."""
    try:
        attribution = attribute(model, text, method=method)
    except ZooError as error:
        assert str(error).endswith(".")
        return False
    assert tuple(words) == attribution.words and len(attribution.word_scores) == len(words)
    scores = (*attribution.scores, *attribution.word_scores)
    assert all(map(isfinite, (*scores, attribution.rise, attribution.gap or 0)))
    return True
