"""Faults: a server that is killed, files that are damaged, and a host that has next to nothing.

`make fault` runs all of them; those marked long are left out of `make test`.
"""

import ctypes
import http.client
import os
import re
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from playwright.sync_api import expect

from model_zoo import paths
from model_zoo.models.files import WEIGHTS
from model_zoo.models.sets import model_set
from tests.browser.chromium import executable, free_port, started
from tests.browser.conftest import PATIENCE, guarded, measured
from tests.browser.test_compare import LABELS, VERDICT, box, submit
from tests.root import ROOT

SPECS = model_set().models
LONG_TEXT = f"A wonderful, moving film, hu{2_000 * 'r'}ay!"  # few tokens; too long for an address
NEW_LABELS = ".q-card:not([data-old]) .q-label"


@pytest.fixture
def caches(tmp_path):
    """A folder in which each model's memory is written down."""
    measured(tmp_path, *SPECS)
    return tmp_path


@pytest.fixture
def visit(browser):
    """A function that opens an address in a visitor's own context; scripts must not fail there."""
    contexts, errors = [], []

    def open_(address):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not errors


def answers(page, count=len(SPECS)):
    expect(page.locator(LABELS)).to_have_count(count)


def grow_old(page):
    """Mark the answers that are shown, to tell them from those that take their place."""
    page.evaluate("document.querySelectorAll('.q-card').forEach(card => card.dataset.old = 1)")


@pytest.mark.long
def test_open_tabs_go_on_after_the_server_was_killed(visit, caches, tmp_path):
    port = free_port()
    with guarded(tmp_path, caches) as env:
        with started(port=port, env=env) as server:
            short, long = visit(f"{server.address}/?text=A+dull+film."), visit(server.address)
            submit(long, LONG_TEXT)
            expect(long.locator(VERDICT)).to_contain_text("All four say positive")
            submit(short, "A dull & lifeless film.")
            expect(short).to_have_url(re.compile("lifeless"))
            expect(short.locator(VERDICT)).to_contain_text("All four say negative")
            for page in (short, long):
                expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
                grow_old(page)
            os.kill(server.process.pid, signal.SIGKILL)
            server.process.wait()
            expect(short.locator(VERDICT)).to_be_visible()
        with started(port=port, env=env):
            for page, text, label in (
                (short, "A dull & lifeless film.", "negative"),
                (long, LONG_TEXT, "positive"),
            ):
                expect(page.locator(NEW_LABELS)).to_have_count(len(SPECS))
                expect(box(page)).to_have_value(text)
                expect(page.locator(VERDICT)).to_contain_text(f"All four say {label}")
            # the first thing done on the new server counts
            submit(short, "Great fun, I loved it.")
            expect(short.locator(VERDICT)).to_contain_text("All four say positive")


