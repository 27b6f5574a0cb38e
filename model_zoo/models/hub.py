"""Models on the Hugging Face Hub: their names, and what they are, without downloading them.

Of a repository only what a classifier needs is considered: its config, its tokenizer and its
weights as safetensors. Files that hold code, or run some when read, are passed over.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from model_zoo.errors import HubError
from model_zoo.models import hub_client
from model_zoo.models.classes import unfit
from model_zoo.models.files import INDEX, WEIGHTS
from model_zoo.models.sets import CONFIG

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo, RepoSibling

PREFIX = "hub:"
LIMIT = 2_000_000_000  # bytes of a download, unless told otherwise
CONFIG_LIMIT = 2_000_000
TOKENIZER = frozenset(("tokenizer.json", "vocab.txt", "vocab.json"))  # any of these, or *.model
TOKENIZER_MORE = frozenset(
    ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "merges.txt")
)

_PART = re.compile(r"\w(?:[\w.-]*\w)?", re.ASCII)
_SENTENCEPIECE = re.compile(r"\w[\w.-]*\.model", re.ASCII)
_SHARD = re.compile(r"model-(\d{5})-of-(\d{5})\.safetensors", re.ASCII)


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a repository. One of the two checksums is known, as a rule.

    `sha256` is that of the file, where the Hub keeps it apart from the repository, as it does with
    large ones; `git_sha1` is that of the git object of any other.
    """

    name: str
    bytes: int
    sha256: str | None = None
    git_sha1: str | None = None


@dataclass(frozen=True, slots=True)
class HubModel:
    """A classifier on the Hub as it was looked up: `commit` and its files do not change.

    `parameters` is None and `licence` is "not stated" where the repository does not say.
    """

    repo: str
    revision: str | None
    commit: str
    files: tuple[HubFile, ...]
    architecture: str
    model_type: str
    parameters: int | None
    licence: str

    @property
    def name(self) -> str:
        """Its name here, and that of its folder."""
        return model_name(self.repo, self.revision)

    @property
    def download_bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.bytes for file in self.files)

    @property
    def weights_bytes(self) -> int:
        """Bytes of its weights, which are about what it takes in memory."""
        return sum(file.bytes for file in self.files if file.name.endswith(".safetensors"))


def parse(text: str) -> tuple[str, str | None]:
    """Repository and revision (None for the latest) of "hub:org/name" or "hub:org/name@revision".

    Raises HubError where it is not written like that.

    >>> parse("hub:org/name"), parse("hub:org/name@v1.0")
    (('org/name', None), ('org/name', 'v1.0'))
    """
    repo, at, revision = text.strip().removeprefix(PREFIX).partition("@")
    if not text.strip().startswith(PREFIX) or (at and not revision):
        raise _misnamed(text)
    model_name(repo, revision or None)
    return repo, revision or None


def model_name(repo: str, revision: str | None) -> str:
    """The name of a repository's model in identities and for its folder.

    No two have the same, since the Hub allows no "--" in names. Raises HubError where a part is not
    one that the Hub would give.

    >>> model_name("org/name", None), model_name("org/name", "v1.0")
    ('org--name', 'org--name+v1.0')
    """
    parts = repo.split("/")
    names = [*parts, *([] if revision is None else [revision])]
    if (
        len(parts) != 2
        or len(repo) > 96
        or repo.endswith(".git")
        or len(revision or "") > 64
        or not all(_PART.fullmatch(name) for name in names)
        or any(pair in name for name in names for pair in ("--", ".."))
    ):
        raise _misnamed(repo if revision is None else f"{repo}@{revision}")
    return "--".join(parts) + (f"+{revision}" if revision else "")


def look_up(repo: str, revision: str | None = None, *, limit: int = LIMIT) -> HubModel:
    """What there is to know of a repository's model before it is downloaded.

    Raises HubError where the Hub is not to be reached or does not show it, where it is no sequence
    classifier that transformers has a class for, has no safetensors or no tokenizer, or where the
    download would be of more than `limit` bytes.
    """
    model_name(repo, revision)
    info = _info(repo, revision)
    files = {sibling.rfilename: sibling for sibling in info.siblings or ()}
    if CONFIG not in files:
        raise HubError(f"{repo} has no {CONFIG}, so it is no transformers model. Choose another.")
    config = _config(repo, str(info.sha))
    architecture = _architecture(config, repo)
    chosen = tuple(_file(files[name]) for name in _needed(files, repo))
    total, licence = info.safetensors, getattr(info.card_data, "license", None)
    model = HubModel(
        repo=repo,
        revision=revision,
        commit=str(info.sha),
        files=chosen,
        architecture=architecture,
        model_type=str(config["model_type"]),
        parameters=total.total if total else None,
        licence=licence if isinstance(licence, str) else "not stated",
    )
    if model.download_bytes > limit:
        raise HubError(
            f"{repo} is {model.download_bytes / 1e6:,.0f} MB to download, and {limit / 1e6:,.0f} "
            "MB are allowed here. Choose a smaller model."
        )
    return model


