"""The encoder as an ONNX graph: ids of equally long texts in, vectors and token states out.

Texts of a batch have the same length, so there is no padding and no mask, and the vector
of a text is the same, to the last bit, whatever it shares its batch with.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from minilm.linear import Linear
from minilm.weights import Weights

OPSET, IR_VERSION = 20, 10  # fixed, so that the file is the same whoever writes it
LAYERS, HEADS, HEAD, WIDTH = 6, 12, 32, 384
EPSILON = 1e-12


class Graph:
    """Nodes and constants, written down in the order of their evaluation."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: NDArray[Any] | np.generic) -> str:
        """Adds a constant once; returns its name."""
        if name not in self._constants:
            array = np.ascontiguousarray(value).reshape(np.shape(value))
            self._constants[name] = numpy_helper.from_array(array, name)
        return name

    def node(self, kind: str, *inputs: str, out: str = "", **attributes: Any) -> str:
        """Adds a node; returns the name of its output."""
        out = out or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [out], out, **attributes))
        return out

    def model(self) -> onnx.ModelProto:
        """The finished model, checked."""
        kind = TensorProto.FLOAT
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"])],
            [
                helper.make_tensor_value_info("vector", kind, ["batch", WIDTH]),
                helper.make_tensor_value_info("states", kind, ["batch", "length", WIDTH]),
            ],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="memos"
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def encoder(weights: Weights, linear: type[Linear]) -> onnx.ModelProto:
    """The whole model; `linear` says how tables and dense layers are computed."""
    graph = Graph()
    layers = linear(graph, weights)
    states = _embeddings(graph, weights, layers)
    for number in range(LAYERS):
        states = _layer(graph, weights, layers, states, f"encoder.layer.{number}.")
    graph.node("LpNormalization", states, axis=-1, p=2, out="states")
    # Not ReduceMean: its last bits depend on the number of texts in the batch.
    columns = graph.node("Transpose", states, perm=[0, 2, 1])
    mean = graph.node("GlobalAveragePool", columns)
    mean = graph.node("Squeeze", mean, graph.constant("last", np.array([-1])))
    graph.node("LpNormalization", mean, axis=-1, p=2, out="vector")
    return graph.model()


def _embeddings(graph: Graph, weights: Weights, layers: Linear) -> str:
    words = layers.lookup("ids", "embeddings.word_embeddings")
    # All tokens are of the first type, whose vector joins the one of the position.
    kind = weights["embeddings.token_type_embeddings.weight"][0]
    places = graph.constant("places", weights["embeddings.position_embeddings.weight"] + kind)
    # Not Gather on Shape and Range: onnxruntime's optimiser breaks on them.
    length = graph.node("Shape", "ids", start=1, end=2)
    zero = graph.constant("zero", np.array([0]))
    here = graph.node("Slice", places, zero, length, zero)
    return _normalise(graph, weights, graph.node("Add", words, here), "embeddings.LayerNorm")


def _layer(graph: Graph, weights: Weights, layers: Linear, states: str, prefix: str) -> str:
    seen = _attention(graph, layers, states, f"{prefix}attention.self.")
    seen = layers.dense(seen, f"{prefix}attention.output.dense")
    states = graph.node("Add", seen, states)
    states = _normalise(graph, weights, states, f"{prefix}attention.output.LayerNorm")
    wide = graph.node("Gelu", layers.dense(states, f"{prefix}intermediate.dense"))
    states = graph.node("Add", layers.dense(wide, f"{prefix}output.dense"), states)
    return _normalise(graph, weights, states, f"{prefix}output.LayerNorm")


def _attention(graph: Graph, layers: Linear, states: str, prefix: str) -> str:
    split = graph.constant("split", np.array([0, 0, HEADS, HEAD]))
    join = graph.constant("join", np.array([0, 0, WIDTH]))
    scale = graph.constant("scale", np.float32(HEAD**-0.5))

    def heads(name: str, order: list[int]) -> str:
        flat = layers.dense(states, prefix + name)
        return graph.node("Transpose", graph.node("Reshape", flat, split), perm=order)

    query = graph.node("Mul", heads("query", [0, 2, 1, 3]), scale)
    match = graph.node("MatMul", query, heads("key", [0, 2, 3, 1]))
    share = graph.node("Softmax", match, axis=-1)
    taken = graph.node("MatMul", share, heads("value", [0, 2, 1, 3]))
    return graph.node("Reshape", graph.node("Transpose", taken, perm=[0, 2, 1, 3]), join)


def _normalise(graph: Graph, weights: Weights, states: str, name: str) -> str:
    scale = graph.constant(f"{name}.weight", weights[f"{name}.weight"])
    bias = graph.constant(f"{name}.bias", weights[f"{name}.bias"])
    return graph.node("LayerNormalization", states, scale, bias, axis=-1, epsilon=EPSILON)
