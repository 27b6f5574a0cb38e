"""Turns at heavy work: order, bounds, and that whoever leaves frees the place; no Streamlit."""

from contextlib import suppress
from threading import Barrier, Event, Lock, Thread
from time import monotonic, sleep

import pytest

from ui.serve import turns
from ui.serve.turns import BusyError, Turns
from ui.show.wording import in_line

PATIENCE = 20  # seconds until a test gives up on a thread


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(turns, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(turns, "SLICE_SECONDS", 0.0)  # give way whenever asked


class Left(BaseException):
    """What Streamlit raises in the thread of a closed tab is no Exception either."""


class Visit:
    """A visitor with a thread, who has a turn until it is ended."""

    def __init__(self, line, visitor, *, gives_way=False, **how):
        self.line, self.visitor, self.gives_way, self.how = line, visitor, gives_way, how
        self.ahead, self.came, self.done, self.left = [], Event(), Event(), Event()
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _waiting(self, ahead):
        self.ahead.append(ahead)
        if self.left.is_set():
            raise Left

    def _run(self):
        with suppress(Left), self.line.turn(self.visitor, self._waiting, **self.how) as give_way:
            self.came.set()
            while not self.done.wait(0.005):
                if self.left.is_set():
                    raise Left
                if self.gives_way:
                    give_way()

    def end(self):
        self.done.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()

    def leave(self):
        self.left.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


def until(condition):
    ends = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < ends, "it never came to that"
        sleep(0.002)


def queue_up(line, *visitors):
    """Visits in this order, all waiting."""
    visits = []
    for visitor in visitors:
        before = line.waiting()
        visits.append(Visit(line, visitor))
        until(lambda before=before: line.waiting() == before + 1)
    return visits


def held(line, visitor="first", **how):
    """A visit that has its turn."""
    visit = Visit(line, visitor, **how)
    assert visit.came.wait(PATIENCE)
    return visit


def test_first_come_first_served_and_each_is_told_how_many_are_ahead():
    line, order = Turns(1, 10), []
    first = held(line)

    def come(visitor):
        with line.turn(visitor, told[visitor].append):
            order.append(visitor)

    told = {visitor: [] for visitor in range(5)}
    threads = []
    for visitor in told:
        threads.append(Thread(target=come, args=(visitor,)))
        threads[-1].start()
        until(lambda visitor=visitor: line.waiting() == visitor + 1)
    until(lambda: all(told.values()))
    first.end()
    for thread in threads:
        thread.join(PATIENCE)
    assert order == [0, 1, 2, 3, 4]
    assert [seen[0] for seen in told.values()] == [0, 1, 2, 3, 4]
    assert not line.running() and not line.waiting()


def test_never_more_at_once_than_there_are_places():
    line, lock, now, most = Turns(3, 50), Lock(), 0, 0
    start = Barrier(20)

    def come(visitor):
        nonlocal now, most
        start.wait(PATIENCE)
        for _ in range(20):
            with line.turn(visitor) as give_way:
                with lock:
                    now += 1
                    most = max(most, now)
                sleep(0.0005)
                with lock:
                    now -= 1
                give_way()

    threads = [Thread(target=come, args=(visitor,), daemon=True) for visitor in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert most == 3 and not line.running() and not line.waiting()


def test_who_leaves_while_waiting_frees_the_place_in_line():
    line = Turns(1, 10)
    first = held(line)
    gone, third = queue_up(line, "second", "third")
    until(lambda: third.ahead and third.ahead[-1] == 1)
    gone.leave()
    until(lambda: third.ahead[-1] == 0)
    first.end()
    assert third.came.wait(PATIENCE) and not gone.came.is_set()
    third.end()


def test_who_leaves_while_at_it_frees_the_place():
    line = Turns(1, 10)
    first = held(line)
    (second,) = queue_up(line, "second")
    assert not second.came.is_set()
    first.leave()
    assert second.came.wait(PATIENCE)
    second.end()
    assert not line.running()


def test_an_error_in_a_turn_gives_it_back():
    line = Turns(1, 10)
    with pytest.raises(ZeroDivisionError), line.turn("one"):
        raise ZeroDivisionError
    with line.turn("another"):
        assert line.running() == 1


def test_one_turn_a_visitor_and_others_pass_the_one_who_cannot():
    """A run that was interrupted is still at it when the next one comes: that one waits for it."""
    line = Turns(2, 10)
    first = held(line, "ann")
    (again,) = queue_up(line, "ann")
    other = Visit(line, "ben")
    assert other.came.wait(PATIENCE) and not again.came.is_set()
    other.end()
    assert not again.came.is_set()
    assert set(again.ahead) <= {0}
    first.end()
    assert again.came.wait(PATIENCE)
    again.end()


def test_a_new_run_takes_the_place_in_line_of_the_one_it_replaces():
    line = Turns(1, 10)
    first = held(line)
    old, ben = queue_up(line, "ann", "ben")
    (new,) = queue_up(line, "ann")
    until(lambda: new.ahead and ben.ahead)
    assert new.ahead[0] == 0
    old.leave()
    first.end()
    assert new.came.wait(PATIENCE)
    new.end()
    ben.end()


def test_a_turn_within_a_turn_is_the_same_one():
    line = Turns(1, 1)
    with line.turn("ann") as outer, line.turn("ann") as inner:
        outer()
        inner()
        assert line.running() == 1
        (other,) = queue_up(line, "ben")
    assert other.came.wait(PATIENCE)
    other.end()
    assert not line.running()


def test_too_many_are_turned_away_but_not_a_new_run_of_one_who_waits():
    line = Turns(1, 2)
    first = held(line)
    ann, ben = queue_up(line, "ann", "ben")
    with pytest.raises(BusyError, match="Try again in a minute"), line.turn("cid"):
        pass
    (again,) = queue_up(line, "ann")
    first.end()
    for visit in (again, ann, ben):
        visit.end()
    with line.turn("cid"):
        assert not line.waiting()


def test_long_work_lets_others_in_between():
    line = Turns(1, 10)
    with line.turn("long") as give_way:
        short = queue_up(line, "ann", "ben")
        for visit in short:
            visit.done.set()
        give_way()
        assert all(visit.came.is_set() for visit in short)
        assert line.running() == 1
        give_way()  # with nobody waiting, nothing happens


def test_work_goes_on_for_a_slice_before_it_gives_way(monkeypatch):
    monkeypatch.setattr(turns, "SLICE_SECONDS", 60)
    line = Turns(1, 10)
    with line.turn("long") as give_way:
        (short,) = queue_up(line, "ann")
        give_way()
        assert not short.came.is_set()
    short.end()


def test_leaving_while_others_go_first_frees_the_place():
    line = Turns(1, 10)
    long = held(line, "long", gives_way=True)
    with line.turn("short"):
        until(lambda: long.ahead)  # it gave way, and is back in line
        long.leave()
    assert not line.running() and not line.waiting()


def test_measurements_are_made_one_at_a_time_and_other_work_passes_them():
    line = Turns(3, 10)
    first = held(line, "ann", lone=True)
    second = Visit(line, "ben", lone=True)
    until(lambda: line.waiting() == 1)
    other = Visit(line, "cid")
    assert other.came.wait(PATIENCE) and not second.came.is_set()
    first.end()
    assert second.came.wait(PATIENCE)
    second.end()
    other.end()


def test_the_wait_is_said_in_words():
    assert in_line(2) == "Waiting for your turn: 2 ahead of you…"
    assert in_line(0) == "Waiting for your turn: you are next…"


def test_a_second_begins_only_where_there_is_room():
    room = []
    line = Turns(2, 10, lambda: bool(room))
    first = held(line)  # one always can
    second = Visit(line, "second")
    until(lambda: second.ahead)
    assert not second.came.is_set() and line.waiting() == 1
    room.append("by now")
    assert second.came.wait(PATIENCE) and line.running() == 2
    for visit in (first, second):
        visit.end()


def test_without_room_long_work_is_interrupted_later(monkeypatch):
    monkeypatch.setattr(turns, "LONG_SLICE_SECONDS", 1e9)
    line = Turns(1, 10, lambda: False)
    first = held(line, gives_way=True)
    (second,) = queue_up(line, "second")
    until(lambda: len(second.ahead) > 5)
    assert not second.came.is_set()
    monkeypatch.setattr(turns, "LONG_SLICE_SECONDS", 0.0)
    assert second.came.wait(PATIENCE)
    for visit in (second, first):
        visit.end()