def _info(repo: str, revision: str | None) -> "ModelInfo":
    """The Hub's record of a repository, its files' sizes and checksums included."""
    from huggingface_hub import HfApi

    try:
        with hub_client.asking(repo):
            info = HfApi(endpoint=hub_client.endpoint()).model_info(
                repo, revision=revision, files_metadata=True, timeout=hub_client.TIMEOUT
            )
        if not re.fullmatch("[0-9a-f]{40}", info.sha or ""):
            raise ValueError("no commit")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _not_the_hubs() from error
    return info


def _file(sibling: "RepoSibling") -> HubFile:
    """A file as the Hub lists it; HubError where it does not give its size."""
    lfs = sibling.lfs
    size = lfs.size if lfs else sibling.size
    if not isinstance(size, int) or size < 0:
        raise _not_the_hubs()
    return HubFile(
        name=sibling.rfilename,
        bytes=size,
        sha256=lfs.sha256 if lfs else None,
        git_sha1=None if lfs else sibling.blob_id,
    )


def _config(repo: str, commit: str) -> dict[str, Any]:
    """The repository's config.json; HubError where it is damaged, or no classifier's."""
    content = b""
    with hub_client.opened(repo, commit, CONFIG) as response:
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > CONFIG_LIMIT:
                break
    try:
        config = json.loads(content)
    except ValueError:
        config = None
    try:
        reason = unfit(config)
    except (ValueError, TypeError, AttributeError):
        raise HubError(f"The {CONFIG} of {repo} is damaged. Choose another model.") from None
    if reason:
        raise HubError(f"{repo} {reason}")
    return config


def _architecture(config: Mapping[str, Any], repo: str) -> str:
    """The class that a config names; HubError where it is no sequence classifier we could load."""
    from transformers.models.auto import modeling_auto

    rows = config.get("architectures")
    names = [str(row) for row in rows] if isinstance(rows, list) else []
    architecture = next((n for n in names if n.endswith("ForSequenceClassification")), None)
    if architecture is None:
        other = f"a {names[0][:60]}" if names else "of no stated kind"
        raise HubError(
            f"{repo} is {other}, not a text classifier. Choose a model whose architecture ends in "
            "ForSequenceClassification."
        )
    kind = config.get("model_type")
    known = modeling_auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES
    if not isinstance(kind, str) or kind not in known:
        raise HubError(
            f"{repo} is a {architecture[:60]}, which needs code of its own, and none is run. "
            "Choose a model of a kind that transformers knows, such as BERT or RoBERTa."
        )
    return architecture


def _needed(files: Collection[str], repo: str) -> list[str]:
    """Names of the files to download; HubError where weights or tokenizer are missing."""
    shards = [match for match in map(_SHARD.fullmatch, sorted(files)) if match]
    if WEIGHTS in files:
        weights = [WEIGHTS]
    elif INDEX in files and shards and len(shards) == int(shards[0][2]):
        weights = [INDEX, *(match[0] for match in shards)]
    else:
        raise HubError(
            f"{repo} has no weights as safetensors, and others are not opened, since they can run "
            "code. Choose a model that has a model.safetensors."
        )
    vocabulary = [n for n in sorted(files) if n in TOKENIZER or _SENTENCEPIECE.fullmatch(n)]
    if not vocabulary:
        raise HubError(f"{repo} has no tokenizer. Choose a model that has a tokenizer.json.")
    more = sorted(TOKENIZER_MORE.intersection(files))
    return [CONFIG, *vocabulary, *more, *weights]  # the small ones first


def _misnamed(text: str) -> HubError:
    return HubError(
        f"{text.strip()[:80]!r} is no model's name on the Hub. Write it as hub:org/name, or with a "
        "branch, tag or commit as hub:org/name@revision."
    )


def _not_the_hubs() -> HubError:
    return HubError(
        f"{hub_client.host()} does not answer the way the Hub does. Check HF_ENDPOINT, and whether "
        "the network wants you to log in."
    )
