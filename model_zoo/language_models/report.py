"""How the language models do side by side, at missing words and at grammar: measured and kept.

Records lie beside the models, and speak of the weights whose checksums they hold.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from model_zoo.evaluation.metrics import holm
from model_zoo.host import host
from model_zoo.language_models.grammar import Pair, grammar
from model_zoo.language_models.missing import (
    Missing,
    Position,
    better,
    draw_positions,
    missing_words,
)
from model_zoo.language_models.models import LanguageModel, available, root, stamp
from model_zoo.language_models.texts import texts_of
from model_zoo.models.files import sha256_of

MISSING, GRAMMAR = "missing.json", "grammar.json"
Advance = Callable[[str, int], object]  # title of a model, how many more are done


def kept(name: str) -> dict[str, Any] | None:
    """The record MISSING or GRAMMAR of the models there are; None where there is none of them all.

    A record of other weights than those there are now is none.
    """
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        record = json.loads((root() / name).read_text(encoding="utf-8"))
        _adjust(record.get("paired", ()))
        if all(record["models"][model]["checksum"] == stamp(model) for model in available()):
            return record
    return None


def measure_grammar(
    models: Iterable[LanguageModel],
    pairs: Sequence[Pair],
    file: Path,
    advance: Advance = lambda title, pairs: None,
) -> dict[str, Any]:
    """Which of two sentences each model finds likelier, the `pairs` of `file`, as a record.

    `models`: a name -> checksum, and what `grammar.Grammar` says of it but for every pair.
    """
    records = {}
    for model in models:
        result = asdict(grammar(model, pairs, partial(advance, model.title)))
        del result["right"], result["model"]
        records[model.name] = {"checksum": model.checksum, **result}
    return {
        "file": file.name,
        "sha256": sha256_of(file),
        "pairs": len(pairs),
        "models": records,
        "host": asdict(host()),
    }


def measure(
    models: Iterable[LanguageModel],
    file: Path,
    count: int,
    seed: int,
    advance: Advance = lambda title, positions: None,
) -> dict[str, Any]:
    """Words of the file's texts blanked one at a time: what each model makes of them, as a record.

    `models`: a name -> checksum, and a `missing.Score` each over "all", "content" and "function"
    words, as far as some were drawn; `paired`: McNemar's test of each two, `adjusted` for looking
    at all of them; `commonest`: the share
    of the commonest word. Raises DataError as `texts_of` and `draw_positions` do.
    """
    texts, results, records = texts_of(file), [], {}
    positions = None
    for model in models:
        if positions is None:  # all share one tokenizer
            positions = draw_positions(texts, model.tokenizer, model.vocabulary, count, seed)
        function = np.array([position.is_function for position in positions])
        result = missing_words(model, positions, partial(advance, model.title))
        results.append(result)
        records[model.name] = {
            "checksum": model.checksum,
            **{
                words: asdict(score)
                for words, among in {
                    "all": None,
                    "content": ~function,
                    "function": function,
                }.items()
                if (score := result.score(among))
            },
        }
    paired = [_paired(*pair) for pair in combinations(results, 2)]
    _adjust(paired)
    return {
        "file": file.name,
        "sha256": sha256_of(file),
        "positions": count,
        "seed": seed,
        "commonest": _commonest(positions or ()),
        "models": records,
        "paired": paired,
        "host": asdict(host()),
    }


def _commonest(positions: Sequence[Position]) -> float:
    """How often the one word that is right most often would be: what no model should fall below."""
    counts = Counter(position.entry for position in positions)
    return max(counts.values()) / len(positions) if positions else 0.0


def _adjust(paired: Sequence[dict[str, Any]]) -> None:
    """Put to each test its p adjusted for looking at all; records made earlier lack it."""
    for test, p in zip(paired, holm([test["p"] for test in paired]), strict=True):
        test["adjusted"] = p


def _paired(first: Missing, second: Missing) -> dict[str, Any]:
    test = better(first, second)
    return {"models": [first.model, second.model], **asdict(test)}
