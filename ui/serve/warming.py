"""How fast this machine trains, measured in the background: once a machine, for all visitors."""

from threading import Lock, Thread

from model_zoo.errors import ZooError
from model_zoo.tuning.line import is_training
from model_zoo.tuning.speed import check_memory, known_speed, measured_speed
from ui.serve.unforeseen import in_words

SECONDS = 30  # that it takes on two cores


class Warming:
    """The measurement, at most one under way. Knows nothing of Streamlit."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way = False
        self._problem = ""

    def begin(self) -> str:
        """Begin unless it is known, under way, or cannot be; why there is no figure yet, or ""."""
        if known_speed():
            return ""
        if is_training():  # beside which nothing can be timed
            return "It is measured once no training is under way."
        try:
            check_memory()
        except ZooError as error:
            return str(error)
        with self._lock:
            if self._problem:
                return self._problem
            if not self._under_way:
                self._under_way = True
                Thread(target=self._measure, name="training speed", daemon=True).start()
        return f"It is being measured, which takes about {SECONDS} s."

    @property
    def is_under_way(self) -> bool:
        """Whether there will be figures soon."""
        return self._under_way

    def _measure(self) -> None:
        try:
            measured_speed()
        except Exception as error:  # whatever it is, those that wait are told
            self._problem = in_words(error)
        finally:
            self._under_way = False


warming = Warming()  # one for the server
