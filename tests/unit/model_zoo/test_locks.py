"""Locks: one block at a time, and looking at one takes it from nobody."""

import os
import subprocess
import sys
from threading import Event, Thread, Timer, current_thread

import pytest

from model_zoo.errors import DataError
from model_zoo.locks import held, is_held, writing
from tests.root import ROOT


def test_one_block_at_a_time_holds_a_lock(tmp_path):
    lock = tmp_path / "lock"
    assert not is_held(lock)
    with held(lock) as first, held(lock) as second:
        assert first and not second and is_held(lock)
    assert not is_held(lock)


def test_looking_at_a_lock_takes_it_from_nobody(tmp_path, monkeypatch):
    lock, looking, seen, close = tmp_path / "lock", Event(), Event(), os.close
    lock.touch()

    def slow(handle):
        if current_thread() is looker:
            looking.set()
            seen.wait(10)
        close(handle)

    looker = Thread(target=is_held, args=[lock])
    monkeypatch.setattr(os, "close", slow)
    looker.start()
    looking.wait(10)
    Timer(0.05, seen.set).start()
    with held(lock) as mine:
        assert mine
    looker.join()


def test_a_passing_lock_is_deleted_and_held_by_one_all_the_same(tmp_path):
    lock, inside, most = tmp_path / "lock", [], []

    def work():
        for _ in range(100):
            with held(lock, wait_s=30, passing=True) as mine:
                assert mine
                inside.append(None)
                most.append(len(inside))
                inside.pop()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert most == [1] * 400 and not lock.exists()


def test_a_lock_ends_with_its_process(tmp_path):
    lock = tmp_path / "lock"
    code = (
        "import sys, pathlib; from model_zoo.locks import held\n"
        "with held(pathlib.Path(sys.argv[1])) as mine: print(mine, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, lock],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"True\n"
        assert is_held(lock)
        process.kill()
    assert not is_held(lock)


def test_what_is_read_or_being_written_is_not_written(tmp_path):
    file, link = tmp_path / "a.csv", tmp_path / "b.csv"
    file.touch()
    link.symlink_to(file)
    for same in (file, link, tmp_path / "." / "a.csv"):
        with pytest.raises(DataError, match="would be lost"), writing(same, None, file):
            pass
    killed = tmp_path / ".c.csv.0123456789ab"  # while it wrote
    killed.touch()
    with writing(tmp_path / "c.csv", file):
        assert not killed.exists()
        with pytest.raises(DataError, match="another run"), writing(tmp_path / "c.csv"):
            pass
        with writing(tmp_path / "d.csv"):
            pass
    with pytest.raises(DataError, match="cannot be written"), writing(tmp_path / "no" / "c.csv"):
        pass
    with writing(tmp_path / "no" / "more" / "c.csv", parents=True):
        assert (tmp_path / "no" / "more").is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]
