"""What to do with a file that has more rows than the page takes: the commands for all of them."""

import shlex
from collections.abc import Sequence
from pathlib import PurePath

import streamlit as st

from model_zoo import paths
from model_zoo.labels import LabelReader
from model_zoo.models.network import ModelId
from model_zoo.models.registry import spec
from model_zoo.models.sets import ModelSet
from ui.data.dataset import MAX_ROWS, Dataset


def beyond_section(data: Dataset, models: Sequence[str], among: ModelSet) -> None:
    """The commands that score, and with labels evaluate, the whole file with these models."""
    if not data.left_out or not models:
        return
    st.caption(
        f"The command line scores more than {MAX_ROWS:,} rows, on all cores of a machine or on a "
        "cluster (it needs what is in requirements-cluster.txt). The `_summary.parquet` that it "
        "writes can be opened here."
    )
    st.code("\n".join(commands(data, models, among)), language="shell", wrap_lines=True)


def commands(data: Dataset, models: Sequence[str], among: ModelSet) -> list[str]:
    """Lines for a shell: `score`, and where a column holds labels, `evaluate`."""
    program = ["quartet"] if paths.INSTALLED else ["python", "-m", "model_zoo"]
    given = [
        data.name,
        "--text",
        data.text,
        "--models",
        ",".join(_named(ModelId(model)) for model in models),
    ]
    if among.name != ModelId.SET:
        given += ["--set", among.name]
    if data.frame.columns[0] == "column 1":
        given.append("--no-header")
    where = ["--cluster", "local"]
    out = f"{PurePath(data.name).stem or 'answers'}-scored"
    lines = [[*program, "score", *given, "--out", out, *where]]
    if data.label is not None and _named_alike(data):
        lines.append([*program, "evaluate", *given, "--label", data.label, *where])
    return [shlex.join(line) for line in lines]


def _named_alike(data: Dataset) -> bool:
    """Whether `evaluate` reads the labels as they are read here, and all of them."""
    reader = LabelReader(data.meant, data.mapping)
    return None not in data.mapping.values() and reader.meanings(data.mapping) == data.mapping


def _named(model: ModelId) -> str:
    """The model as --models takes it: by its name in the set, or by its folder."""
    engine = "" if model.engine == ModelId.ENGINE else f"@{model.engine}"
    return (str(spec(model).folder) if model.is_own else model.name) + engine
