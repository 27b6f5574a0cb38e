"""What a training is to do: checked when it is made, and written down as JSON."""

import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model_zoo.errors import TrainingError, did_you_mean
from model_zoo.models.network import ModelId
from model_zoo.models.sets import BUNDLED

MODELS = ("lstm", "bilstm", "bert", "distilbert")
TITLES = dict(zip(MODELS, ("LSTM", "BiLSTM", "BERT", "DistilBERT"), strict=True))
TRANSFORMERS = ("bert", "distilbert")
BUDGETS = ("quick", "standard", "thorough")
MOST_SHARE = 0.5  # of the rows for each of validation and test
_NAME = re.compile(r"[\w-]{1,60}")


def enabled() -> bool:
    """Whether training is switched on here: QUARTET_TRAINING=0 switches it off."""
    return os.environ.get("QUARTET_TRAINING", "1") != "0"


def check_enabled() -> None:
    """Raises TrainingError where training is switched off."""
    if not enabled():
        raise TrainingError(
            "Training is switched off here (QUARTET_TRAINING=0). Install Quartet on a machine of "
            "your own to train."
        )


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """One training, as asked for.

    `file` is a table with the columns `text` and `label`; `name` is that of the set that comes of
    it. `validation` and `test` are shares of the rows, or files with the same columns.
    `heads_only` leaves the encoders of BERT and DistilBERT as they are, which takes the least
    memory. `keep_test` puts the held-out rows into the set; without it no row is kept. `title` is
    what the set is called where it is shown, as long as that is not its name. `sheet` is that
    of a workbook, the first if None.
    Raises TrainingError where something cannot be.
    """

    file: Path
    text: str
    label: str
    name: str
    models: tuple[str, ...] = MODELS
    budget: str = "standard"
    validation: float | Path = 0.1
    test: float | Path = 0.1
    seed: int = 0
    header: bool = True
    heads_only: bool = False
    overwrite: bool = False
    keep_test: bool = False
    title: str = ""
    sheet: str | None = None

    def __post_init__(self) -> None:
        check_name(self.name)
        check_name(self.called)
        if self.text == self.label:
            raise TrainingError(
                "The texts and the labels are in one column. Choose two different columns."
            )
        unknown = [name for name in self.models if name not in MODELS]
        if unknown or not self.models:
            raise TrainingError(
                f"{unknown[0] if unknown else 'Nothing'!r} cannot be trained."
                f"{did_you_mean(unknown[0], MODELS) if unknown else ''} Choose from: "
                f"{', '.join(MODELS)}."
            )
        if "distilbert" in self.models and "bert" not in self.models:
            raise TrainingError(
                "DistilBERT learns from the BERT that is trained with it. Choose bert as well."
            )
        if self.budget not in BUDGETS:
            raise TrainingError(
                f"There is no budget {self.budget[:20]!r}.{did_you_mean(self.budget, BUDGETS)} "
                f"Choose from: {', '.join(BUDGETS)}."
            )
        drawn = 0.0
        for part in ("validation", "test"):
            share = getattr(self, part)
            if isinstance(share, Path):
                continue
            if not 0 < share <= MOST_SHARE:
                raise TrainingError(
                    f"{share} of the rows cannot be the {part} rows. Give a share up to "
                    f"{MOST_SHARE}, as 0.1, or a file."
                )
            drawn += share
        if drawn >= 1:
            raise TrainingError(
                "The validation and test rows are all rows, and none is left to learn from. Give "
                "smaller shares, as 0.1 each."
            )
        if not 0 <= self.seed < 2**31:
            raise TrainingError(f"{self.seed} is no seed. Give a whole number from 0 on.")

    @property
    def called(self) -> str:
        """What the set is called where it is shown."""
        return self.title or self.name

    @property
    def ordered(self) -> tuple[str, ...]:
        """The models in the order they are trained: a teacher before its student."""
        return tuple(name for name in MODELS if name in self.models)

    def as_json(self) -> dict[str, Any]:
        """What `from_json` takes back."""
        files = {"file": str(self.file.absolute())}
        for part in ("validation", "test"):
            given = getattr(self, part)
            files[part] = str(given.absolute()) if isinstance(given, Path) else given
        return asdict(self) | files | {"models": list(self.ordered)}

    @staticmethod
    def from_json(record: Mapping[str, Any]) -> "TrainingSettings":
        """The settings that `as_json` wrote."""
        parts = {
            part: Path(record[part]) if isinstance(record[part], str) else record[part]
            for part in ("file", "validation", "test")
        }
        return TrainingSettings(**{**record, **parts, "models": tuple(record["models"])})


def check_name(name: str) -> None:
    """Raises TrainingError where no new set can have this name."""
    if not _NAME.fullmatch(name) or name in (BUNDLED, *ModelId.OWN):
        raise TrainingError(
            f"{name[:60]!r} cannot be the name of a set. Use letters, digits, - and _, at most "
            f"60, and not {BUNDLED!r}."
        )
