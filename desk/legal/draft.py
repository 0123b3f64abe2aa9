"""Takedown notices as drafts: filled from a case as far as it goes, loud about what is missing.

Nothing is ever sent. Whoever signs a notice answers for it: 17 USC 512(f).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from desk.legal.case import Case, act, read_case
from desk.legal.chain import Line
from desk.legal.place import Evidence, read_ref
from desk.legal.review import read_flags
from listening.contract import (
    BrandFile,
    ConfigurationError,
    DataRoot,
    Decision,
    Protected,
    now,
    refuse,
)

TEMPLATES: Final = Path(__file__).parent / "templates"
_EXCERPT: Final = 600
_WORK: Final = re.compile(r"work '([^']+)'")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a notice must say; without a value it is missing, and `mend` says where from."""

    label: str
    value: str = ""
    mend: str = ""
    quoted: bool = False  # somebody's own words

    @property
    def is_missing(self) -> bool:
        """Tell whether a person must fill it in."""
        return not self.value.strip()


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice, before it is a document."""

    takedown_id: str
    basis: str
    title: str
    fields: tuple[Field, ...]
    statements: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        """Return what a person must fill in."""
        return [one.label for one in self.fields if one.is_missing]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a draft is filled from."""

    case: Case
    platform: str
    protected: Protected | None
    brands: BrandFile
    manifest: Mapping[str, Any]
    mention: Mapping[str, Any]
    flags: tuple[Mapping[str, Any], ...]
    ref: str
    chosen: str  # work or mark that was named


def draft_takedown(
    root: DataRoot,
    case_id: str,
    basis: str,
    platform: str,
    actor: str,
    why: str,
    brands: BrandFile,
    *,
    mention: str = "",
    right: str = "",
) -> tuple[Line, Draft]:
    """Write a draft into a case, as Markdown and as HTML; return its line and what it says.

    Args:
        root: where the evidence is.
        case_id: of which case.
        basis: one of BASES.
        platform: whom the notice is for.
        actor: who drafts, by a pseudonym.
        why: in a sentence.
        brands: what is protected, and who speaks for it.
        mention: what it is about, where the case holds several.
        right: id of the protected work or mark; without it what the flags name.

    Raises:
        ConfigurationError: no such case or basis, or which mention is not clear.
    """
    if basis not in BASES:
        refuse("--basis", f"{basis!r} is no basis of a takedown", f"One of {', '.join(BASES)}")
    if not platform.strip():
        refuse("--platform", "whom is it for?", "Name the platform or host")
    case = read_case(root, case_id)
    ground = _read(root, case, platform, brands, mention or _only(case), right)
    takedown_id = f"{case_id}-t{len(case.takedowns) + 1}"
    draft = _fill(takedown_id, basis, ground)
    mention_id, content = read_ref(ground.ref)
    url = str(ground.mention.get("url") or "")
    fields = {"basis": basis, "platform": platform, "url": url}
    if ground.protected:
        fields["brand_id"] = ground.protected.brand_id
    word = Decision(
        "takedown", "draft", actor, takedown_id, mention_id, content, case_id=case_id, note=why,
        fields={name: value for name, value in fields.items() if value},
    )  # fmt: skip
    files = {
        f"{takedown_id}-{basis}.{suffix}": render(draft, suffix).encode()
        for suffix in ("md", "html")
    }
    line = act(
        root, case_id, "draft", actor, why, [word], files,
        takedown=takedown_id, evidence=ground.ref, missing=draft.missing,
    )  # fmt: skip
    return line, draft


