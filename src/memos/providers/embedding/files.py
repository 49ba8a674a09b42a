"""The files of the default model: where they are, and whether they are whole."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from memos.errors import ModelMissing

HERE = Path(__file__).parent
MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
# As `sha256sum` writes it; the build step makes the files of this version and no other.
_LINES = (HERE / "minilm.sha256").read_text(encoding="utf-8").splitlines()
DIGESTS = {name: digest for digest, name in (line.split() for line in _LINES)}
REVISION = DIGESTS[MODEL][:8]


def read(folder: Path | None) -> dict[str, bytes]:
    """The verified files of `folder`, or of the one that came with memos."""
    return {name: _verified(folder or HERE / "minilm", name) for name in (MODEL, TOKENIZER)}


def _verified(folder: Path, name: str) -> bytes:
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelMissing(str(path), f"cannot be read ({error.strerror})") from error
    if sha256(content).hexdigest() != DIGESTS[name]:
        raise ModelMissing(str(path), "is damaged, or of another version")
    return content
