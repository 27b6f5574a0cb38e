"""Secrets: what is one, whose is what, and that nothing else opens it."""

import hmac
import json
import os
from pathlib import Path

import pytest

from model_zoo.models import owner as owners
from model_zoo.models.owner import (
    Holder,
    Owner,
    digest,
    is_operators,
    is_secret,
    new_secret,
    operator_token,
    read_owner,
    write_owner,
)
from model_zoo.tuning.process import environment

FORGERIES = {
    "other case": str.swapcase,
    "lower case": str.lower,
    "cut short": lambda secret: secret[:-1],
    "a space": lambda secret: f"{secret} ",
    "a line": lambda secret: f"{secret}\n",
    "long": lambda secret: secret * 100_000,
    "nothing": lambda secret: "",
    "its digest": digest,
    "half its digest": lambda secret: digest(secret)[:32],
    "another": lambda secret: new_secret(),
    "a mark before": lambda secret: f"\ufeff{secret}",
    "other letters": lambda secret: "\U0001d4d0" * 32,
    "half a pair": lambda secret: "\ud800" * 32,
}


def test_secrets_cannot_be_guessed_and_fit_into_addresses():
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100 and all(is_secret(each) and len(each) == 32 for each in made)


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_only_the_secret_itself_opens_it(forge):
    secret = new_secret()
    of = Owner(digest(secret))
    assert Holder.of([new_secret(), secret]).owns(of)
    forged = Holder.of([forge(secret)])
    assert (
        not forged.owns(of) and not forged.sees(of) and forged.sees(Owner(of.digest, shared=True))
    )


def test_what_nobody_has_a_secret_of_is_the_operators():
    for held in ((), ("",), (new_secret(),)):
        assert not Holder.of(held).owns(Owner())
    assert Holder.of((), operator=True).owns(Owner(digest(new_secret())))


def test_digests_are_compared_in_a_time_that_tells_nothing(monkeypatch):
    compared = []
    of = [digest(new_secret()) for _ in range(3)]
    same = hmac.compare_digest
    monkeypatch.setattr(
        owners.hmac, "compare_digest", lambda a, b: compared.append(b) or same(a, b)
    )
    assert Holder(frozenset(of)).owns(Owner(of[0])) and sorted(compared) == sorted(of)


@pytest.mark.parametrize("token", [None, "", "short", " " * 40])
def test_a_token_that_could_be_guessed_is_none(monkeypatch, token):
    monkeypatch.setenv("QUARTET_ADMIN", token or "")
    if token is None:
        monkeypatch.delenv("QUARTET_ADMIN")
    assert operator_token() is None and not is_operators(token or "")


def test_the_token_is_the_operators_alone(monkeypatch):
    token = "a token nobody guesses"
    monkeypatch.setenv("QUARTET_ADMIN", token)
    assert is_operators(token)
    for forged in ("", token.upper(), token[:-1], f"{token} ", token * 10_000, "\ud800"):
        assert not is_operators(forged)


def test_only_the_digest_is_written(tmp_path):
    secret = new_secret()
    write_owner(tmp_path, Owner(digest(secret), shared=True))
    assert read_owner(tmp_path) == Owner(digest(secret), shared=True)
    assert secret not in (tmp_path / "owner.json").read_text()
    write_owner(tmp_path, Owner(shared=True))  # the operator's, for all to see
    assert read_owner(tmp_path) == Owner(shared=True)


def test_a_set_without_a_record_is_the_operators_for_all_to_see(tmp_path):
    assert read_owner(tmp_path) == Owner("", shared=True)


@pytest.mark.parametrize(
    "record",
    ["", "null", "[]", "[" * 100_000, "{}", '{"digest": [[]]}', '{"digest": "x", "shared": true}',
     '{"shared": true}', json.dumps({"digest": "A" * 64, "shared": True}), '{"digest": null}'],
)  # fmt: skip
def test_a_damaged_record_opens_it_to_nobody(tmp_path, record):
    (tmp_path / "owner.json").write_text(record)
    assert read_owner(tmp_path) == Owner()


@pytest.mark.parametrize(
    "make", [Path.mkdir, os.mkfifo, lambda file: file.symlink_to("nowhere")],
    ids=["folder", "pipe", "link to nowhere"],
)  # fmt: skip
def test_a_record_that_is_no_file_opens_it_to_nobody(tmp_path, make):
    make(tmp_path / "owner.json")
    assert read_owner(tmp_path) == Owner()


def test_a_training_is_not_given_the_token(monkeypatch):
    monkeypatch.setenv("QUARTET_ADMIN", "a token nobody guesses")
    assert "QUARTET_ADMIN" not in environment()
