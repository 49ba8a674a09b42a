"""How tables and dense layers are computed: in float32 as trained, or in int8."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from minilm.weights import Weights

if TYPE_CHECKING:
    from minilm.graph import Graph

STEPS = 127  # of a state, on either side of 128
# Of a weight. Processors without VNNI add two products in 16 bits, and cut off what does not fit:
# 2 x 255 x 64 does, so that the vectors are the same on all of them.
LARGEST = 64


class Linear(ABC):
    """Writes lookups and dense layers into a graph; `name` is that of the weights."""

    def __init__(self, graph: Graph, weights: Weights) -> None:
        self._graph = graph
        self._weights = weights

    @abstractmethod
    def lookup(self, ids: str, name: str) -> str:
        """The rows of a table."""

    @abstractmethod
    def product(self, states: str, name: str) -> str:
        """States times the transposed weights."""

    def dense(self, states: str, name: str) -> str:
        """A dense layer, with its bias."""
        bias = self._graph.constant(f"{name}.bias", self._weights[f"{name}.bias"])
        return self._graph.node("Add", self.product(states, name), bias)


class Float(Linear):
    """As trained: what the int8 graph is compared with."""

    def lookup(self, ids: str, name: str) -> str:
        table = self._graph.constant(f"{name}.weight", self._weights[f"{name}.weight"])
        return self._graph.node("Gather", table, ids)

    def product(self, states: str, name: str) -> str:
        weight = self._graph.constant(f"{name}.weight", self._weights[f"{name}.weight"].T)
        return self._graph.node("MatMul", states, weight)


class Int8(Linear):
    """Weights with a scale for each channel, states with a scale for each token.

    onnxruntime's own dynamic quantisation has one scale for the states of a whole batch:
    then the vector of a text depends on the texts beside it, as much as on quantisation.
    """

    def __init__(self, graph: Graph, weights: Weights) -> None:
        super().__init__(graph, weights)
        self._quantised: dict[str, tuple[str, str]] = {}

    def lookup(self, ids: str, name: str) -> str:
        whole, scale = quantise(self._weights[f"{name}.weight"])
        rows = self._graph.node("Gather", self._graph.constant(f"{name}.whole", whole), ids)
        scales = self._graph.node("Gather", self._graph.constant(f"{name}.scale", scale), ids)
        return self._graph.node("Mul", self._float(rows), scales)

    def product(self, states: str, name: str) -> str:
        whole, scale = quantise(self._weights[f"{name}.weight"])
        weight = self._graph.constant(f"{name}.whole", whole.T)
        steps = self._graph.constant(f"{name}.scale", scale[:, 0] / np.float32(STEPS))
        numbers, largest = self._states(states)
        product = self._graph.node("MatMulInteger", numbers, weight, self._middle())
        scaled = self._graph.node("Mul", self._float(product), steps)
        return self._graph.node("Mul", scaled, largest)

    def _states(self, states: str) -> tuple[str, str]:
        """`states` as uint8 around 128, and the largest value of each token's."""
        if states not in self._quantised:
            last = self._graph.constant("last", np.array([-1]))
            largest = self._graph.node("ReduceMax", self._graph.node("Abs", states), last)
            ratio = self._graph.node("Div", states, largest)
            step = self._graph.constant("step", np.float32(1 / STEPS))
            numbers = self._graph.node("QuantizeLinear", ratio, step, self._middle())
            self._quantised[states] = numbers, largest
        return self._quantised[states]

    def _middle(self) -> str:
        return self._graph.constant("middle", np.uint8(128))

    def _float(self, numbers: str) -> str:
        return self._graph.node("Cast", numbers, to=TensorProto.FLOAT)


def quantise(weight: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as whole numbers up to `LARGEST`, and the scale that each row takes."""
    scale = np.abs(weight).max(axis=1, keepdims=True) / np.float32(LARGEST)
    scale[scale == 0] = 1  # a row of zeros: any scale does
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)
