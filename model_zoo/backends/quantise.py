"""Graphs in 8 bits: weights rounded once, what goes into a product rounded as it comes."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import onnx

from model_zoo.host import sums_without_loss

_OPERATORS = ("MatMul", "Gemm", "Attention")
_RECURRENT = ("LSTM",)  # and no other beside it: its head is small, and would be of all texts
_LAYER = re.compile(r"(?:^|[./])layers?[./](\d+)[./]")


def quantise(model: onnx.ModelProto, file: Path, in_float: Sequence[str] = ()) -> None:
    """Write the 8-bit graph of `model` into `file`; nodes called `in_float` stay as they are.

    Weights are rounded by channel: to signed numbers, which is fastest. A processor that would cut
    off sums of their products gets unsigned ones, or, as the LSTM operator takes none, 7 bits.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    recurrent = _operators(model) == _RECURRENT
    cut_off = not sums_without_loss()
    with tempfile.TemporaryDirectory() as folder:
        whole, ready = Path(folder) / "whole.onnx", Path(folder) / "ready.onnx"
        onnx.save(_named(model), str(whole))
        try:
            quant_pre_process(str(whole), str(ready), skip_symbolic_shape=True)
        except Exception:  # it helps where it can; operators of other domains it does not know
            ready = whole
        quantize_dynamic(
            str(ready),
            str(file),
            op_types_to_quantize=list(_operators(model)),
            per_channel=True,
            reduce_range=cut_off and recurrent,
            weight_type=QuantType.QUInt8 if cut_off and not recurrent else QuantType.QInt8,
            nodes_to_exclude=list(in_float),
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},  # of fused operators
        )


def _operators(model: onnx.ModelProto) -> tuple[str, ...]:
    """What of it is computed in 8 bits."""
    kinds = {node.op_type for node in model.graph.node}
    return _RECURRENT if kinds.issuperset(_RECURRENT) else _OPERATORS


def one_text_a_call(model: onnx.ModelProto) -> None:
    """Have the graph declare that it takes one text, for its products have one scale a call."""
    for value in (*model.graph.input, *model.graph.output):
        if len(value.type.tensor_type.shape.dim) > 1:  # `positions` is of no text
            value.type.tensor_type.shape.dim[0].dim_value = 1


def candidates(model: onnx.ModelProto) -> Iterator[tuple[str, ...]]:
    """What is to stay in float32, the least first: nothing, the head, later layers as well."""
    operators = _operators(model)
    nodes = [node for node in _named(model).graph.node if node.op_type in operators]
    heads = tuple(node.name for node in nodes if node.op_type == "Gemm")
    layers = [int(found[1]) if (found := _LAYER.search(node.name)) else -1 for node in nodes]
    most = max(layers, default=-1)
    yield ()
    yield heads
    if most > 0:
        for first in (most, (most + 1) // 2):
            late = (n.name for n, layer in zip(nodes, layers, strict=True) if layer >= first)
            yield (*heads, *late)


def _named(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with a name for each node, that of its first output."""
    for node in model.graph.node:
        node.name = node.name or f"{node.op_type} {node.output[0]}"
    return model
