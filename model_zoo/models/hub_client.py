"""Asking the Hugging Face Hub for a file, and saying in a sentence why it was not to be had.

The Hub's own library makes the addresses, the headers and the connection. It reads HF_ENDPOINT when
it is imported; here the address is read whenever something is asked, and handed to it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from model_zoo import paths
from model_zoo.errors import HubError

if TYPE_CHECKING:  # the app starts without the Hub's library
    from httpx2 import Response
    from huggingface_hub.errors import HfHubHTTPError

PUBLIC = "https://huggingface.co"
TIMEOUT = 30.0  # seconds without a byte


def allowed() -> bool:
    """Whether whoever runs the app lets its visitors ask the Hub, by QUARTET_HUB=1."""
    return os.environ.get("QUARTET_HUB") == "1"


def hub_folder() -> Path:
    """Where downloads lie unless told otherwise: QUARTET_HUB_FOLDER, or in the user's data folder.

    Raises HubError where the user has none. The folder may not be there yet.
    """
    if chosen := os.environ.get("QUARTET_HUB_FOLDER"):
        return Path(chosen).expanduser()
    folder = paths.user_data()
    if folder is None:
        raise HubError(
            "There is no home folder to download to. Set QUARTET_HUB_FOLDER to a folder."
        )
    return folder / "hub"


def endpoint() -> str:
    """Address of the Hub: HF_ENDPOINT, or else the public one; HubError where it is no address."""
    address = (os.environ.get("HF_ENDPOINT") or PUBLIC).rstrip("/")
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise HubError(
            "HF_ENDPOINT does not hold an address. Set it to one that begins with https://, or "
            "remove it."
        )
    return address


def host() -> str:
    """Name of the host that is asked, with its port if it has one; raises as `endpoint`."""
    return urlsplit(endpoint()).netloc.rpartition("@")[2]


@contextmanager
def opened(repo: str, commit: str, file: str, start: int = 0) -> "Iterator[Response]":
    """The Hub's answer to a request for a file, from byte `start` on; its body is not yet read.

    Its status is 206 where `start` was heeded, 200 where the whole file comes, and 416 where the
    file has no such byte. The user's token, if
    there is one, goes to the Hub alone: where it refers to another host, that host does not get it.
    Raises HubError where the answer is a refusal, or breaks off while the block reads it.
    """
    from huggingface_hub import hf_hub_url
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    address = hf_hub_url(repo, file, revision=commit, endpoint=endpoint())
    headers = build_hf_headers() | {"accept-encoding": "identity"}  # bytes as they are counted
    if start:
        headers["range"] = f"bytes={start}-"
    with (
        asking(repo),
        get_session().stream(
            "GET", address, headers=headers, timeout=TIMEOUT, follow_redirects=True
        ) as response,
    ):
        if response.status_code != 416:
            hf_raise_for_status(response)
        yield response


@contextmanager
def asking(repo: str) -> Iterator[None]:
    """Raises HubError in place of what a request for `repo` in this block raises."""
    from huggingface_hub.errors import HfHubHTTPError, HTTPError, OfflineModeIsEnabled

    try:
        yield
    except OfflineModeIsEnabled as error:
        raise HubError(
            "HF_HUB_OFFLINE is set, so nothing is asked of the Hub. Remove it and start again, or "
            "use a model in a folder."
        ) from error
    except HfHubHTTPError as error:
        raise HubError(_refusal(error, repo)) from error
    except HTTPError as error:
        raise HubError(
            f"{host()} cannot be reached, or the connection broke off. Check the network and try "
            "again: a download goes on where it stopped."
        ) from error


def _refusal(error: "HfHubHTTPError", repo: str) -> str:
    """What a refused request means, and what to do."""
    from huggingface_hub.errors import GatedRepoError, RevisionNotFoundError

    status, name = error.response.status_code, f"{host()}/{repo}"
    answering = error.response.url.host  # another where the Hub keeps its large files
    if answering != urlsplit(endpoint()).hostname:
        return f"{answering}, which keeps files for the Hub, refused ({status}). Try again later."
    # The Hub answers 401 for what does not exist, too, unless it knows who asks.
    if isinstance(error, GatedRepoError) or status == 403:
        return (
            f"{name} is gated: accept its terms there, and set HF_TOKEN to a token of yours that "
            "may read it."
        )
    if status == 401:
        return (
            f"{host()} shows no {repo} to us: it is private, or there is none. Check the name, or "
            "set HF_TOKEN to a token that may read it."
        )
    if isinstance(error, RevisionNotFoundError):
        return f"{name} has no such revision. Check its branches and tags, or leave it out."
    if status == 404:
        return f"{name} does not exist, or lacks a file. Check the name."
    if status == 429:
        seconds = _wait(error.response)
        when = f"in {seconds:,} seconds" if seconds else "in a few minutes"
        return f"{host()} has had too many requests from here. Try again {when}."
    return f"{host()} answered with an error ({status}). Try again later."


def _wait(response: "Response") -> int | None:
    """Seconds after which a server will listen again, as it says; None where it does not say."""
    from huggingface_hub.utils import parse_ratelimit_headers

    asked = response.headers.get("retry-after", "").strip()
    if asked.isdigit():
        return int(asked)
    try:
        when = parsedate_to_datetime(asked)
    except ValueError:
        limit = parse_ratelimit_headers(response.headers)
        return limit.reset_in_seconds if limit else None
    return max(1, round((when.astimezone(UTC) - datetime.now(UTC)).total_seconds()))
