"""The bundled kinds of network as ONNX graphs, written from their weights.

A graph takes word vectors, not ids: one lookup in front of it serves texts, and the same graph
serves whoever changes words on the way in. Operators of ONNX Runtime's own domain do in one step
what an exporter spreads over twenty. torch is not needed.

*Graph*: `inputs_embeds` (B, T, E) float32, `attention_mask` (B, T) int64 with ones first ->
`logits` (B, C), `states` (B, P, H) what the last layer gives at the first P positions. The head of
an encoder reads one position, so its last layer computes no more, unless `positions` (1,) int64
asks for it; a recurrent network's states are all there anyway.

ONNX Runtime rounds what goes into a product of 8-bit numbers by one scale, that of the largest and
the smallest number in it: of all texts of a call. A graph written `in_8_bits` keeps texts apart
all the same. An encoder's takes one a call, which costs little: each has many positions. The LSTM's
takes as many as there are, for the limits of what it reads are known, and two more numbers beside
it are always at these limits.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from model_zoo.backends.exports import POSITIONS
from model_zoo.models.files import read_config

OPSET = 17
IR_VERSION = 9
FUSED = "com.microsoft"
FUSED_OPSET = 1

Weights = Mapping[str, np.ndarray]


class Graph:
    """A graph in the making; `in_8_bits` if its products are to be."""

    def __init__(self, weights: Weights, in_8_bits: bool = False) -> None:
        self.weights, self.in_8_bits = weights, in_8_bits
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, values: np.ndarray | Sequence[int] | int) -> str:
        """A tensor that is part of the graph: float32, or whole numbers as int64."""
        array = np.asarray(values)
        kind = np.int64 if array.dtype.kind in "iu" else np.float32
        array = np.array(array, dtype=kind, order="C")  # keeps a single number one
        self._constants[name] = numpy_helper.from_array(array, name)
        return name

    def weight(self, name: str, *, turned: bool = False) -> str:
        """The network's weight of this name; `turned` from (out, in) to (in, out)."""
        array = self.weights[name]
        return self.constant(name, array.T if turned else array)

    def do(
        self, operator: str, inputs: Sequence[str], output: str | Sequence[str], **how: Any
    ) -> str:
        """Add an operator; the name of its first output."""
        outputs = [output] if isinstance(output, str) else list(output)
        fused = FUSED if operator in _FUSED_OPERATORS else ""
        self._nodes.append(helper.make_node(operator, list(inputs), outputs, domain=fused, **how))
        return outputs[0]

    def linear(self, inputs: str, name: str, output: str) -> str:
        """(B, in) -> (B, out) by the weight and bias of the layer `name`."""
        layer = [self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        return self.do("Gemm", [inputs, *layer], output, transB=1)

    def finish(self, vector: int, classes: int, width: int) -> onnx.ModelProto:
        """The model, checked."""
        floats, whole = TensorProto.FLOAT, TensorProto.INT64
        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            self._nodes,
            "classifier",
            [
                value("inputs_embeds", floats, ["batch", "tokens", vector]),
                value("attention_mask", whole, ["batch", "tokens"]),
            ],
            [
                value("logits", floats, ["batch", classes]),
                value("states", floats, ["batch", POSITIONS, width]),
            ],
            list(self._constants.values()),
        )
        if POSITIONS in self._constants:  # a constant that whoever runs the graph may replace
            graph.input.append(value(POSITIONS, whole, [1]))
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, FUSED_OPSET)]
        model = helper.make_model(graph, opset_imports=opsets)
        model.ir_version = IR_VERSION
        return model


_FUSED_OPERATORS = {"Attention", "MultiHeadAttention", "SkipLayerNormalization", "BiasGelu"}


def words_name(model_type: str) -> str:
    """The name of the weight that holds the word vectors."""
    return (
        "embeddings.weight"
        if model_type == "quartet_recurrent"
        else (f"{model_type}.embeddings.word_embeddings.weight")
    )


def _bert(graph: Graph, config: Mapping[str, Any]) -> onnx.ModelProto:
    weights, base = graph.weights, "bert.embeddings."
    # a text is one segment: its vector is the same everywhere, and joins the positions'
    segment = weights[f"{base}token_type_embeddings.weight"][0].astype(np.float32)
    places = weights[f"{base}position_embeddings.weight"].astype(np.float32) + segment
    names = {
        "layer": "bert.encoder.layer.{}.",
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "joined": "attention.output.dense",
        "first_norm": "attention.output.LayerNorm",
        "wide": "intermediate.dense",
        "narrow": "output.dense",
        "second_norm": "output.LayerNorm",
    }
    epsilon, heads = config.get("layer_norm_eps", 1e-12), config["num_attention_heads"]
    first = _encoder(graph, places, base, names, config["num_hidden_layers"], heads, float(epsilon))
    pooled = graph.do("Tanh", [graph.linear(first, "bert.pooler.dense", "pool")], "pooled")
    graph.linear(pooled, "classifier", "logits")
    classes, width = weights["classifier.weight"].shape
    return graph.finish(width, classes, width)


