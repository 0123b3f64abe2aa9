"""Reads YAML so that every value still knows its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ruamel.yaml import YAML

Place = tuple[str | int, ...]
SIZE_LIMIT: Final = 2_000_000  # bytes
_DEPTH_LIMIT: Final = 20
_VALUE_LIMIT: Final = 200_000
_NOWHERE: Final[Any] = None


class YamlError(ValueError):
    """A file that is no YAML of ours: its line (0: all of it), the message and the mend."""

    def __init__(self, line: int, message: str, mend: str) -> None:
        super().__init__(line, message, mend)
        self.line, self.message, self.mend = line, message, mend


@dataclass(slots=True)
class Content:
    """Plain values, and the line each key or list item stands on."""

    value: Any
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """Return the line of a value, or of the nearest thing around it that has one."""
        ends = range(len(place), 0, -1)
        return next((self.lines[place[:end]] for end in ends if place[:end] in self.lines), 1)


def read_yaml(path: Path) -> Content:
    """Read a YAML 1.2 file.

    Raises:
        YamlError: it is missing, unreadable, too large, not UTF-8, or not YAML.
    """
    from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError

    text = _text(path)
    try:
        tree = _loader().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(str(error.problem or error.context).split())
        raise YamlError((mark.line + 1) if mark else 0, f"not YAML: {said}", _mend(said)) from error
    except (YAMLError, YAMLStreamError, ValueError) as error:
        raise YamlError(0, f"not YAML: {error}", _mend("")) from error
    content = Content(None)
    content.value = _plain(tree, (), content)
    return content


def _loader() -> YAML:
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import RoundTripConstructor

    class DatesAsText(RoundTripConstructor):
        """Leaves dates to the model: an impossible one would be an error without a line."""

    DatesAsText.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    yaml = YAML(typ="rt")
    yaml.Constructor = DatesAsText
    return yaml


def _mend(problem: str) -> str:
    if "duplicate key" in problem:
        return "Keep one of the two"
    if "\\t" in problem:
        return "Indent with spaces, not with tabs"
    return "Check indentation, colons, brackets and quotation marks on that line and above it"


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        mend = "Name a brand file that exists and can be read"
        raise YamlError(0, f"cannot be read: {error.strerror}", mend) from error
    if len(data) > SIZE_LIMIT:
        raise YamlError(0, f"larger than {SIZE_LIMIT:,} bytes", "Split it into several files")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise YamlError(line, "not UTF-8", "Save the file as UTF-8") from error


def _plain(tree: Any, place: Place, content: Content) -> Any:
    if len(place) > _DEPTH_LIMIT or len(content.lines) > _VALUE_LIMIT:
        message = "it nests or repeats (by & and *) without end"
        raise YamlError(content.line(place), message, "Write the values out")
    node, where = tree, getattr(tree, "lc", _NOWHERE)
    if isinstance(node, Mapping):
        lines = {(*place, key): where.key(key)[0] + 1 for key in node}
        content.lines |= lines
        return {key: _plain(value, (*place, key), content) for key, value in node.items()}
    if isinstance(node, list):
        content.lines |= {(*place, i): where.item(i)[0] + 1 for i in range(len(node))}
        return [_plain(value, (*place, i), content) for i, value in enumerate(node)]
    return _plain_scalar(node)


def _plain_scalar(node: Any) -> Any:
    from ruamel.yaml.scalarbool import ScalarBoolean

    if isinstance(node, ScalarBoolean | bool):
        return bool(node)
    for kind in (str, int, float):
        if isinstance(node, kind):
            return kind(node)
    return node
