"""Whom a set of models, or a training, belongs to: whoever holds its secret, and the operator.

Only a digest of a secret is ever written down. What was made before there were owners, on the
command line, or put there by hand has none: it is the operator's, who is told by the token
QUARTET_ADMIN.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model_zoo.whole_files import write_json

OWNER = "owner.json"  # in the folder of a set
LEAST_TOKEN_CHARACTERS = 16  # of QUARTET_ADMIN: a shorter one could be guessed
_SECRET = re.compile(r"[A-Za-z0-9_-]{32}")
_DIGEST = re.compile(r"([0-9a-f]{64})?")
_MOST_BYTES = 1_000  # of the file


@dataclass(frozen=True, slots=True)
class Owner:
    """The digest of the owner's secret, "" for the operator's; `shared` is for all to see."""

    digest: str = ""
    shared: bool = False

    @staticmethod
    def from_json(record: Any) -> "Owner":
        """What `asdict` made; the operator's, and not shared, where that is none."""
        if not isinstance(record, dict) or not _DIGEST.fullmatch(str(record.get("digest"))):
            return Owner()
        return Owner(record["digest"], record.get("shared") is True)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds the secrets of these digests, and may be the operator."""

    digests: frozenset[str] = frozenset()
    operator: bool = False

    @staticmethod
    def of(held: Iterable[str], *, operator: bool = False) -> "Holder":
        """Who holds these secrets; what is none is passed over."""
        return Holder(frozenset(map(digest, filter(is_secret, held))), operator)

    def owns(self, owner: Owner) -> bool:
        """Whether what has this owner is theirs to stop, change, take along and delete."""
        return self.operator or _among(owner.digest, self.digests)

    def sees(self, owner: Owner) -> bool:
        """Whether they may know of what has this owner, and ask its models."""
        return owner.shared or self.owns(owner)


def new_secret() -> str:
    """A secret that nobody can guess, fit for an address."""
    return secrets.token_urlsafe(24)


def is_secret(text: str) -> bool:
    """Whether it has the form of one; anything else, however long, is not looked at further."""
    return _SECRET.fullmatch(text) is not None


def digest(secret: str) -> str:
    """What is written down of a secret. It is of 192 random bits: nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def operator_token() -> str | None:
    """QUARTET_ADMIN; None where it is not set, or too short to be one."""
    token = os.environ.get("QUARTET_ADMIN", "").strip()
    return token if len(token) >= LEAST_TOKEN_CHARACTERS else None


def is_operators(token: str) -> bool:
    """Whether this is the operator's token; False where there is none."""
    known = operator_token()
    return known is not None and hmac.compare_digest(
        digest(_encodable(known)), digest(_encodable(token))
    )


def read_owner(folder: Path) -> Owner:
    """The owner of the set in `folder`.

    Where there is no file, it is the operator's and shared, as sets that are put there by hand are
    meant to be; where the file is damaged, it is the operator's alone.
    """
    file = folder / OWNER
    if not os.path.lexists(file):
        return Owner(shared=folder.is_dir())
    try:
        if file.is_file():  # else opening it may take for ever
            with file.open("rb") as stream:
                return Owner.from_json(json.loads(stream.read(_MOST_BYTES)))
    except (OSError, ValueError, RecursionError):
        pass
    return Owner()


def write_owner(folder: Path, owner: Owner) -> None:
    """Have the set in `folder` be theirs; OSError where that cannot be written."""
    write_json(folder / OWNER, asdict(owner))


def _among(wanted: str, digests: Iterable[str]) -> bool:
    """Whether it is one of them, in a time that does not tell which, or how much of it agrees."""
    return sum(hmac.compare_digest(wanted, each) for each in digests) > 0  # looks at all of them


def _encodable(text: str) -> str:
    return text.encode(errors="replace").decode()
