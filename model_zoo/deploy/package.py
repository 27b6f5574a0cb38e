"""The recommended option to take away: a zip that answers texts without this library.

The same option gives the same bytes: entries are in a fixed order and bear no time.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from tokenizers import Tokenizer

from model_zoo.backends import exports
from model_zoo.deploy.advise import Advice
from model_zoo.deploy.options import Option, Survey, record
from model_zoo.deploy.wording import accuracy_about, sentences
from model_zoo.errors import EngineError, MeasureError
from model_zoo.host import free_bytes
from model_zoo.models.engines import engine
from model_zoo.models.files import INDEX, check_weights, weights_files
from model_zoo.models.network import ModelId
from model_zoo.models.registry import spec
from model_zoo.models.spec import ModelSpec
from model_zoo.text import typed
from model_zoo.text.tokens import TextTokenizer

_HERE = Path(__file__).parent
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip knows no earlier time
_LEAN = ("numpy", "onnxruntime", "tokenizers")
_TORCH = ("numpy", "tokenizers", "torch", "transformers")
SPARE_BYTES = 50_000_000  # that stay free beside a zip in memory


def file_name(option: Option) -> str:
    """What to call the zip.

    >>> file_name(Option("mine/bert@onnx-int8", 1, 1, 23, 20, 1.0, 1.0, 0, 0))
    'bert-onnx-int8.zip'
    """
    identity = ModelId(option.model)
    return f"{identity.name}-{identity.engine}.zip"


def check_packable(advice: Advice) -> Option:
    """The recommended option, if it can be taken away.

    Raises MeasureError where nothing meets the needs, EngineError where the option cannot be had
    without this library, or its export is gone.
    """
    option = advice.option
    if option is None or not advice.meets:
        raise MeasureError("No option meets what you need, so there is none to pack. Need less.")
    row = spec(option.model)
    if not engine(row.id.engine).exported:
        plain = row.architecture.module.startswith("transformers:")
        if not plain or not engine(row.id.engine).exact:  # the zip would compute in float32
            raise EngineError(
                f"{row.title} on torch needs this library, so no zip of it would run alone. Choose "
                "one of the other engines."
            )
    elif exports.find(row, check_weights(row)) is None:
        raise EngineError(f"The export of {row.title} is gone. Measure again.")
    return option


def write_package(survey: Survey, advice: Advice, to: BinaryIO) -> None:
    """Write the zip of the recommended option to a binary stream; raises as `check_packable`."""
    option = check_packable(advice)
    row = spec(option.model)
    texts, files = _texts(survey, advice, option, row), dict(_files(row))
    with ZipFile(to, "w") as archive:
        for name in sorted([*texts, *files]):
            entry = ZipInfo(name, _EARLIEST)
            entry.external_attr = 0o644 << 16
            if name in texts:
                entry.compress_type = ZIP_DEFLATED
                archive.writestr(entry, texts[name])
            else:  # weights do not get smaller
                entry.compress_type = ZIP_STORED
                entry.file_size = files[name].stat().st_size
                with files[name].open("rb") as source, archive.open(entry, "w") as target:
                    shutil.copyfileobj(source, target, 1 << 20)


def check_room(option: Option) -> None:
    """Raises MeasureError where the zip of the option does not fit into memory."""
    needed = 2 * option.disk_bytes + SPARE_BYTES
    if (free := free_bytes()) < needed:
        raise MeasureError(
            f"Packing it here takes {needed / 1e6:,.0f} MB of memory, and "
            f"{max(0, free) / 1e6:,.0f} MB are free. Use `python -m model_zoo advise --out`."
        )


def _texts(survey: Survey, advice: Advice, option: Option, row: ModelSpec) -> dict[str, str]:
    """Name -> content of what is written for the zip."""
    torch = not engine(row.id.engine).exported
    words = sentences(survey, advice)
    tokenizer = TextTokenizer(row.folder)
    network = _HERE / ("network_torch.py" if torch else "network_onnx.py")
    requirements = [f"{name}=={_released(name)}\n" for name in (_TORCH if torch else _LEAN)]
    return {
        "README.md": _readme(survey, row, words),
        "figures.json": _json(_figures(survey, advice, option, words)),
        "labels.json": _json(in_order_of_classes(row.labels, row.order)),
        "network.py": network.read_text(encoding="utf-8"),
        "requirements.txt": "".join(requirements),
        "serve.py": (_HERE / "serve.py").read_text(encoding="utf-8"),
        "tokenizer.json": ready(tokenizer).to_str(),
    }


def in_order_of_classes(labels: Sequence[str], order: Sequence[int]) -> list[str]:
    """The labels in the order of the network's classes; `order` is the class of each label.

    >>> in_order_of_classes(["cold", "warm", "hot"], [2, 0, 1])
    ['warm', 'hot', 'cold']
    """
    by_class = dict(zip(order or range(len(labels)), labels, strict=True))
    return [by_class[number] for number in sorted(by_class)]


def ready(tokenizer: TextTokenizer) -> Tokenizer:
    """A tokenizer of its own that cuts to the model's length, and fills up batches."""
    own = typed.ready(Tokenizer.from_str(tokenizer.backend.to_str()))
    own.enable_truncation(tokenizer.max_tokens)
    own.enable_padding(
        direction="left" if tokenizer.pad_left else "right",
        pad_id=tokenizer.pad_id,
        pad_token=own.id_to_token(tokenizer.pad_id) or "[PAD]",
    )
    return own


