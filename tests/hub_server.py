"""A server on this machine that gives models the way the Hugging Face Hub does, faults included."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote, urlsplit

import pytest
from huggingface_hub import constants

LARGE = (".safetensors", ".model", ".bin")  # kept apart from the repository, by their sha256
API = re.compile(r"/api/models/([^/]+/[^/]+)(?:/revision/([^/]+))?")
RESOLVE = re.compile(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)")
KEPT = "/kept/"  # where large files lie, on what clients take for another host


@dataclass
class Repository:
    """Name -> content of the files of a repository, and what it says of itself."""

    files: dict[str, bytes]
    revisions: tuple[str, ...] = ("main",)
    says: dict = field(default_factory=dict)  # more of its record

    @property
    def commit(self) -> str:
        """Changes with the files."""
        return hashlib.sha1(repr(sorted(self.files.items())).encode()).hexdigest()

    def record(self, name: str) -> dict:
        """What the Hub's API tells of it."""
        siblings: list[dict] = []
        for file, content in self.files.items():
            object_id = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            siblings.append({"rfilename": file, "size": len(content), "blobId": object_id})
            if file.endswith(LARGE):
                sha256 = hashlib.sha256(content).hexdigest()
                siblings[-1] |= {
                    "blobId": hashlib.sha1(sha256.encode()).hexdigest(),  # of the pointer
                    "lfs": {"sha256": sha256, "size": len(content), "pointerSize": 134},
                }
        record = {"_id": "0", "id": name, "modelId": name, "sha": self.commit, "private": False}
        return record | {"tags": [], "downloads": 0, "siblings": siblings} | self.says


@dataclass(frozen=True)
class Request:
    """A request as it came, and how many bytes of the body were sent."""

    path: str
    range: str | None
    token: str | None
    status: int
    sent: int

    @property
    def file(self) -> str:
        """The file that was asked for, "" for the record of a repository."""
        return self.path.rpartition("/")[2] if "/api/" not in self.path else ""


class HubServer:
    """What is served, what goes wrong, and what was asked for.

    `refuse` answers every request whose path holds its key with a status and headers; `cut` closes
    the connection after so many bytes of a file, once; `alter` flips a byte of a file; `elsewhere`
    refers to another host for large files; `ranges` says whether a Range is heeded.
    """

    def __init__(self, port: int = 0) -> None:
        self.repositories: dict[str, Repository] = {}
        self.requests: list[Request] = []
        self.heal()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                hub.answer(self)

            def do_HEAD(self) -> None:
                hub.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True

    def heal(self) -> None:
        """Nothing goes wrong from now on."""
        self.refuse: dict[str, tuple[int, dict[str, str]]] = {}
        self.cut: dict[str, int] = {}
        self.alter: set[str] = set()
        self.elsewhere = False
        self.ranges = True

    @property
    def address(self) -> str:
        """What HF_ENDPOINT is set to."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def asked(self, file: str) -> list[Request]:
        """The requests for a file that sent bytes of it, or refused to."""
        return [request for request in self.requests if request.file == file]

    @classmethod
    @contextmanager
    def asked_by(cls, monkeypatch: pytest.MonkeyPatch) -> Iterator["HubServer"]:
        """A new one, in a block where it is the Hub that this process asks, without a token."""
        monkeypatch.delenv("HF_TOKEN", raising=False)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        with cls().running() as server:
            monkeypatch.setenv("HF_ENDPOINT", server.address)
            yield server

    @contextmanager
    def running(self) -> Iterator["HubServer"]:
        """A block during which it answers."""
        thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Serve one request."""
        path = unquote(urlsplit(handler.path).path)
        refused = next((what for key, what in self.refuse.items() if key in path), None)
        kept = path.startswith(KEPT)
        api, resolve = API.fullmatch(path), RESOLVE.fullmatch(path.replace(KEPT, "/", 1))
        if refused:
            self._send(handler, refused[0], refused[1], b'{"error": "refused"}')
            return
        repository = self.repositories.get((api or resolve or [""] * 2)[1])
        if repository is None:
            self._send(handler, 404, {"X-Error-Code": "RepoNotFound"})
            return
        revisions = (*repository.revisions, repository.commit, None)
        if (api or resolve)[2] not in revisions:  # type: ignore[index]
            self._send(handler, 404, {"X-Error-Code": "RevisionNotFound"})
        elif api:
            record = json.dumps(repository.record(api[1])).encode()
            self._send(handler, 200, {"Content-Type": "application/json"}, record)
        elif resolve and resolve[3] not in repository.files:
            self._send(handler, 404, {"X-Error-Code": "EntryNotFound"})
        elif resolve and self.elsewhere and not kept and resolve[3].endswith(LARGE):
            address = self.address.replace("127.0.0.1", "localhost")
            self._send(handler, 302, {"Location": f"{address}{KEPT}{path[1:]}"})
        elif resolve:
            self._send_file(handler, repository, resolve[3])

    def _send_file(
        self, handler: BaseHTTPRequestHandler, repository: Repository, name: str
    ) -> None:
        content = repository.files[name]
        headers = {
            "X-Repo-Commit": repository.commit,
            "X-Linked-Size": str(len(content)),
            "ETag": f'"{hashlib.sha256(content).hexdigest()}"',
            "Accept-Ranges": "bytes",
        }
        if name in self.alter:
            content = content[:-1] + bytes([content[-1] ^ 1])
        status, asked = 200, re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        if asked and self.ranges:
            start, size = int(asked[1]), len(content)
            if start >= size:
                self._send(handler, 416, {"Content-Range": f"bytes */{size}"})
                return
            status, content = 206, content[start:]
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        self._send(handler, status, headers, content, self.cut.pop(name, None))

    def _send(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        headers: Mapping[str, str],
        body: bytes = b"",
        cut: int | None = None,
    ) -> None:
        sent = b"" if handler.command == "HEAD" else body[:cut]
        self.requests.append(
            Request(
                path=f"http://{handler.headers['Host']}{unquote(handler.path)}".partition("?")[0],
                range=handler.headers.get("Range"),
                token=handler.headers.get("Authorization"),
                status=status,
                sent=len(sent),
            )
        )
        handler.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(key, value)
        handler.end_headers()
        handler.wfile.write(sent)
        if cut is not None:
            handler.wfile.flush()
            handler.close_connection = True
