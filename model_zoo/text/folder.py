"""What the folder of a model says of its tokenizer, for every family there is."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from model_zoo.errors import WeightsError
from model_zoo.text.bounds import check_rules, panics_as_errors
from model_zoo.text.typed import ready, text_alone
from model_zoo.whole_files import read_json

TOKENIZER = "tokenizer.json"
MAX_TOKENS = 512  # positions BERT has; all other models keep to it so that all read the same

_USUAL = {  # role -> names of the two families, where the folder names none
    "pad_token": ("[PAD]", "<pad>"),
    "unk_token": ("[UNK]", "<unk>"),
    "mask_token": ("[MASK]", "<mask>"),
}
# Their first positions are taken: a text's own begin after the number of the padding token.
_AFTER_PADDING = ("roberta", "xlm-roberta", "camembert", "roberta-prelayernorm", "mpnet", "xmod")
_POSITIONS = ("max_position_embeddings", "n_positions")
_LEAST_TOKENS = 3  # a word between two special ones
_VOCABULARIES = ("vocab.*", "*.model", "*.tiktoken", "merges.txt", "spiece.*")


def backend(folder: Path) -> Tokenizer:
    """The folder's tokenizer, shared by all folders whose definitions are the same.

    Where there is no tokenizer.json, transformers makes one of the family's older files. Raises
    WeightsError where that cannot be, or the file is damaged.
    """
    file, masks = folder / TOKENIZER, frozenset(_names(folder, "mask_token"))
    definition = None if file.is_file() else _converted(folder)
    try:
        return _parsed(definition or file.read_text(encoding="utf-8"), masks)
    except Exception as error:  # the library raises no narrower kind
        raise WeightsError(f"{file} cannot be read ({error}). Copy it again.") from error


def as_in_file(folder: Path) -> Tokenizer:
    """The folder's tokenizer without what `text_alone` puts into it; raises as `backend`."""
    backend(folder)  # says what is wrong with it
    file = folder / TOKENIZER
    definition = file.read_text(encoding="utf-8") if file.is_file() else _converted(folder)
    return _alone(Tokenizer.from_str(definition))


def settings(folder: Path, name: str) -> dict[str, Any]:
    """The folder's JSON file `name`; empty where there is none. Raises WeightsError if damaged."""
    file = folder / name
    try:
        content = read_json(file) if file.is_file() else {}
    except (OSError, ValueError) as error:
        raise WeightsError(f"{file} cannot be read ({error}). Copy it again.") from error
    if not isinstance(content, dict):
        raise WeightsError(f"{file} cannot be read (it holds no table of names). Copy it again.")
    return content


def special_token(tokenizer: Tokenizer, folder: Path, role: str) -> str | None:
    """The special token with this `role`, say "pad_token": the first the vocabulary has.

    The folder's files are asked first, then the usual names; None where it has none of these.
    """
    known = (name for name in _names(folder, role) if tokenizer.token_to_id(name) is not None)
    return next(known, None)


def _names(folder: Path, role: str) -> list[str]:
    """What the token with this `role` may be called."""
    named = [settings(folder, file).get(role) for file in _SPECIAL_FILES]
    # some files give more of a token than its name
    names = [token.get("content") if isinstance(token, dict) else token for token in named]
    return [name for name in (*names, *_USUAL[role]) if isinstance(name, str)]


_SPECIAL_FILES = ("tokenizer_config.json", "special_tokens_map.json")


def most_tokens(limit: Any, config: Mapping[str, Any]) -> int:
    """How many tokens are read: no more than MAX_TOKENS, `limit` and the positions of `config`.

    `limit` is the tokenizer's own, of any size; models with relative positions have no number of
    them, or -1. ValueError where a number is none, or leaves no room for a word.

    >>> most_tokens(None, {}), most_tokens(1e30, {"max_position_embeddings": -1})
    (512, 512)
    >>> most_tokens(512, {"model_type": "roberta", "max_position_embeddings": 130})
    128
    """
    limit = _number("model_max_length", limit)
    positions = next(filter(None, (_number(key, config.get(key)) for key in _POSITIONS)), None)
    known = [number for number in (limit, positions) if number and number > 0]
    if positions and positions > 0 and config.get("model_type") in _AFTER_PADDING:
        padding = _number("pad_token_id", config.get("pad_token_id"))
        known.append(positions - (1 if padding is None else padding) - 1)
    most = min([MAX_TOKENS, *known])
    if most < _LEAST_TOKENS:
        raise ValueError(f"it reads {int(most)} tokens at most, which leaves no room for a word")
    return int(most)


def _number(name: str, value: Any) -> float | None:
    """The value of a setting, or None where there is none; ValueError where it is no number."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise ValueError(f"{name} is {str(value)[:40]!r}, which is no number")
    return value


@lru_cache(maxsize=16)
def _parsed(definition: str, masks: frozenset[str]) -> Tokenizer:
    rules = json.loads(definition)
    with panics_as_errors():
        tokenizer = Tokenizer.from_str(json.dumps(text_alone(rules, masks)))
    check_rules(rules, tokenizer)
    return ready(_alone(tokenizer))


def _alone(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _converted(folder: Path) -> str:
    """The definition that transformers makes of a folder without tokenizer.json."""
    try:
        if not any(path for pattern in _VOCABULARIES for path in folder.glob(pattern)):
            raise ValueError("there is no vocabulary")  # transformers would go on with an empty one
        from transformers import AutoTokenizer

        made = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        return made.backend_tokenizer.to_str()
    except Exception as error:  # every family fails in a way of its own
        raise WeightsError(
            f"{folder / TOKENIZER} cannot be read: it is missing and cannot be made from the other "
            f"files ({_first_line(error)}). Load the tokenizer where that works, and save it into "
            "the folder with `tokenizer.save_pretrained`."
        ) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200].rstrip(".")
