"""torch's answers to what exports are checked with, kept for the models that come with the app.

With them an export is made and checked without torch, in a fraction of the time and the memory.

    python -m model_zoo.backends.references    writes them anew
"""

from collections.abc import Callable, Iterable

import numpy as np

from model_zoo.backends.agreement import Batch, answers, of_all_sizes, of_sentences
from model_zoo.paths import REFERENCE
from model_zoo.text.tokens import TextTokenizer

FILE = REFERENCE / "torch-logits.npz"
SETS: tuple[Callable[[TextTokenizer], Iterable[Batch]], ...] = (of_all_sizes, of_sentences)


def recorded(checksum: str) -> dict[str, np.ndarray]:
    """Logits (N, C) of the weights with this checksum, by the name of the function in SETS whose
    N texts they answer; empty where none are kept."""
    if not FILE.is_file():
        return {}
    with np.load(FILE) as kept:
        names = {f"{checksum[:20]} {texts.__name__}": texts.__name__ for texts in SETS}
        return {name: kept[key] for key, name in names.items() if key in kept}


def main() -> None:
    """Have torch answer, model by model, and keep it."""
    from model_zoo.models.loading import load
    from model_zoo.models.network import ModelId
    from model_zoo.models.sets import model_set

    logits = {}
    for model in model_set().models:
        usual = load(ModelId(model).on("torch"))
        for texts in SETS:
            batches = texts(usual.network.tokenizer)
            key = f"{usual.checksum[:20]} {texts.__name__}"
            logits[key] = answers(usual.network.classify, batches)
    np.savez_compressed(FILE, allow_pickle=False, **logits)


if __name__ == "__main__":
    main()
