from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memos.contracts.vectors import Generation, directions
from memos.storage.segments import scan
from memos.storage.segments.scan import Matrix, quantised

NEAR = 0.0005  # twelve bits of a query
EIGHT_BITS = 0.01


def units(count: int, dimension: int, seed: int = 0) -> np.ndarray:
    numbers = np.random.default_rng(seed).standard_normal((count, dimension))
    return directions("vectors", list(numbers), Generation("m", dimension))


def cosines(queries: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """The definition, in float64, of what int8 holds."""
    held = quantised(vectors).astype(np.float64)
    return (held @ queries.T.astype(np.float64)).max(axis=1) / np.linalg.norm(held, axis=1)


def test_rows_come_back_as_directions():
    vectors = units(300, 64)
    matrix = Matrix(64)
    matrix.append(quantised(vectors))
    rows = np.array([7, 299, 0, 7])
    assert matrix.vectors(rows) == pytest.approx(vectors[rows], abs=EIGHT_BITS)
    assert matrix.vectors(np.empty(0, np.int32)).shape == (0, 64)


@pytest.mark.parametrize("dimension", [1, 2, 3, 7, 64, 129, 384, 1536])
def test_cosines_of_any_dimension(dimension: int):
    vectors, queries = units(300, dimension), units(1, dimension, seed=1)
    matrix = Matrix(dimension)
    matrix.append(quantised(vectors))
    expected = cosines(queries, vectors)
    assert matrix.similarities(queries) == pytest.approx(expected, abs=NEAR)
    assert expected == pytest.approx((vectors @ queries.T)[:, 0], abs=EIGHT_BITS)


def test_no_sum_overflows():
    ones = np.ones((3, 4096), np.float32) / 64
    signs = np.array([[1], [-1], [1]], np.float32)
    matrix = Matrix(4096)
    matrix.append(quantised(ones * signs))
    for query in (ones[:1], -ones[:1]):
        assert matrix.similarities(query) == pytest.approx(query[0, 0] * 64 * signs[:, 0], abs=1e-4)


def test_several_queries_count_by_the_best():
    vectors, queries = units(200, 48), units(3, 48, seed=1)
    matrix = Matrix(48)
    matrix.append(quantised(vectors))
    assert matrix.similarities(queries) == pytest.approx(cosines(queries, vectors), abs=NEAR)


def test_zeros_are_near_nothing():
    zeros = np.zeros((2, 5), np.float32)
    matrix = Matrix(5)
    matrix.append(quantised(np.vstack((zeros, units(1, 5)))))
    assert matrix.similarities(units(1, 5))[:2].tolist() == [0.0, 0.0]
    assert matrix.similarities(zeros[:1]).tolist() == [0.0, 0.0, 0.0]


def test_an_empty_matrix():
    matrix = Matrix(4)
    assert len(matrix.similarities(units(1, 4))) == 0
    matrix.append(np.empty((0, 4), np.int8))
    assert len(matrix) == 0


def test_equal_vectors_have_equal_cosines_wherever_they_lie(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scan, "BLOCK", 128)
    vectors = np.repeat(units(1, 101), 301, axis=0)
    matrix = Matrix(101)
    matrix.append(quantised(vectors))
    queries = units(2, 101, seed=1)
    assert len(set(matrix.similarities(queries).tolist())) == 1


@settings(max_examples=40, deadline=None)
@given(
    shares=st.lists(st.integers(0, 300), min_size=1, max_size=6),
    replaced=st.lists(st.integers(0, 10_000), max_size=20, unique=True),
)
def test_growing_and_replacing(shares: list[int], replaced: list[int]):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "BLOCK", 128)
        vectors, queries = units(sum(shares), 9), units(1, 9, seed=1)
        matrix, start = Matrix(9), 0
        for share in shares:
            matrix.append(quantised(vectors[start : start + share]))
            start += share
        rows = np.array(sorted({at % start for at in replaced} if start else ()), np.int64)
        vectors[rows] = units(len(rows), 9, seed=2)
        matrix.replace(rows, quantised(vectors[rows]))
        expected = cosines(queries, vectors)
        assert matrix.similarities(queries) == pytest.approx(expected, abs=NEAR)


SCANS = """
import os
import numpy as np
from memos.storage.segments.scan import Matrix, quantised

def threads():
    return len(os.listdir("/proc/self/task"))

ones = np.eye(4, dtype=np.float32)
matrix = Matrix(4)
matrix.append(quantised(ones))
before = threads()
assert matrix.similarities(ones[:1]).tolist() == [1.0, 0.0, 0.0, 0.0]
assert threads() == before, "a thread of onnxruntime"
assert "ORT_DISABLE_TELEMETRY" not in os.environ
child = os.fork()
assert matrix.similarities(ones[1:2]).tolist() == [0.0, 1.0, 0.0, 0.0]
if child:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts the threads that /proc lists")
def test_scans_start_no_thread_and_go_on_after_a_fork():
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", SCANS],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_memory_follows_what_is_there():
    matrix = Matrix(384)
    matrix.append(quantised(units(10, 384)))
    assert matrix.nbytes < 2 * scan.FIRST * 400
    matrix.append(quantised(units(40_000, 384)))
    assert matrix.nbytes < 1.3 * 40_010 * 400
