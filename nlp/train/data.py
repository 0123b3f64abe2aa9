"""Read the labelled sets, those under the data folder and our own; a wrong line is named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from listening.contract import ConfigurationError
from nlp.normalize import normalize
from nlp.train.tasks import CONTROL, Task

WRITTEN: Final = Path(__file__).parent / "written"
"""Texts of our own: what no public set holds."""

_ROW: Final = 'write {"text": "…", …}'


def read_objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield `file:line` and the object of each line of a JSON-lines file.

    Raises:
        ConfigurationError: the file is missing, a line is no JSON object, or there is no row.
    """
    empty = True
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        mend = "point --data at the folder that holds the labelled sets"
        raise ConfigurationError(str(error), where=str(path), mend=mend) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        empty, where = False, f"{path}:{number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ConfigurationError(f"no row: {error}", where=where, mend=_ROW) from error
        if not isinstance(row, dict):
            raise ConfigurationError("no row: no object", where=where, mend=_ROW)
        yield where, row
    if empty:
        raise ConfigurationError("no rows", where=str(path), mend="give it labelled rows")


def read_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the same of a file whose rows all have a text.

    Raises:
        ConfigurationError: as `read_objects`, or a row's text is missing or no string.
    """
    for where, row in read_objects(path):
        if not isinstance(row.get("text"), str):
            raise ConfigurationError("no row: no text", where=where, mend=_ROW)
        yield where, row


def read_label(row: dict[str, Any], classes: int, where: str) -> int:
    """Return a row's label number.

    Raises:
        ConfigurationError: it is none of `0..classes-1`.
    """
    label = row.get("label")
    if not isinstance(label, int) or not 0 <= label < classes:
        mend = f'write {{"text": …, "label": 0..{classes - 1}}}'
        raise ConfigurationError(f"label {label!r} is unknown", where=where, mend=mend)
    return label


def read_rows(path: Path, classes: int) -> tuple[list[str], list[int]]:
    """Return texts (as they stand) and label numbers of a JSON-lines file.

    Raises:
        ConfigurationError: as `read_lines` and `read_label`.
    """
    rows = [(row["text"], read_label(row, classes, where)) for where, row in read_lines(path)]
    return [text for text, _ in rows], [label for _, label in rows]


def is_held(text: str) -> bool:
    """Tell whether a text of our own is kept for measuring: one of seven, by its hash."""
    return int(sha256(normalize(text).encode()).hexdigest()[:8], 16) % 7 == 0


def read_written(path: Path, task: Task) -> Iterator[tuple[str, list[int]]]:
    """Yield texts of our own with 0 or 1 for each of a task's labels.

    Raises:
        ConfigurationError: as `read_lines`, or a label is none of the task's.
    """
    key = "flags" if task.name == "legal" else "intents"
    for where, row in read_lines(path):
        said = row.get(key)
        if not isinstance(said, list) or set(said) - set(task.labels):
            mend = f'write {{"text": …, "{key}": [any of {", ".join(task.labels)}]}}'
            raise ConfigurationError(f"{key} {said!r} are unknown", where=where, mend=mend)
        yield row["text"], [int(label in said) for label in task.labels]


def read_targets(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yield text, target and label number of the rows that name a target (or `brand`).

    Raises:
        ConfigurationError: as `read_lines` and `read_label`, or a row has neither key.
    """
    for where, row in read_lines(path):
        if "target" not in row and "brand" not in row:
            raise ConfigurationError("no target", where=where, mend='write "target": "…"')
        target = row.get("target", row.get("brand"))
        if target:  # null in the brand set: about the festival, no brand
            yield row["text"], target, read_label(row, len(CONTROL.labels), where)


def read_sentences(path: Path) -> Iterator[tuple[str, list[tuple[int, int, str]]]]:
    """Yield text and entities (start, end, type) of a CoNLL file or of JSON lines of our own.

    Raises:
        ConfigurationError: the file is missing, or a line is none of the two forms.
    """
    if path.suffix == ".jsonl":
        for _, row in read_lines(path):
            yield row["text"], [tuple(entity) for entity in row["entities"]]
        return
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        mend = "point --data at the folder that holds the labelled sets"
        raise ConfigurationError(str(error), where=str(path), mend=mend) from error
    words: list[str] = []
    tags: list[str] = []
    for line in [*lines, ""]:
        word, _, tag = line.strip().partition("\t")
        if word:
            words.append(word)
            tags.append(tag.strip())
        elif words:
            yield " ".join(words), join_tags(words, tags)
            words, tags = [], []


def join_tags(words: Sequence[str], tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return the entities of tagged words as spans of the words joined by a space."""
    found: list[tuple[int, int, str]] = []
    start = 0
    for word, tag in zip(words, tags, strict=True):
        end = start + len(word)
        kind = tag[2:]
        if tag.startswith("I-") and found and found[-1][1:] == (start - 1, kind):
            found[-1] = (found[-1][0], end, kind)
        elif tag != "O":
            found.append((start, end, kind))
        start = end + 1
    return found


def read_check(data: Path, task: Task) -> tuple[list[str], list[Any]]:
    """Return the texts and labels that a head is measured on: `val.jsonl`, or what is held."""
    if task.folder:
        return read_rows(data / task.folder / "val.jsonl", task.classes)
    rows = [row for path in list_written(task.name) for row in read_written(path, task)]
    held = [(text, label) for text, label in rows if is_held(text)]
    return [text for text, _ in held], [label for _, label in held]


def list_written(name: str) -> list[Path]:
    """Return the files of our own texts for a task, `target` or `entity`."""
    return sorted(WRITTEN.glob(f"{name}*.jsonl"))
