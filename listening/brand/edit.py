"""Writes a new brand file, and adds sources to one: every other line stays as it is."""

from __future__ import annotations

import io
import json
import os
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from listening.contract import ConfigurationError, slug

TEMPLATE: Final = """\
# What we listen for, and where. `listening check {path}` names every mistake;
# docs/brand-file.md says what else may stand here.
version: 1
timezone: UTC

brands:
  - id: {id}
    name: {name}
    role: own
{facts}    # Words that make the name the brand (near) or something else (not_near):
    # context: {{near: [kettle], not_near: [cartoon]}}
    # products: [{{id: k2, name: Acme K2}}]

queries:
  - id: main
    q: {query}
    # exclude: [hiring]

# Who is told of what: `listening alerts list` shows it; docs/alerts.md says what else can be told,
# and docs/digests.md how the connection `alerts` says where to.
alerts:
  - id: danger
    kind: legal_flag
    owner: legal
    channels: [alerts]
    action: Read it now, keep the evidence, and decide whom to warn.
    when: {{min_severity: 3}}
  - id: spike
    kind: volume_spike
    owner: pr
    channels: [alerts]
    action: Read the newest mentions, name the cause, and decide whether to speak.
  - id: unanswered
    kind: unanswered
    owner: care
    channels: [alerts]
    action: Answer them, the most urgent first.
  - id: silent
    kind: source_silent
    owner: pr
    channels: [alerts]
    action: Look at the stream's log; until it is heard again its numbers are too low.

# None of these needs an account or a key. `listening sources` lists the others,
# `listening try SOURCE` shows what one would bring, `listening add SOURCE` adds it.
sources:
{sources}"""


def new_brand_file(
    name: str,
    path: Path,
    *,
    aliases: Sequence[str] = (),
    domain: str = "",
    sources: Mapping[str, Mapping[str, Any]],
) -> str:
    """Return the text of a brand file that listens for one brand."""
    names = [name, *aliases]
    facts = f"    aliases: {_flow(list(aliases))}\n" if aliases else ""
    facts += f"    domains: {_flow([domain])}\n" if domain else ""
    query = " OR ".join(one if re.fullmatch(r"\w+", one) else f'"{one}"' for one in names)
    return TEMPLATE.format(
        path=path,
        id=slug(name),
        name=_flow(name),
        facts=facts,
        query=_flow(query),
        sources="".join(f"  {key}: {_flow(settings)}\n" for key, settings in sources.items()),
    )


def add_source(text: str, name: str, settings: Mapping[str, Any]) -> str:
    """Return a brand file's text with a source added, or its lists made longer.

    Raises:
        ConfigurationError: the file has another form than mappings and lists, or the source is
            there and a single value of it would change.
    """
    before = _load(text)
    found = before.get("sources")
    lines = text.splitlines(keepends=True)
    if found is None:
        kept = [line for line in lines if not re.match(r"sources:\s*(~|null)?\s*(#.*)?$", line)]
        end = "" if not kept or kept[-1].endswith("\n") else "\n"
        return "".join(kept) + f"{end}\nsources:\n  {name}: {_flow(settings)}\n"
    first = before.lc.key("sources")[0]
    last = _end(lines, before, "sources", len(lines))
    if found.fa.flow_style() or not found:
        rows = {key: _plain(value) or {} for key, value in found.items()}
        rows[name] = _merged(name, rows.get(name, {}), settings)
        block = [f"  {key}: {_flow(value)}\n" for key, value in rows.items()]
        return "".join([*lines[:first], "sources:\n", *block, *lines[last:]])
    indent = " " * found.lc.col
    if name not in found:
        at = _content_end(lines, first + 1, last)
        if not lines[at - 1].endswith("\n"):
            lines[at - 1] += "\n"
        return "".join([*lines[:at], f"{indent}{name}: {_flow(settings)}\n", *lines[at:]])
    start = found.lc.key(name)[0]
    stop = _content_end(lines, start + 1, _end(lines, found, name, last))
    return "".join(
        [*lines[:start], _longer(lines[start:stop], indent, name, settings), *lines[stop:]]
    )


