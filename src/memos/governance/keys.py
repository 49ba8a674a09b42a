"""API keys as text: ``memos_<id>_<secret><checksum>``, and what is kept of them.

The prefix lets scanners find keys that leaked, and the checksum lets them, and us, tell a key
from something that only looks like one, without asking anybody.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import string
import zlib

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
BASE = len(ALPHABET)
ID_LENGTH = 12
SECRET_BYTES = 32
SECRET_LENGTH = 43  # the characters that 32 bytes take
CHECKSUM_LENGTH = 6  # those that 32 bits take

_FORM = re.compile(
    rf"(memos_([0-9A-Za-z]{{{ID_LENGTH}}})_([0-9A-Za-z]{{{SECRET_LENGTH}}}))"
    rf"([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
)


def fresh_id(random: bytes) -> str:
    """An id out of random bytes, 16 or more of them."""
    return _base62(int.from_bytes(random, "big") % BASE**ID_LENGTH, ID_LENGTH)


def mint(id: str, random: bytes) -> str:
    """The key with this id whose secret is made of `SECRET_BYTES` random bytes."""
    body = f"memos_{id}_{_base62(int.from_bytes(random, 'big'), SECRET_LENGTH)}"
    return body + _checksum(body)


def parse(text: str) -> tuple[str, str] | None:
    """Id and secret of a key; None for what was never minted."""
    match = _FORM.fullmatch(text)
    if match is None or _checksum(match[1]) != match[4]:
        return None
    return match[2], match[3]


def digest(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits, so no salt and no slow hash is needed."""
    return hashlib.sha256(secret.encode("ascii")).digest()


def same(one: bytes, other: bytes) -> bool:
    """Whether two digests are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode("ascii")), CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, rest = divmod(number, BASE)
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))
