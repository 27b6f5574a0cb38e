"""What a step of the tour is: one idea, one picture, one question, and a page to go on with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from model_zoo.models.network import ModelId
from model_zoo.models.sets import ModelSet
from model_zoo.text.tokens import Encoded


@dataclass(frozen=True, slots=True)
class Scene:
    """What a step is shown with: the sentence, and the models of the set by their kind.

    `models` has an entry for each of the KINDS that the set in view has. `number` is the step's,
    from 1.
    """

    number: int
    encoded: Encoded
    of: ModelSet
    models: Mapping[str, ModelId]

    @property
    def text(self) -> str:
        """The sentence as it was typed."""
        return self.encoded.text


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the tour.

    `teaches` gives its sentence and `reads`, where the picture needs it, a second one on how to
    read that; both are Markdown. `example` is the sentence for who has none. `needs` are the kinds
    without which there is nothing to show. `draw` draws picture and question, and says whether the
    answer is shown by now. The whole picture is on `page`, called `place`, there in its `section`.
    """

    heading: str
    teaches: Callable[[Scene], str]
    example: str
    draw: Callable[[Scene], bool]
    page: str
    place: str
    section: str | None = None
    needs: tuple[str, ...] = ()
    reads: str = ""