def truncate(file):
    os.truncate(file, file.stat().st_size // 2)


def alter(file):
    with file.open("r+b") as stream:
        stream.seek(-1000, os.SEEK_END)
        stream.write(b"\xff" * 500)


def swap(file):
    """Another file in its place, as a package manager or `git checkout` would do it."""
    new = file.with_suffix(".new")
    new.write_bytes(b"not weights")
    new.replace(file)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the app, with weights that can be damaged, and its server, started as users do."""
    home = tmp_path_factory.mktemp("copy")
    folder = home / "app"
    for part in ("ui", "pages", "model_zoo", ".streamlit", "assets"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "app.py", folder)
    measured(home, *SPECS)
    with guarded(home, home) as env, started(folder, env=env, flags=()) as server:
        yield folder, server
    shutil.rmtree(folder)


DAMAGES = [
    {"bert": truncate, "lstm": Path.unlink},
    pytest.param({"bilstm": alter, "distilbert": swap, "lstm": truncate}, marks=pytest.mark.long),
]


@pytest.mark.parametrize("damages", DAMAGES, ids=lambda damages: ", ".join(damages))
def test_damaged_weights_fail_one_card_and_are_taken_up_again(visit, copy, damages):
    folder, server = copy
    page = visit(server.address)
    answers(page)
    maps = Path(f"/proc/{server.process.pid}/maps")
    if maps.exists():  # a truncated file that is mapped kills who reads it
        assert WEIGHTS not in maps.read_text()
    for number, (name, damage) in enumerate(damages.items()):
        file = folder / "assets" / "models" / name / WEIGHTS
        damage(file)
        grow_old(page)
        submit(page, f"A dull and lifeless film, number {number}.")
        card = page.locator(".q-card").nth(list(SPECS).index(name))
        expect(card.get_by_role("alert")).to_contain_text("git restore")
        expect(page.locator(NEW_LABELS)).to_have_count(len(SPECS) - 1)
        shutil.copy(paths.MODELS / name / WEIGHTS, file)
        grow_old(page)
        submit(page, f"A good film, number {number}.")
        expect(page.locator(NEW_LABELS)).to_have_count(len(SPECS))
    assert server.process.poll() is None


def shell(*commands):
    """A prefix that runs `commands` in a mount namespace of its own, then what follows it."""
    return ["unshare", "--mount", "sh", "-ec", "; ".join((*commands, 'exec "$@"')), "sh"]


def unwritable(_):
    """File systems that can only be read."""
    seal = "mount -o remount,bind,ro"
    return shell(f"{seal} /", f"for at in /tmp /dev/shm; do {seal} $at 2> /dev/null || true; done")


def full(folder):
    """No room for another byte where the app may write."""
    at = shlex.quote(str(folder))
    return shell(
        f"mount -t tmpfs -o size=16k tmpfs {at}",
        f"head -c 100000 /dev/zero > {at}/filler 2> /dev/null || true",
    )


def nameless(_):
    """A user whom the system does not know: no name, no home, no rights but to read."""
    return ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups",
            "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]  # fmt: skip


def permitted(prefix):
    """`prefix`, if a command can be started with it here."""
    try:
        subprocess.run([*prefix, "true"], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"not permitted here: {getattr(error, 'stderr', error)}")
    return prefix


@contextmanager
def no_network():
    """This thread, and what it starts, in a network namespace with nothing but loopback."""
    import fcntl

    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open() as before:
        if libc.unshare(0x40000000):  # CLONE_NEWNET
            pytest.skip(f"no network of its own here: {os.strerror(ctypes.get_errno())}")
        try:
            with socket.socket() as any_:  # SIOCSIFFLAGS with IFF_UP
                fcntl.ioctl(any_, 0x8914, struct.pack("16sh14x", b"lo", 1))
            yield
        finally:
            libc.setns(before.fileno(), 0)


@pytest.fixture
def browser_beside(browser, tmp_path):
    """A function that starts a browser in the network of a process."""
    opened = []

    def open_(process):
        wrapper = tmp_path / "browser"
        chromium = shlex.quote(executable() or browser.browser_type.executable_path)
        network = f"/proc/{process.pid}/ns/net"
        wrapper.write_text(f'#!/bin/sh\nexec nsenter --net={network} {chromium} "$@"\n')
        wrapper.chmod(0o755)
        launched = browser.browser_type.launch(args=["--no-sandbox"], executable_path=str(wrapper))
        opened.append(launched)
        return launched

    yield open_
    for launched in opened:
        launched.close()


HOSTS = [  # what its start needs, and whether it has a network
    pytest.param(unwritable, False, id="nothing can be written, no network"),
    pytest.param(full, True, id="the disk is full"),
    pytest.param(nameless, True, id="of nobody the system knows"),
]


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's namespaces")
@pytest.mark.parametrize(("host", "network"), HOSTS)
def test_a_poor_host_will_do(browser_beside, tmp_path, host, network):
    folder = tmp_path / "home"
    folder.mkdir()
    home = folder if host is full else "/nowhere"
    env = {"HOME": str(home), "TMPDIR": str(home), "XDG_CACHE_HOME": None}
    within = permitted(host(folder))
    with nullcontext() if network else no_network(), started(env=env, within=within) as server:
        page = browser_beside(server.process).new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{server.address}/?text=A+dull+and+lifeless+film.")
        answers(page)
        expect(page.locator(VERDICT)).to_contain_text("All four say negative")
        expect(page.locator(".q-facts")).to_have_count(len(SPECS))
        page.get_by_role("link", name="Attributions").first.click()
        expect(page.get_by_role("heading", name="How far to trust it")).to_be_visible()
        page.get_by_role("link", name="Your data").click()
        rows = "text,label\n" + "A good film.,1\n" * 150_000
        file = {"name": "rows.csv", "mimeType": "text/csv", "buffer": rows.encode()}
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_text("100,000 rows")).to_be_visible()
        assert page.get_by_test_id("stException").count() == 0


def test_no_other_machine_is_asked_at_the_start_or_by_foreign_pages(copy):
    _, server = copy  # which is guarded
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"))
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    stranger = {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Origin": "http://example.com"}
    connection.request("GET", "/_stcore/stream", headers=upgrade | stranger)
    assert connection.getresponse().status == 403
    connection.close()
