from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from memos.products import graph, products


def test_the_graph_is_what_onnx_would_write():
    model = onnx.load_model_from_string(graph())
    onnx.checker.check_model(model, full_check=True)
    sizes = [None, None]
    made = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "right"], ["products"])],
        "products",
        [
            helper.make_tensor_value_info("left", TensorProto.UINT8, sizes),
            helper.make_tensor_value_info("right", TensorProto.INT8, sizes),
        ],
        [helper.make_tensor_value_info("products", TensorProto.INT32, sizes)],
    )
    assert model.graph == made
    assert (model.ir_version, model.opset_import[0].version) == (5, 10)


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 384, 7), (500, 48, 1), (2, 4096, 5), (0, 3, 2)])
def test_products_are_exact(shape: tuple[int, int, int]):
    n, k, m = shape
    dice = np.random.default_rng(0)
    left = dice.integers(0, 128, (n, k), np.uint8)
    right = dice.integers(-127, 128, (k, m), np.int8)
    assert np.array_equal(products(left, right), left.astype(np.int64) @ right.astype(np.int64))


def test_no_sum_is_cut_off():
    left, right = np.full((1, 4096), 127, np.uint8), np.full((4096, 1), 127, np.int8)
    assert products(left, right).tolist() == [[127 * 127 * 4096]]
    assert products(left, -right).tolist() == [[-127 * 127 * 4096]]
