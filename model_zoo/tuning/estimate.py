"""How long a training will take here and how much memory, from what this machine was seen to do.

A short warm-up, in a process of its own, times a few steps of every network; the figures are kept
until processor, cores or versions change.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from model_zoo.tuning.settings import TrainingSettings
from model_zoo.tuning.split import Inspection


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is to be expected of a training on this machine.

    `seconds` are by model, learning curve included; `other_seconds` are for reading and comparing.
    `low` and `high` bound the whole in words fit for people: machines are busy at times.
    `memory_bytes` is the most that the process takes while it trains each model. `free_bytes` is
    what it could take now.
    """

    seconds: Mapping[str, float]
    other_seconds: float
    memory_bytes: Mapping[str, int]
    free_bytes: int

    @property
    def total(self) -> float:
        """Seconds from start to finished set."""
        return sum(self.seconds.values()) + self.other_seconds

    @property
    def low(self) -> float:
        """Seconds it takes at least, as a rule."""
        return 0.7 * self.total

    @property
    def high(self) -> float:
        """Seconds it takes at most, as a rule."""
        return 1.5 * self.total

    @property
    def too_large(self) -> tuple[str, ...]:
        """The models that do not fit into the memory that is free."""
        return tuple(name for name, size in self.memory_bytes.items() if size > self.free_bytes)


def estimate(settings: TrainingSettings, inspection: Inspection) -> Estimate:
    """What to expect of a training; measures this machine first where that was not done (20 s)."""
    raise NotImplementedError


def offers(settings: TrainingSettings, inspection: Inspection) -> list[TrainingSettings]:
    """Other settings that fit into the memory that is free, the most like these first.

    Heads on frozen encoders where BERT does not fit, then the recurrent models alone; none where
    nothing fits.
    """
    raise NotImplementedError


def command_line(settings: TrainingSettings) -> str:
    """The command that does the same elsewhere, quoted for a shell."""
    raise NotImplementedError
