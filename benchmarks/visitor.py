"""A browser's worth of a session, without the browser: Streamlit's protocol over a real websocket.

Speaks what a tab speaks: asks for a run of a page with an address, and reads what the run draws.
Figures carry their numbers in full precision, so answers can be compared exactly.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from socket import SHUT_RDWR
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import numpy as np
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from ui.show.wording import MEMORY_AWAITED

COMPARE, ATTRIBUTIONS = "", "attributions"  # pages as they are called in addresses
_AHEAD = re.compile(r"Waiting for your turn: (?:([\d,]+) ahead of you|you are next)")
_CARD = re.compile(r'class="q-card.*?aria-label="probability of (\w+): ([\d.]+)%"', re.DOTALL)
_TIME = re.compile(r'data-model="([^"]+)".*?>time</dt>\s*<dd>([\d.]+) ms', re.DOTALL)


@dataclass(slots=True)
class Seen:
    """What a run has drawn so far."""

    charts: dict[str, dict[str, Any]] = field(default_factory=dict)  # plotly's, by alternative text
    cards: list[tuple[str, float]] = field(default_factory=list)  # label and its share, in order
    times_ms: dict[str, float] = field(default_factory=dict)  # on the cards, by model
    errors: list[str] = field(default_factory=list)
    ahead: list[int] = field(default_factory=list)  # places in line that were shown
    captions: list[str] = field(default_factory=list)
    progress: list[str] = field(default_factory=list)
    memory_awaited: bool = False  # by some of the gauges
    finished: bool = False

    def chart(self, alt: str) -> dict[str, Any] | None:
        """The figure whose alternative text begins so."""
        return next((chart for text, chart in self.charts.items() if text.startswith(alt)), None)


class NoAnswerError(Exception):
    """The server went silent, hung up, or ended a run without what was waited for."""


class Visitor:
    """One open tab. Waits at most `patience_s` for anything."""

    def __init__(self, address: str, patience_s: float = 300.0) -> None:
        url = address.replace("http", "ws", 1) + "/_stcore/stream"
        self.address, self.patience_s = address, patience_s
        self._open = ExitStack()
        # Without bound to what waits to be read: else closing would wait for it, ten seconds.
        self._socket = self._open.enter_context(
            connect(
                url, subprotocols=["streamlit"], compression=None, max_size=None, max_queue=None
            )
        )
        self.seen = Seen()

    def close(self) -> None:
        """Close the tab."""
        self._open.close()

    def vanish(self) -> None:
        """End without a good-bye, as a browser does that is killed or loses its network."""
        self._socket.socket.shutdown(SHUT_RDWR)

    def ask(self, page: str, text: str, **more: str) -> None:
        """Open `page` with `text`, and `more`, in the address; interrupts the run before."""
        message = BackMsg()
        state = message.rerun_script
        state.page_name, state.query_string = page, urlencode({"text": text, **more})
        state.context_info.url = f"{self.address}/{page}"
        self._socket.send(message.SerializeToString())
        self.seen = Seen()
        self._receive(lambda message: message.WhichOneof("type") == "new_session")

    def read(self, enough: Callable[[Seen], Any]) -> Seen:
        """Read on until `enough` is there; what was drawn by then. NoAnswerError if it never is."""
        if not enough(self.seen):
            self._receive(lambda message: self._take(message) and enough(self.seen))
        return self.seen

    def _receive(self, last: Callable[[ForwardMsg], Any]) -> None:
        ends = monotonic() + self.patience_s
        while True:
            message = ForwardMsg()
            try:
                message.ParseFromString(self._socket.recv(max(0.0, ends - monotonic())))
            except TimeoutError as error:
                raise NoAnswerError(f"not there after {self.patience_s:.0f} s") from error
            except (ConnectionClosed, OSError) as error:
                raise NoAnswerError(f"{type(error).__name__}: {error}") from error
            if last(message):
                return
            if self.seen.finished:
                raise NoAnswerError(f"the run ended with {list(self.seen.charts)}")

    def _take(self, message: ForwardMsg) -> bool:
        kind = message.WhichOneof("type")
        if kind == "script_finished":
            self.seen.finished = True
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._see(message.delta.new_element)
        return True

    def _see(self, element: Any) -> None:
        match element.WhichOneof("type"):
            case "plotly_chart":
                self.seen.charts[element.plotly_chart.alt] = json.loads(element.plotly_chart.spec)
            case "html":
                if card := _CARD.search(element.html.body):
                    self.seen.cards.append((card[1], float(card[2]) / 100))
                if time := _TIME.search(element.html.body):
                    self.seen.times_ms[time[1]] = float(time[2])
                self.seen.memory_awaited |= MEMORY_AWAITED in element.html.body
            case "exception":
                self.seen.errors.append(f"{element.exception.type}: {element.exception.message}")
            case "alert" if element.alert.format == Alert.ERROR:
                self.seen.errors.append(element.alert.body)
            case "progress":
                self.seen.progress.append(element.progress.text)
            case "markdown":
                self.seen.captions.append(element.markdown.body)
                if where := _AHEAD.search(element.markdown.body):
                    self.seen.ahead.append(int((where[1] or "0").replace(",", "")))


def numbers(values: Sequence[Any] | Mapping[str, str]) -> np.ndarray:
    """A figure's numbers: a list, or plotly's typed array in base64."""
    if isinstance(values, Mapping):
        decoded = np.frombuffer(b64decode(values["bdata"]), dtype=values["dtype"])
        shape = [int(size) for size in values.get("shape", str(decoded.size)).split(",")]
        return decoded.reshape(shape).astype(float)
    return np.array(values, dtype=float)
