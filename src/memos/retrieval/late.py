"""Late interaction: token vectors in a few bytes, and each question token's best match among them.

A token vector is turned by a fixed rotation, and of each coordinate its sign is kept: 48 bytes
for 384 dimensions. The question's tokens stay whole, so the products estimate the cosines (the
asymmetric scoring of binary quantisation, e.g. Gao & Long 2024, RaBitQ). Measured in
``benchmarks/results/late-interaction.json``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from memos.errors import InvalidInput
from memos.language.tokens import terms
from memos.products import products

LARGEST = 3 * 1024  # bytes of a memory
MOST = 58  # tokens kept of a memory
VERSION = 1
HEAD = 3  # bytes: version, bytes of one token
WIDEST = 8 * (LARGEST - HEAD)  # dimensions: one token has to fit
COMMON = 0.5  # weight of a word that every text holds; rare words count up to about 7
ALONE = 2**18  # multiplications that OpenBLAS does on one thread
LARGEST_STEP = 127  # to which a question's coordinates are rounded
PART = 2_048  # tokens unpacked at once: what stays in the processor's cache

Floats = NDArray[np.float32]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def pack(tokens: Floats, pieces: NDArray[np.int32]) -> bytes:
    """Token vectors (n, width), with their vocabulary ids (n,), in `LARGEST` bytes at most.

    Of equal pieces the first is kept; what is too much then is pooled (`_pooled`). No tokens
    make no bytes. Raises InvalidInput for arrays of other shapes and for nan.
    """
    _check("tokens", tokens)
    if pieces.shape != tokens.shape[:1]:
        raise InvalidInput("pieces", f"an array of shape {pieces.shape}", f"({len(tokens)},)")
    if not len(tokens):
        return b""
    _, first = np.unique(pieces, return_index=True)
    size = _size(tokens.shape[1])
    kept = _pooled(tokens[np.sort(first)], min(MOST, (LARGEST - HEAD) // size))
    bits: bytes = np.packbits(turned(kept) > 0, axis=1).tobytes()
    return _head(size) + bits


def best_matches(question: Floats, packed: Sequence[bytes]) -> Floats:
    """For each memory and question token (n, width) the highest cosine, (memories, n).

    An estimate in [-1, 1], which depends on this memory and this token alone, to the last
    bit; 0 for memories without tokens. So are bytes read that this version did not pack for
    this width, so that one damaged memory spoils no search; `is_packed` tells which.
    """
    _check("question", question)
    made = np.zeros((len(packed), len(question)), np.float32)
    size = _size(question.shape[1])
    held = _packed(packed, size)
    if not held or not len(question):
        return made
    bodies = [packed[at][HEAD:] for at in held]
    starts = np.cumsum([0, *map(len, bodies[:-1])]) // size
    bits = np.frombuffer(b"".join(bodies), np.uint8).reshape(-1, size)
    made[held] = _best_cosines(question, bits, starts)
    return made


def is_packed(packed: bytes, width: int) -> bool:
    """Whether these bytes have the form of packed tokens of that width."""
    return bool(_packed([packed], _size(width)))


def _packed(several: Sequence[bytes], size: int) -> list[int]:
    """Places of those that have the form of packed tokens of so many bytes each."""
    head = _head(size)
    return [
        at
        for at, one in enumerate(several)
        if one[:HEAD] == head and (length := len(one) - HEAD) and not length % size
    ]


def _head(size: int) -> bytes:
    return bytes((VERSION,)) + size.to_bytes(2, "little")


def token_weights(text: str, spans: NDArray[np.int32], idf: Mapping[str, float]) -> Floats:
    """What each token of a question counts, (n,), adding up to 1.

    `spans` (n, 2) are the tokens' places in `text`. A word counts by `idf` of its term, and
    its pieces share that: else a name would count the more the less the model knows it. CJK
    characters are words of their own. What has no term in `idf` is common.
    """
    made = np.full(len(spans), COMMON, np.float32)
    for word in _WORD.finditer(text):
        held = np.flatnonzero((spans[:, 0] >= word.start()) & (spans[:, 0] < word.end()))
        found = terms(word[0])
        if len(found) == 1:
            made[held] = idf.get(found[0], COMMON) / max(1, len(held))
        elif found:
            made[held] = [_own_weight(text[start:end], idf) for start, end in spans[held]]
    total = float(made.sum())
    return made / total if total > 0 else made


def turned(vectors: Floats) -> Floats:
    """Vectors (n, width) after an orthogonal map, the same on every machine, (n, width).

    Random signs, a cosine transform, then a Hadamard matrix over the largest power of two in
    `width`: what lies in few coordinates is spread over all, so that signs can tell it.
    """
    signs, cosines, hadamard = _map(vectors.shape[1])
    apart = (vectors * signs).reshape(len(vectors), len(cosines), len(hadamard))
    mixed = np.einsum("nip,ij->njp", apart, cosines)
    return _product(mixed.reshape(-1, len(hadamard)), hadamard).reshape(vectors.shape)


@lru_cache(maxsize=4)
def _map(width: int) -> tuple[Floats, Floats, Floats]:
    """Signs (width,), cosines (rest, rest) and Hadamard (power, power); width = rest * power."""
    power = width & -width
    hadamard = np.ones((1, 1))
    while len(hadamard) < power:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    rest = width // power
    grid = np.arange(rest)
    cosines = np.cos(np.pi * (grid[:, None] + 0.5) * grid[None, :] / rest) * np.sqrt(2 / rest)
    cosines[:, 0] = 1 / np.sqrt(rest)
    digest = b"".join(
        blake2b(at.to_bytes(4, "little"), digest_size=64).digest() for at in range(width // 512 + 1)
    )
    signs = np.unpackbits(np.frombuffer(digest, np.uint8))[:width] * 2.0 - 1.0
    return (
        signs.astype(np.float32),
        cosines.astype(np.float32),
        (hadamard / np.sqrt(power)).astype(np.float32),
    )


def _product(left: Floats, right: Floats) -> Floats:
    """``left @ right``, in parts that BLAS does not share out among threads.

    On so little work they win nothing, and where others compute they wait for each other:
    measured 31 ms instead of 2.
    """
    made = np.empty((len(left), right.shape[1]), np.float32)
    rows = max(1, ALONE // right.size)
    for at in range(0, len(left), rows):
        np.matmul(left[at : at + rows], right, out=made[at : at + rows])
    return made


def _pooled(tokens: Floats, most: int) -> Floats:
    """At most `most` vectors (k, width) of any length, that stand for all tokens.

    Tokens that lie far apart, the next always farthest from those before (Gonzalez 1985);
    each other token is added to the nearest of them.
    """
    if len(tokens) <= most:
        return tokens
    near = _product(tokens, np.ascontiguousarray(tokens.T))
    chosen = [int(np.argmin(near.sum(axis=0)))]
    nearest = near[chosen[0]]
    while len(chosen) < most:
        chosen.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, near[chosen[-1]])
    made = np.zeros((most, tokens.shape[1]), np.float32)
    np.add.at(made, np.argmax(near[chosen], axis=0), tokens)
    return made


def _best_cosines(question: Floats, bits: NDArray[np.uint8], starts: NDArray[np.int64]) -> Floats:
    """Estimated best cosines (memories, n) of packed tokens (tokens, bytes) and the question's.

    A turned coordinate of a unit vector has the mean size sqrt(2 / (pi * width)), so the sum
    of signs times the question's coordinates is divided by sqrt(2 * width / pi). The question
    goes in as whole numbers, so that sums are exact on every processor; memory by memory, its
    tokens begin at `starts`.
    """
    width = question.shape[1]
    known = turned(question)
    step = np.maximum(np.abs(known).max(axis=1), 1e-30) / LARGEST_STEP
    whole = np.rint(known / step[:, None]).astype(np.int8)
    sums = np.empty((len(bits), len(question)), np.int32)
    columns = np.ascontiguousarray(whole.T)
    for at in range(0, len(bits), PART):
        ones = np.unpackbits(bits[at : at + PART], axis=1, count=width)
        sums[at : at + PART] = products(ones, columns)
    best = np.maximum.reduceat(sums, starts, axis=0)
    signed = 2 * best - whole.sum(axis=1, dtype=np.int32)  # a sign is 2 b - 1 for the bit b
    size = step * np.sqrt(np.pi / (2 * width))
    made: Floats = np.clip(signed * size, -1, 1).astype(np.float32)
    return made


def _size(width: int) -> int:
    """Bytes of one packed token."""
    return (width + 7) // 8


def _own_weight(text: str, idf: Mapping[str, float]) -> float:
    found = terms(text)
    return idf.get(found[0], COMMON) if found else COMMON


def _check(field: str, tokens: Floats) -> None:
    if tokens.ndim != 2 or (len(tokens) and not 0 < tokens.shape[1] <= WIDEST):
        shape = f"an array of shape {tokens.shape}"
        raise InvalidInput(field, shape, f"(tokens, 1 to {WIDEST} dimensions)")
    if not np.isfinite(tokens).all():
        raise InvalidInput(field, "nan or infinity", "finite numbers")