def _files(row: ModelSpec) -> Iterator[tuple[str, Path]]:
    """(name in the zip, file) of the network itself."""
    if not engine(row.id.engine).exported:
        index = row.folder / INDEX
        for file in (row.folder / "config.json", *weights_files(row), index):
            if file != index or file.is_file():
                yield f"model/{file.name}", file
        return
    for file in sorted(exports.folder_of(row, check_weights(row)).iterdir()):
        if file.name != exports.RECORD:
            yield file.name, file


def _figures(survey: Survey, advice: Advice, option: Option, words: list[str]) -> dict[str, Any]:
    """What was measured of the option, and what it was chosen for."""
    same = [
        record(other)
        for other in survey.options
        if (other.model, other.threads) == (option.model, option.threads)
    ]
    return {
        "model": option.model,
        "threads": option.threads,
        "options": same,
        "needs": asdict(advice.needs),
        "words": words,
        "taken": survey.taken,
        "host": asdict(survey.host),
    }


def _readme(survey: Survey, row: ModelSpec, words: list[str]) -> str:
    torch = not engine(row.id.engine).exported
    what = "`model/` (safetensors, for `transformers`)" if torch else "`model.onnx`"
    lines = "\n".join(f"- {line}" for line in words)
    machine = survey.host
    return f"""# {row.title}

{engine(row.id.engine).description}. Answers texts with {len(row.labels)} labels; needs Python 3.11
or newer{"" if torch else ", and no torch"}.

```
python -m venv .venv
.venv/bin/pip install -r requirements.txt
.venv/bin/python serve.py "A text to answer."
.venv/bin/python serve.py --port 8000
curl -d '["A text to answer."]' http://127.0.0.1:8000
```

`serve.py` answers this machine alone, whoever asks: put a server with access control before it.
The network is in {what}; `tokenizer.json` cuts texts to the model's length and fills up batches;
`labels.json` names the classes in the network's order.

## As it was measured

{lines}

{accuracy_about(survey)}
Measured on {machine.processor}, {machine.cores} cores, {survey.taken}; all figures are in
`figures.json`. Memory is that of a process of the measuring library, which serves alike.
"""


def _released(name: str) -> str:
    """The version, without what tells builds of the same apart."""
    return version(name).partition("+")[0]


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
