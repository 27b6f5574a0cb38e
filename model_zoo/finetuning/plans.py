"""Recipes of the readers, as data."""

from dataclasses import dataclass

from model_zoo.pretraining.loop import Recipe


@dataclass(frozen=True, slots=True)
class Plan:
    """How a reader is made of the language model of its name.

    Linear layers get low-rank updates of rank `rank` (none for 0), which count `scale` times;
    parameters whose names hold one of `whole` are trained as they are, all others stay. `dropout`
    is that of states while training, not of attention blocks. A share `without_answer` of the
    questions is also asked where there is no answer. `teacher` is the reader whose answers are
    learnt from, too, if it is there.
    """

    recipe: Recipe
    rank: int
    whole: tuple[str, ...]
    dropout: float
    scale: float = 2.0
    longest: int = 256
    without_answer: float = 0.15
    teacher: str | None = None


HEAD = "qa_outputs"
_TRANSFORMER = (HEAD, "LayerNorm", "layer_norm", "bias", "position_emb", "token_type_emb")
_RECURRENT = Plan(
    Recipe(epochs=8, lr=2e-3, tokens=4096, candidates=0, averaging=0.99, evaluations=1),
    rank=0,
    whole=(HEAD, "lstm", "norm"),
    dropout=0.3,
    scale=1.0,
)
_LOW_RANK = Recipe(epochs=3, lr=1e-3, tokens=3072, candidates=0, averaging=0.99, evaluations=2)
PLANS: dict[str, Plan] = {
    "lstm": _RECURRENT,
    "bilstm": _RECURRENT,
    "bert": Plan(_LOW_RANK, rank=32, whole=_TRANSFORMER, dropout=0.1),
    "distilbert": Plan(_LOW_RANK, rank=32, whole=_TRANSFORMER, dropout=0.1, teacher="bert"),
}