def _longer(lines: Sequence[str], indent: str, name: str, settings: Mapping[str, Any]) -> str:
    """Return one source's lines with its settings added; its comments stay."""
    yaml = _yaml()
    yaml.preserve_quotes, yaml.width = True, 10**6
    yaml.indent(mapping=2, sequence=4, offset=2)
    entry = yaml.load(textwrap.dedent("".join(lines)))
    if not entry[name]:
        entry[name] = {}
    for key, value in settings.items():
        old = entry[name].get(key)
        if isinstance(value, list) and isinstance(old, list):
            old.extend(one for one in value if one not in old)
        elif old is not None and old != value:
            raise _taken(name, key, old)
        else:
            entry[name][key] = value
    out = io.StringIO()
    yaml.dump(entry, out)
    return textwrap.indent(out.getvalue(), indent)


def write_checked(path: Path, text: str, *, new: bool) -> None:
    """Put a brand file in place, whole and without a fault, or leave it as it was.

    Raises:
        ConfigurationError: it has faults, or a new one would replace another.
    """
    from listening.brand.load import check_file

    if new and path.exists():
        raise ConfigurationError("it is there already", where=str(path), mend="Name another file")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, "utf-8")
        if problems := check_file(temporary):
            first = problems[0]
            raise ConfigurationError(
                first.message, where=f"{path}:{first.line} as it would be", mend=first.mend
            )
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_value(text: str) -> Any:
    """Return what `--set key=VALUE` says: a YAML value.

    Raises:
        ConfigurationError: it is none.
    """
    from ruamel.yaml.error import YAMLError

    try:
        return _plain(_yaml().load(text))
    except YAMLError as error:
        raise ConfigurationError(
            f"{text!r} is no YAML value", where="--set", mend="Write --set 'urls=[https://…]'"
        ) from error


def _yaml() -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="rt")


def _load(text: str) -> Any:
    from ruamel.yaml.comments import CommentedMap

    data = _yaml().load(text)
    sources = data.get("sources") if isinstance(data, CommentedMap) else ()
    if not isinstance(data, CommentedMap) or not isinstance(sources, CommentedMap | None):
        raise ConfigurationError("no brand file", where="sources", mend="Run listening check on it")
    return data


def _end(lines: Sequence[str], parent: Any, name: str, most: int) -> int:
    """Return the line after a key's value: that of the next key, less the comments before it."""
    after = sorted(parent.lc.key(key)[0] for key in parent)
    mine = parent.lc.key(name)[0]
    end = next((line for line in after if line > mine), most)
    return _content_end(lines, mine + 1, end)


def _content_end(lines: Sequence[str], first: int, end: int) -> int:
    while end > first and re.fullmatch(r"\s*(#.*)?\s*", lines[end - 1]):
        end -= 1
    return end


def _merged(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        if isinstance(value, list) and isinstance(old.get(key), list):
            merged[key] = [*old[key], *(one for one in value if one not in old[key])]
        elif old.get(key, value) != value:
            raise _taken(name, key, old[key])
        else:
            merged[key] = value
    return merged


def _taken(name: str, key: str, old: Any) -> ConfigurationError:
    return ConfigurationError(
        f"{name} has {key}: {old} already",
        where="sources",
        mend="Change it in the file, where you see what depends on it",
    )


def _plain(node: Any) -> Any:
    """Return a node as plain values, by way of JSON, which YAML holds."""
    return json.loads(json.dumps(node, default=str))


def _flow(value: Any) -> str:
    """Return a value in one line of YAML, quoted no more than it must be."""
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="safe")
    yaml.default_flow_style, yaml.width, yaml.allow_unicode = True, 10**6, True
    yaml.sort_base_mapping_type_on_output = False
    out = io.StringIO()
    yaml.dump({"k": value}, out)
    return out.getvalue().strip().removeprefix("{k: ").removesuffix("}")