def _distilbert(graph: Graph, config: Mapping[str, Any]) -> onnx.ModelProto:
    weights, base = graph.weights, "distilbert.embeddings."
    names = {
        "layer": "distilbert.transformer.layer.{}.",
        "query": "attention.q_lin",
        "key": "attention.k_lin",
        "value": "attention.v_lin",
        "joined": "attention.out_lin",
        "first_norm": "sa_layer_norm",
        "wide": "ffn.lin1",
        "narrow": "ffn.lin2",
        "second_norm": "output_layer_norm",
    }
    places = weights[f"{base}position_embeddings.weight"].astype(np.float32)
    first = _encoder(graph, places, base, names, config["n_layers"], config["n_heads"], 1e-12)
    pooled = graph.do("Relu", [graph.linear(first, "pre_classifier", "pool")], "pooled")
    graph.linear(pooled, "classifier", "logits")
    classes, width = weights["classifier.weight"].shape
    return graph.finish(width, classes, width)


def _encoder(
    graph: Graph,
    places: np.ndarray,
    base: str,
    names: Mapping[str, str],
    layers: int,
    heads: int,
    epsilon: float,
) -> str:
    """Embeddings and `layers` layers that end in "states"; the first position's state (B, H)."""
    weights, do = graph.weights, graph.do
    do("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    do("Shape", ["inputs_embeds"], "length", start=1, end=2)
    zero = graph.constant("zero", [0])
    do("Slice", [graph.constant("places", places), zero, "length", zero], "placed")
    do("Add", ["inputs_embeds", "placed"], "sum")
    norm = [graph.weight(f"{base}LayerNorm.{part}") for part in ("weight", "bias")]
    hidden = do("LayerNormalization", ["sum", *norm], "embedded", axis=-1, epsilon=epsilon)
    for number in range(layers):
        layer = names["layer"].format(number)
        called = {part: layer + name for part, name in names.items() if part != "layer"}
        last = number == layers - 1
        parts = [called[part] for part in ("query", "key", "value")]
        matrices = [weights[f"{part}.weight"].T for part in parts]
        biases = graph.constant(
            f"{layer}biases", np.concatenate([weights[f"{part}.bias"] for part in parts])
        )

        def added(inputs: str, beside: str, projection: str, norm: str, output: str) -> str:
            """`inputs` through a projection, its bias and `beside` added, normalised."""
            product = do(
                "MatMul",
                [inputs, graph.weight(f"{projection}.weight", turned=True)],
                f"{output}.product",
            )
            parts = (f"{norm}.weight", f"{norm}.bias", f"{projection}.bias")
            others = [graph.weight(part) for part in parts]
            return do("SkipLayerNormalization", [product, beside, *others], output, epsilon=epsilon)

        if last:
            positions = graph.constant(POSITIONS, [1])
            asking = do("Slice", [hidden, zero, positions, graph.constant("along", [1])], "asking")
            queries = graph.constant(f"{layer}queries", matrices[0])
            others = graph.constant(f"{layer}keys and values", np.concatenate(matrices[1:], 1))
            do("MatMul", [asking, queries], f"{layer}query")
            do("MatMul", [hidden, others], f"{layer}others")
            halves = [f"{layer}key", f"{layer}value"]
            do("Split", [f"{layer}others"], halves, axis=2)
            inputs = [f"{layer}query", *halves, biases, "mask"]
            attended = do("MultiHeadAttention", inputs, f"{layer}attended", num_heads=heads)
            hidden = asking
        else:
            projections = graph.constant(f"{layer}projections", np.concatenate(matrices, 1))
            inputs = [hidden, projections, biases, "mask"]
            attended = do("Attention", inputs, f"{layer}attended", num_heads=heads)
        middle = added(attended, hidden, called["joined"], called["first_norm"], f"{layer}middle")
        wide = do(
            "MatMul",
            [middle, graph.weight(f"{called['wide']}.weight", turned=True)],
            f"{layer}wide",
        )
        bent = do("BiasGelu", [wide, graph.weight(f"{called['wide']}.bias")], f"{layer}bent")
        ends = "states" if last else f"{layer}out"
        hidden = added(bent, middle, called["narrow"], called["second_norm"], ends)
    return do("Gather", [hidden, graph.constant("first", 0)], "first state", axis=1)


def _recurrent(graph: Graph, config: Mapping[str, Any]) -> onnx.ModelProto:
    """ONNX's own LSTM, which is told the lengths of texts: padding is never read.

    In 8 bits a vector has two more numbers, the limits of all others, and a state two more units,
    which go to 1 and to -1 as fast as units can.
    """
    weights, do = graph.weights, graph.do
    hidden, vector = config["hidden_size"], config["embedding_size"]
    ends = ("", "_reverse")[: 1 + bool(config.get("bidirectional"))]
    layers, more = config["num_hidden_layers"], 2 * graph.in_8_bits
    limit = float(np.abs(weights[words_name("quartet_recurrent")]).max())
    do("ReduceSum", ["attention_mask", graph.constant("over tokens", [1])], "counted", keepdims=0)
    do("Cast", ["counted"], "lengths", to=TensorProto.INT32)
    inputs = do("Transpose", ["inputs_embeds"], "by position", perm=[1, 0, 2])  # (T, B, E)
    joined = graph.constant("joined", [0, 0, len(ends) * hidden])
    for number in range(layers):

        def stacked(part: str, number: int = number) -> np.ndarray:
            """A weight of all directions, gates in ONNX's order: input, output, forget, cell."""
            whole = np.stack([weights[f"lstm.{part}_l{number}{end}"] for end in ends])
            gates = whole.reshape(len(ends), 4, hidden, *whole.shape[2:])[:, (0, 3, 1, 2)]
            columns = [(0, more)] * (gates.ndim - 3)  # what is added is read by no unit
            gates = np.pad(gates, [(0, 0), (0, 0), (0, more), *columns])
            if more and part == "bias_ih":
                gates[:, :, hidden:] = _OPEN
                gates[:, 3, -1] = -_OPEN
            return gates.reshape(len(ends), 4 * (hidden + more), *gates.shape[3:])

        if more:
            inputs = _with_limits(graph, inputs, 1.0 if number else limit, f"limited {number}")
        biases = np.concatenate([stacked("bias_ih"), stacked("bias_hh")], axis=1)
        outputs = [f"outputs {number}", f"ends {number}"]
        do(
            "LSTM",
            [
                inputs,
                graph.constant(f"from input {number}", stacked("weight_ih")),
                graph.constant(f"from hidden {number}", stacked("weight_hh")),
                graph.constant(f"biases {number}", biases),
                "lengths",
            ],
            outputs,
            hidden_size=hidden + more,
            direction="bidirectional" if len(ends) == 2 else "forward",
        )  # outputs (T, D, B, H), ends (D, B, H)
        if more:
            slices = [graph.constant(f"own {at}", [at]) for at in (0, hidden, -1)]
            outputs = [do("Slice", [output, *slices], f"{output} own") for output in outputs]
        last = number == layers - 1
        turned = do(
            "Transpose",
            [outputs[0]],
            f"turned {number}",
            perm=[2, 0, 1, 3] if last else [0, 2, 1, 3],
        )
        inputs = do("Reshape", [turned, joined], "states" if last else f"inputs {number + 1}")
    do("Transpose", [outputs[1]], "ends turned", perm=[1, 0, 2])
    flat = do("Reshape", ["ends turned", graph.constant("flat", [0, len(ends) * hidden])], "end")
    graph.linear(flat, "classifier", "logits")
    return graph.finish(vector, len(weights["classifier.weight"]), len(ends) * hidden)


_OPEN = 30.0  # the sum before a gate that is open and a candidate that is 1, to the last bit


def _with_limits(graph: Graph, inputs: str, limit: float, output: str) -> str:
    """(T, B, E) -> (T, B, E + 2) by `limit` and -`limit`, which no other number goes beyond."""
    high, low = (graph.constant(f"{output} {sign}", np.array(sign * limit)) for sign in (1, -1))
    one = graph.constant("one column", [0, 0, 0, 0, 0, 1])
    clipped = graph.do("Clip", [inputs, low, high], f"{output} clipped")
    above = graph.do("Pad", [clipped, one, high], f"{output} above")
    return graph.do("Pad", [above, one, low], output)


KINDS: dict[str, Callable[[Graph, Mapping[str, Any]], onnx.ModelProto]] = {
    "bert": _bert,
    "distilbert": _distilbert,
    "quartet_recurrent": _recurrent,
}
TOGETHER = ("quartet_recurrent",)  # written in 8 bits they take any number of texts a call


def written(row: Any, weights: Weights, in_8_bits: bool = False) -> onnx.ModelProto | None:
    """The graph of the model `row` with these `weights`; None where its kind or config has none."""
    config = read_config(row)
    usual = (
        config.get("hidden_act", config.get("activation", "gelu")) == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not config.get("is_decoder")
        and not config.get("sinusoidal_pos_embds")
    )
    kind = KINDS.get(row.model_type)
    if not (kind and usual and words_name(row.model_type) in weights):
        return None
    try:
        return kind(Graph(weights, in_8_bits), config)
    except (KeyError, ValueError, TypeError):  # another head, or weights by other names
        return None
