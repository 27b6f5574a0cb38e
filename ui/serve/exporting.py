"""Exports for other engines, in the background: they go on while the visitor looks elsewhere."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic

from model_zoo.backends.exports import find, folder_of, make, record
from model_zoo.errors import EngineError, ZooError
from model_zoo.models.engines import engine
from model_zoo.models.files import card, check_weights, stamp
from model_zoo.models.registry import spec
from model_zoo.models.spec import ModelSpec
from ui.show.wording import duration

# What an export took on two idle cores; later ones are reckoned by how long those before them took.
START_SECONDS, SECONDS_A_MILLION = 7.0, 0.25
INEXACT = 2.0  # times as long: it is quantised, and read by torch and the export


@dataclass(slots=True)
class Export:
    """One export, under way or over; at its end `error` says why there is none, or is empty.

    `seconds` is how long it is thought to take, `begun` when it began, None while it waits for
    those before it.
    """

    row: ModelSpec
    checksum: str
    seconds: float
    begun: float | None = None
    error: str = ""
    ended: Event = field(default_factory=Event)

    @property
    def is_running(self) -> bool:
        """Whether it is still to come, or under way."""
        return not self.ended.is_set()

    @property
    def seconds_left(self) -> float:
        """How long it may still take once it is its turn; 0 where that is over already."""
        spent = 0.0 if self.begun is None else monotonic() - self.begun
        return max(0.0, self.seconds - spent)


class AwaitedError(EngineError):
    """The model has to be exported first: `export` is under way."""

    def __init__(self, message: str, export: Export) -> None:
        super().__init__(message)
        self.export = export


class ExportError(EngineError):
    """The model could not be exported: `export` failed, and is not tried again before `retry`."""

    def __init__(self, export: Export) -> None:
        super().__init__(export.error)
        self.export = export


class Exporting:
    """Exports by their folders, made one after the other. Knows nothing of Streamlit."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._exports: dict[Path, Export] = {}
        self._line: list[Export] = []  # the first is under way
        self._checksums: dict[Path, tuple[str, str]] = {}  # of a model's folder: stamp, sha256
        self._pace = 1.0  # of this machine: seconds taken for each that was thought of

    def require(self, model: str) -> None:
        """Return where the model can be loaded at once, begin with its export where it cannot.

        Raises AwaitedError while it is exported, and ExportError, saying why, after that failed:
        until `retry`, or other weights. WeightsError where its files are missing or damaged.
        """
        row = spec(model)
        if not engine(row.id.engine).exported:
            return
        checksum = self._checksum(row)
        folder = folder_of(row, checksum)
        with self._lock:
            export = self._exports.get(folder)
            if export is None or not export.is_running:
                if find(row, checksum):
                    self._exports.pop(folder, None)
                    return
                if export and export.error:
                    raise ExportError(export)
                export = self._exports[folder] = self._start(row, checksum)
        raise AwaitedError(self.sentence(export), export)

    def retry(self, export: Export) -> None:
        """Forget an export that failed: another begins when the model is next required."""
        folder = folder_of(export.row, export.checksum)
        with self._lock:
            if self._exports.get(folder) is export and not export.is_running:
                del self._exports[folder]

    def size_bytes(self, model: str) -> int:
        """What the model's export takes on disk; 0 where there is none, or none is needed."""
        row = spec(model)
        if not engine(row.id.engine).exported:
            return 0
        try:
            return int(record(row, self._checksum(row)).get("bytes", 0))
        except ZooError:  # whoever asks the model is told
            return 0

    def sentence(self, export: Export) -> str:
        """How far an export is that is under way."""
        to = engine(export.row.id.engine).title
        with self._lock:
            before = self._line[: self._line.index(export)] if export in self._line else []
        seconds = sum(other.seconds_left for other in (*before, export))
        left = f"about {duration(max(1, seconds))}" if seconds else "longer than it used to take"
        if before:
            others = "another model" if len(before) == 1 else f"{len(before)} others"
            return f"To be exported for {to}, after {others}: {left}, the others go on."
        return f"Being exported for {to}: {left}, the others go on."

    def _checksum(self, row: ModelSpec) -> str:
        """The sha256 of the weights, read anew where the files are others."""
        now = stamp(row)
        known, checksum = self._checksums.get(row.folder, ("", ""))
        if not now or known != now:
            checksum = check_weights(row)
            self._checksums[row.folder] = now, checksum
        return checksum

    def _start(self, row: ModelSpec, checksum: str) -> Export:
        """Add an export to the line; to be called with the lock held."""
        times = 1.0 if engine(row.id.engine).exact else INEXACT
        seconds = START_SECONDS + SECONDS_A_MILLION * card(row).parameters / 1e6
        export = Export(row, checksum, self._pace * times * seconds)
        self._line.append(export)
        if len(self._line) == 1:
            Thread(target=self._run, name="exports", daemon=True).start()
        return export

    def _run(self) -> None:
        """Make the exports in line until there are none left."""
        while True:
            with self._lock:
                export = self._line[0]
            export.begun = monotonic()
            try:
                make(export.row, export.checksum)
                self._pace *= max(0.1, monotonic() - export.begun) / export.seconds
            except ZooError as error:
                export.error = str(error)
            except Exception as error:  # whatever it is, those in line go on
                export.error = f"Exporting {export.row.title} ended early ({error}). Try again."
            with self._lock:
                self._line.remove(export)
                over = not self._line
            export.ended.set()
            if over:
                return


exporting = Exporting()  # one for the server
