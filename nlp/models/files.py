"""Where a model's files are, that they are those meant, and that none of them is code."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from listening.contract import ConfigurationError
from nlp.models.plan import Choice

_HUB_NAME: Final = re.compile(r"[\w.-]+(?:/[\w.-]+)?")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")
_PACKAGE: Final = re.compile(r"[A-Za-z_]\w*")
_DIGITS: Final = 12
_SETTING_DIGITS: Final = 6


@dataclass(frozen=True)
class Found:
    """A model's folder, and the version that is kept beside every label made by it."""

    folder: Path
    version: str


def find(choice: Choice) -> Found:
    """Return the folder of a model: of the hub's cache, of a spaCy package, or a path.

    A path counts from the folder of the configuration file. Nothing is fetched.

    Raises:
        ConfigurationError: it is not on this machine, or its name lacks a revision.
    """
    entry = choice.entry
    path = (choice.place.file.parent / Path(entry.model).expanduser()).resolve()
    if entry.revision is None and path.is_dir():
        return Found(path, _version(choice, path.name, hash_folder(path)))
    if entry.kind == "spacy":
        return _find_package(choice)
    if entry.revision is None:
        raise _error(
            choice,
            f"{entry.model!r} is no folder, and as a name on the hub it lacks a revision",
            "Add revision: with the 40 digits of a commit, or mend the path",
        )
    return _find_cached(choice, entry.revision)


def read_config(folder: Path, choice: Choice) -> dict[str, Any]:
    """Return a Hugging Face `config.json`.

    Raises:
        ConfigurationError: there is none, or it asks for code of its own.
    """
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
        labels = config["id2label"]
        config["id2label"] = [labels[str(number)] for number in range(len(labels))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _error(
            choice,
            f"no usable config.json in {folder}: {error!r}",
            "Save the model with its configuration and labels (id2label)",
        ) from error
    if "auto_map" in config:
        raise _error(
            choice,
            "the model brings code of its own, which is never run",
            "Choose one that transformers knows, or export it to ONNX",
        )
    return config


def refuse_pickles(folder: Path, choice: Choice) -> None:
    """Raise where a folder has no safetensors: pickled weights run code when they are read."""
    if any(folder.glob("*.safetensors")):
        return
    pickled = sorted(path.name for path in (*folder.glob("*.bin"), *folder.glob("*.pt")))
    what = f"pickled weights ({', '.join(pickled)})" if pickled else "no weights"
    raise _error(
        choice,
        f"{what} in {folder}, where *.safetensors is expected",
        "Choose a revision with safetensors, or convert it on a machine you can lose",
    )


def check_labels(choice: Choice, found: list[str]) -> None:
    """Raise unless the label map names each label of the model, and no other."""
    stated, has = set(choice.entry.labels), set(map(str, found))
    if stated != has:
        told = [f"no meaning for {', '.join(sorted(has - stated))}"] if has - stated else []
        told += [f"no label {', '.join(sorted(stated - has))}"] if stated - has else []
        raise _error(
            choice,
            f"the label map and the model differ: {'; '.join(told)}",
            f"Map each of {', '.join(sorted(has))}",
        )


def hash_folder(folder: Path) -> str:
    """Return the SHA-256 of all files below a folder, hidden ones apart."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "__")) for part in parts):
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            total.update(f"{'/'.join(parts)}\n{digest}\n".encode())
    return total.hexdigest()


def _find_cached(choice: Choice, revision: str) -> Found:
    name = choice.entry.model
    if not _HUB_NAME.fullmatch(name) or not _COMMIT.fullmatch(revision):
        raise _error(
            choice,
            f"{name!r} at {revision!r} is no name of the hub with the hash of a commit",
            "Write model: owner/name and revision: with all 40 digits; a path has no revision",
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(name, revision=revision, local_files_only=True)
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        raise _error(
            choice,
            f"{name} at {revision[:_DIGITS]} is not on this machine, and nothing is fetched here",
            f"Run: hf download {name} --revision {revision} --exclude '*.bin' '*.h5' '*.msgpack'",
        ) from error
    return Found(Path(folder), _version(choice, name, revision))


def _find_package(choice: Choice) -> Found:
    """Return the data folder of an installed spaCy package; the package itself is not imported."""
    name, revision = choice.entry.model, choice.entry.revision
    spec = importlib.util.find_spec(name) if _PACKAGE.fullmatch(name) else None
    folders = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    metas = [meta for folder in folders for meta in folder.glob("*/meta.json")]
    if not metas:
        raise _error(
            choice,
            f"{name!r} is neither a folder nor an installed spaCy package",
            "Mend the path, or install the package",
        )
    folder = metas[0].parent
    version = str(json.loads(metas[0].read_text("utf-8")).get("version"))
    if revision != version:
        raise _error(
            choice,
            f"{name} {version} is installed, and the revision asked for is {revision}",
            f"Write revision: {version!r}, or install the other",
        )
    return Found(folder, _version(choice, f"{name}-{version}", hash_folder(folder)))


def _version(choice: Choice, name: str, identity: str) -> str:
    """Return a model's name, what identifies its files, and a hash of how it is read."""
    entry = choice.entry
    reading = [entry.kind, sorted(entry.labels.items()), sorted(entry.languages), entry.max_tokens]
    setting = hashlib.sha256(json.dumps(reading).encode()).hexdigest()
    return f"{name}@{identity[:_DIGITS]}-{setting[:_SETTING_DIGITS]}"


def _error(choice: Choice, what: str, mend: str) -> ConfigurationError:
    return ConfigurationError(what, where=str(choice.place), mend=mend)