def render(draft: Draft, suffix: str) -> str:
    """Return a draft as a document; whatever people wrote is escaped or quoted."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["block"] = _block
    return environment.get_template(f"draft.{suffix}.j2").render(draft=draft, at=now())


def _fill(takedown_id: str, basis: str, ground: _Ground) -> Draft:
    notice = tomllib.loads((TEMPLATES / "notice.toml").read_text("utf-8"))
    own = notice[basis]
    fields = (*BASES[basis](ground), *_material(ground), *_contact(ground), _signature())
    return Draft(
        takedown_id, basis, f"{own['title']} to {ground.platform}", fields,
        tuple(own["statements"]), (notice["every"]["warning"], *own["warnings"]),
    )  # fmt: skip


def _block(text: str) -> Any:
    """Return text as an indented block of Markdown, in which nothing is markup."""
    from markupsafe import Markup

    return Markup("\n".join(f"    {line}" for line in text.splitlines()))  # noqa: S704


def _only(case: Case) -> str:
    if len(case.mentions) == 1:
        return next(iter(case.mentions))
    what = "which mention?" if case.mentions else "the case holds no mention"
    mend = f"Name one: --mention {next(iter(case.mentions), 'ID')}"
    raise ConfigurationError(what, where=case.id, mend=mend)


def _read(
    root: DataRoot, case: Case, platform: str, brands: BrandFile, mention: str, right: str
) -> _Ground:
    flagged = read_flags(root, mention)
    if read_ref(flagged.ref)[0] not in case.mentions:
        mend = f"Put it in: listening case add {case.id} --mention {mention}"
        raise ConfigurationError("is not in the case", where=mention, mend=mend)
    folder = Evidence(root).pack(flagged.ref)
    parts = [
        json.loads((folder / name).read_bytes())
        for name in ("manifest.json", "mention.json", "flags.json")
    ]
    return _Ground(
        case, platform, brands.protected[0] if brands.protected else None, brands,
        parts[0], parts[1], tuple(parts[2]["flags"]), flagged.ref, right,
    )  # fmt: skip


# --- what every notice says -------------------------------------------------------------

_IN_FILE: Final = "`protected:` of the brand file, or by hand"
_BY_HAND: Final = "say it in your words"


def _contact(ground: _Ground) -> Iterator[Field]:
    protected = ground.protected
    stated = protected.contact if protected else {}
    yield Field("Owner of the right", protected.owner if protected else "", _IN_FILE)
    for name, label in (
        ("name", "Name of the person who complains"), ("address", "Address"),
        ("phone", "Telephone number"), ("email", "Email address"),
    ):  # fmt: skip
        yield Field(label, stated.get(name, ""), _IN_FILE)


def _material(ground: _Ground) -> Iterator[Field]:
    mention, text = ground.mention, _words(ground)
    where = mention.get("channel") or mention["source"]
    url = str(mention.get("url") or "")
    yield Field("Where the material is (address)", url, "the source gave none: find it by hand")
    yield Field("Who posted it, on which service", f"{mention.get('author') or '?'} on {where}")
    seen = f"{mention['published_at']}; seen {mention['observed_at']}"
    yield Field("When it was posted, and seen (UTC)", seen)
    cut = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]} […]"
    yield Field("What it says", cut, quoted=True)
    number = ground.manifest["chain"]["n"]
    yield Field("Evidence", f"{ground.ref}, line {number} of the chain")


def _words(ground: _Ground) -> str:
    mention = ground.mention
    return f"{mention.get('title') or ''}\n{mention.get('text') or ''}".strip()


def _signature() -> Field:
    return Field(
        "Signature of a person authorised to act for the owner",
        mend="sign it yourself, by hand or electronically; no program does",
    )


# --- one kind of notice each ------------------------------------------------------------


def _dmca(ground: _Ground) -> Iterator[Field]:
    named = [ground.chosen] if ground.chosen else _works_flagged(ground)
    texts = {work.id: work.text for work in ground.brands.works}
    images = {image.id for one in ground.brands.protected for image in one.images}
    told = [
        f"{name}: {texts[name][:200]}" if name in texts else f"{name} (image)"
        for name in named
        if name in texts or name in images
    ]
    mend = "name it by --right ID, an id of `works`, `texts` or `images`"
    yield Field("Copyrighted work", "\n".join(told), mend, quoted=True)


def _trademark(ground: _Ground) -> Iterator[Field]:
    text = _words(ground).casefold()
    marks = [
        mark
        for mark in (ground.protected.marks if ground.protected else ())
        if (mark.id == ground.chosen if ground.chosen else mark.text.casefold() in text)
    ]
    registered = [f"{one.text}: {one.registration}" for one in marks if one.registration]
    mend = "name it by --right ID, an id of `protected: marks`"
    yield Field("Mark", ", ".join(one.text for one in marks), mend)
    mend = "`registration` of the mark in the brand file, or by hand"
    yield Field("Registration (office, number, classes)", "; ".join(registered), mend)
    reasons = _reasons(ground, "trademark", "counterfeit")
    yield Field("How the mark is used, and why that confuses buyers", reasons, _BY_HAND)


def _impersonation(ground: _Ground) -> Iterator[Field]:
    own = [one for one in ground.brands.brands if one.role == "own"]
    named = [one for one in own if ground.protected and one.id == ground.protected.brand_id]
    brand = next(iter([*named, *own]), None)
    handles = [each for found in (brand.handles.values() if brand else ()) for each in found]
    official = ", ".join([*handles, *(brand.domains if brand else ())])
    author = str(ground.mention.get("author") or "")
    yield Field("Who is impersonated", brand.name if brand else "", "an own brand of the file")
    yield Field("The official accounts and domains", official, _IN_FILE)
    yield Field("The account that poses as it", author, "the source gave none")
    yield Field("Why it passes for it", _reasons(ground, "impersonation"), _BY_HAND)


def _privacy(ground: _Ground) -> Iterator[Field]:
    label = "Whose data it is, and by what right you speak for that person"
    yield Field(label, mend="ask the person first; this program does not know")
    reasons = _reasons(
        ground, "personal_data", "doxxing", "credential_leak", "document_leak", "threat"
    )
    yield Field("What is exposed", reasons, f"{_BY_HAND}, without repeating the data")


def _works_flagged(ground: _Ground) -> list[str]:
    return sorted({name for flag in ground.flags for name in _WORK.findall(str(flag["reason"]))})


def _reasons(ground: _Ground, *kinds: str) -> str:
    reasons = (str(flag["reason"]) for flag in ground.flags if flag["kind"] in kinds)
    return "; ".join(dict.fromkeys(reasons))


BASES: Final[Mapping[str, Callable[[_Ground], Iterator[Field]]]] = {
    "dmca": _dmca,
    "trademark": _trademark,
    "impersonation": _impersonation,
    "privacy": _privacy,
}
