"""The contract suite of blob stores: subclass `BlobsContract`, override `blobs` and `spoil`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import sha256

import pytest

from memos.contracts.blobs import BlobStore
from memos.errors import NotFound, StorageCorrupt
from memos.testing.scenario import scenario

TENANTS = ("acme", "Acme", "é", "e\u0301", "", "..", "a/b", "a\\b", "a\0b", "x" * 300)
CONTENTS = (b"", b"\0", b"hello", bytes(range(256)) * 1000)


class BlobsContract:
    """Content-addressed, verified, apart for each tenant."""

    @pytest.fixture
    def blobs(self) -> BlobStore:
        """A fresh, empty store, not yet open."""
        raise NotImplementedError("override the fixture `blobs`: a fresh BlobStore, not yet open")

    @pytest.fixture
    def spoil(self, blobs: BlobStore) -> Callable[[str, str], None]:
        """Changes the stored bytes of (tenant, digest) behind the store's back."""
        raise NotImplementedError(f"override the fixture `spoil` for {type(blobs).__name__}")

    @scenario
    async def test_what_was_put_comes_back(self, blobs: BlobStore) -> None:
        for content in CONTENTS:
            digest = await blobs.put("acme", content)
            assert digest == sha256(content).hexdigest()
            assert await blobs.get("acme", digest) == content
            assert await blobs.has("acme", digest) is True

    @scenario
    async def test_putting_again_changes_nothing(self, blobs: BlobStore) -> None:
        first = await blobs.put("acme", b"hello")
        assert await blobs.put("acme", b"hello") == first
        assert await blobs.get("acme", first) == b"hello"
        assert await _digests(blobs, "acme") == [first]

    @scenario
    async def test_what_is_absent_is_not_found(self, blobs: BlobStore) -> None:
        digest = sha256(b"never put").hexdigest()
        with pytest.raises(NotFound) as caught:
            await blobs.get("acme", digest)
        assert (caught.value.kind, caught.value.id) == ("blob", digest)
        assert await blobs.has("acme", digest) is False
        assert await blobs.delete("acme", digest) is False

    @scenario
    async def test_only_a_digest_names_anything(self, blobs: BlobStore) -> None:
        digest = await blobs.put("acme", b"hello")
        outside = ("../../etc/passwd", "/etc/passwd", "..", ".", "*", "%", "\0", "a" * 5000)
        for name in ("", digest.upper(), digest[:-1], f"{digest}\n", f" {digest}", *outside):
            with pytest.raises(NotFound):
                await blobs.get("acme", name)
            assert await blobs.has("acme", name) is False
            assert await blobs.delete("acme", name) is False
        assert await blobs.get("acme", digest) == b"hello"

    @scenario
    async def test_deleted_is_gone_and_can_come_back(self, blobs: BlobStore) -> None:
        digest, kept = await blobs.put("acme", b"hello"), await blobs.put("acme", b"kept")
        assert await blobs.delete("acme", digest) is True
        assert await blobs.delete("acme", digest) is False
        with pytest.raises(NotFound):
            await blobs.get("acme", digest)
        assert await _digests(blobs, "acme") == [kept]
        await blobs.put("acme", b"hello")
        assert await blobs.get("acme", digest) == b"hello"

    @scenario
    async def test_tenants_know_nothing_of_each_other(self, blobs: BlobStore) -> None:
        digest = await blobs.put("acme", b"shared by chance")
        for tenant in TENANTS[1:]:
            assert await blobs.has(tenant, digest) is False
            with pytest.raises(NotFound):
                await blobs.get(tenant, digest)
            assert await _digests(blobs, tenant) == []
            assert await blobs.put(tenant, b"shared by chance") == digest
        for tenant in TENANTS[1:]:
            assert await blobs.delete(tenant, digest) is True
        assert await blobs.get("acme", digest) == b"shared by chance"

    @scenario
    async def test_digests_are_sorted(self, blobs: BlobStore) -> None:
        put = [await blobs.put("acme", b"%d" % n) for n in range(40)]
        await blobs.put("other", b"theirs")
        assert await _digests(blobs, "acme") == sorted(put)
        assert await _digests(blobs, "nobody") == []

    @scenario
    async def test_spoiled_content_is_not_handed_out(
        self, blobs: BlobStore, spoil: Callable[[str, str], None]
    ) -> None:
        digest, sound = await blobs.put("acme", b"hello"), await blobs.put("acme", b"sound")
        spoil("acme", digest)
        with pytest.raises(StorageCorrupt):
            await blobs.get("acme", digest)
        assert await blobs.get("acme", sound) == b"sound"
        assert await blobs.delete("acme", digest) is True

    @scenario
    async def test_many_may_put_the_same_at_once(self, blobs: BlobStore) -> None:
        content = bytes(100_000)
        put = await asyncio.gather(*(blobs.put("acme", content) for _ in range(8)))
        assert len(set(put)) == 1
        assert await blobs.get("acme", put[0]) == content
        assert await _digests(blobs, "acme") == put[:1]


async def _digests(blobs: BlobStore, tenant: str) -> list[str]:
    return [digest async for digest in blobs.digests(tenant)]
