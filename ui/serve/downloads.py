"""Downloads from the Hub, in the background: they go on while the visitor looks at other pages."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread

from model_zoo.models import hub_client
from model_zoo.models.hub import HubModel
from model_zoo.models.hub_download import download
from ui.serve.unforeseen import in_words


class _CancelledError(Exception):
    """The visitor does not want it any more."""


@dataclass(slots=True)
class Download:
    """One download: `done` of `total` bytes, and at the end its `folder` or why there is none.

    One that is `cancelled` ends at its next bytes; only then can it be started again.
    """

    model: HubModel
    total: int
    done: int = 0
    folder: Path | None = None
    error: str = ""
    cancelled: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)

    @property
    def is_running(self) -> bool:
        """Whether it is still under way."""
        return not self.ended.is_set()


class Downloads:
    """Downloads by the names of their models, one of each at a time. Knows nothing of Streamlit."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._downloads: dict[str, Download] = {}

    def start(self, model: HubModel) -> None:
        """Begin, or go on with what was cut short; nothing where one is under way."""
        with self._lock:
            going = self._downloads.get(model.name)
            if going and going.is_running:
                return
            begun = self._downloads[model.name] = Download(model, model.download_bytes)
        Thread(target=_run, args=(begun,), name=f"download {model.name}", daemon=True).start()

    def get(self, name: str) -> Download | None:
        """The latest download of this model since the server's start."""
        return self._downloads.get(name)


def _run(begun: Download) -> None:
    def advance(done: int, total: int) -> None:
        begun.done, begun.total = done, total
        if begun.cancelled.is_set():
            raise _CancelledError

    try:
        folder = hub_client.hub_folder()
        folder.mkdir(parents=True, exist_ok=True)
        begun.folder = download(begun.model, folder, advance)
    except _CancelledError:
        pass
    except OSError as error:
        begun.error = f"The download ended early ({error.strerror}). Try again."
    except Exception as error:
        begun.error = in_words(error)
    finally:
        begun.ended.set()


downloads = Downloads()  # one for the server
