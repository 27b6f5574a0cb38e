"""Turns at heavy work: first come, first served, and as many at once as cores and memory allow."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock, get_ident
from time import monotonic

from model_zoo.errors import ZooError
from model_zoo.host import free_bytes, host

LOOK_SECONDS = 0.2  # how often those who wait are told where they stand
SLICE_SECONDS = 0.25  # how long a turn lasts at least before others are let in between
LONG_SLICE_SECONDS = 5.0  # where memory is short: what is interrupted stays in it
MOST_WAITING = 100  # visitors, each with a thread
ROOM_BYTES = 230_000_000  # a turn may load BERT and compute gradients


class BusyError(ZooError):
    """More visitors are waiting for their turn than the server lets wait."""


@dataclass(eq=False, slots=True)
class _Ticket:
    visitor: Hashable
    lone: bool
    thread: int = field(default_factory=get_ident)
    came: Event = field(default_factory=Event)
    since: float = 0.0


class Turns:
    """A line of visitors at a few places. Knows nothing of Streamlit.

    `places` turns run at once, one for each visitor at most, and `most_waiting` visitors may wait.
    A second one begins only while there is `room` for it.
    """

    def __init__(
        self, places: int, most_waiting: int, room: Callable[[], bool] = lambda: True
    ) -> None:
        self._places, self._most_waiting, self._room = places, most_waiting, room
        self._lock = Lock()
        self._line: list[_Ticket] = []
        self._running: list[_Ticket] = []

    @contextmanager
    def turn(
        self,
        visitor: Hashable,
        waiting: Callable[[int], object] = lambda ahead: None,
        *,
        lone: bool = False,
    ) -> Iterator[Callable[[], None]]:
        """Have a turn for this block; one `lone` turn is had at a time, beside others that aren't.

        Until it comes, `waiting` is told every LOOK_SECONDS how many others are ahead, and may
        raise to leave the line. Yields what long work is to call in between: it lets others go
        first, once the turn has lasted SLICE_SECONDS, or LONG_SLICE_SECONDS without `room`. A turn
        within a turn of the same thread is the same turn. Raises BusyError if too many wait.
        """
        with self._lock:
            ticket = next((had for had in self._running if had.thread == get_ident()), None)
        if ticket:
            yield partial(self._give_way, ticket, waiting)
            return
        ticket = _Ticket(visitor, lone)
        self._join(ticket)
        try:
            self._wait(ticket, waiting)
            yield partial(self._give_way, ticket, waiting)
        finally:
            with self._lock:
                (self._running if ticket in self._running else self._line).remove(ticket)
                self._admit()

    def running(self) -> int:
        """How many turns are being had at this moment."""
        return len(self._running)

    def waiting(self) -> int:
        """How many wait for theirs."""
        return len(self._line)

    def _join(self, ticket: _Ticket) -> None:
        with self._lock:
            # A run that takes the place of one that was interrupted takes its place in line, too.
            before = [at for at, other in enumerate(self._line) if other.visitor == ticket.visitor]
            self._line.insert(before[0] if before else len(self._line), ticket)
            self._admit()
            if not before and len(self._line) > self._most_waiting:
                self._line.remove(ticket)
                raise BusyError(
                    "Many people are using this server right now. Try again in a minute."
                )

    def _wait(self, ticket: _Ticket, waiting: Callable[[int], object]) -> None:
        while not ticket.came.wait(LOOK_SECONDS):
            with self._lock:
                self._admit()  # there may be room by now
                at = self._line.index(ticket) if ticket in self._line else 0
                ahead = sum(other.visitor != ticket.visitor for other in self._line[:at])
            waiting(ahead)

    def _give_way(self, ticket: _Ticket, waiting: Callable[[int], object]) -> None:
        with self._lock:
            least = SLICE_SECONDS if self._room() else LONG_SLICE_SECONDS
            if not self._line or monotonic() - ticket.since < least:
                return
            self._running.remove(ticket)
            ticket.came.clear()
            self._line.append(ticket)
            self._admit()
        self._wait(ticket, waiting)

    def _admit(self) -> None:
        """Let in who can go, first come first; to be called with the lock held."""
        for ticket in tuple(self._line):
            if len(self._running) == self._places or (self._running and not self._room()):
                return
            if any(other.visitor == ticket.visitor for other in self._running):
                continue  # an interrupted run of theirs, about to end
            if ticket.lone and any(other.lone for other in self._running):
                continue
            self._line.remove(ticket)
            self._running.append(ticket)
            ticket.since = monotonic()
            ticket.came.set()


work = Turns(  # torch computes on one thread a session, see `pool`
    host().cores, MOST_WAITING, lambda: free_bytes() >= ROOM_BYTES
)
sweeps = Turns(1, MOST_WAITING)  # long measurements; each takes a turn at `work` for every piece
