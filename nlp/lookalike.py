"""How alike two names look: letters that pass for each other, and few edits between them."""

# ruff: noqa: RUF001  (letters that look like others are what this file is about)

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

from rapidfuzz.distance import DamerauLevenshtein

from listening.contract import Brand
from nlp.presence import Presence, split_handle
from nlp.words import fold, squeeze

_ALIKE: Final = str.maketrans(
    {
        "0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "$": "s", "|": "l",
        "!": "l", "i": "l", "ı": "l", "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y",
        "х": "x", "к": "k", "в": "b", "н": "h", "т": "t", "м": "m", "ѕ": "s", "і": "l", "ј": "j",
        "ӏ": "l", "ԁ": "d", "ԛ": "q", "ԝ": "w", "г": "r", "п": "n", "α": "a", "β": "b", "ε": "e",
        "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "ν": "v", "κ": "k", "ι": "l", "χ": "x", "ɑ": "a",
        "ɡ": "g", "ł": "l", "ø": "o", "đ": "d", "ß": "b",
    }
)  # fmt: skip
# What an impostor adds to a brand's name to speak for it. A fan adds other words.
_OFFICE: Final = re.compile(
    r"(?:official|offical|oficial|offiziell|officiel|support|help|helpdesk|service|services|care|"
    r"customercare|customerservice|cs|team|hq|real|the|desk|assist|assistance|refund|refunds|"
    r"giveaway|giveaways|careers|jobs|hr|recruiting|rewards|bonus|pay|payment|payments|billing|claim|claims|"
    r"secure|safety|tracking|delivery|parcel|update|alert|alerts|winner|vip|direct|client|clients|"
    r"customer|customers|contact|web|my|get|go|app|portal|signin|id|sav|servicio|atencion|kunden|"
    r"promo|deals|outlet|sale|sales|shop|store|verify|verified|security|login|account|"
    r"kundenservice|hilfe|aide|soporte|ayuda|online|global|inc|corp|us|uk|eu|de|app)+"
)
# What only a page has that is after a visitor's account. Words that are names of trades as well
# ("security", "recovery", "wallet") are left to `_OFFICE`: a namesake may be of that trade.
_LURE: Final = re.compile(
    r"login|logon|signin|signon|secure|verify|verification|account|accounts|auth|password|unlock|confirm|"
    r"validate|billing|2fa|mfa|otp|konto|passwort|anmelden|anmeldung|verifizieren|compte|connexion|"
    r"verifier|cuenta|acceso|verificar|conta|accedi|accesso|inloggen|rekening"
)
_SHORTEST: Final = 5  # letters of a name that edits can be counted on
_LONG: Final = 9  # letters of a name that may differ in two places


_FAN: Final = re.compile(
    r"(?:(?<![a-z])|_)fans?(?![a-z])|fan_?(?:club|page|s)(?![a-z])|parod[yi]|satire|unofficial|"
    r"inofficial|inoffiziell|no_?oficial|not_?the_?|memes?(?![a-z])|haters?(?![a-z])|tribute",
    re.IGNORECASE,
)


def is_avowed_fan(name: str) -> bool:
    """Tell whether a handle or name says itself that it is a fan's, a parody or unofficial."""
    return bool(_FAN.search(name))


class Lookalike(NamedTuple):
    """How strongly a name passes for another, by which rule, and why."""

    p: float
    rule: str
    reason: str


@lru_cache(maxsize=65_536)
def skeleton(name: str) -> str:
    """Return what a name looks like: letters that pass for each other become one."""
    return squeeze(name).translate(_ALIKE).replace("rn", "m").replace("vv", "w")


def judge_handle(author: str, shown: str, brand: Brand, presence: Presence) -> Lookalike | None:
    """Return how an author passes for a brand whose handles are known, or None."""
    name, host = split_handle(author)
    official = {each for handles in presence.handles.values() for each in handles}
    found = [verdict for own in official if (verdict := _compare(name, host, own))]
    if official and not found and _speaks_for(shown, brand):
        reason = f"the name {shown!r} speaks for {brand.name}, the handle {author!r} is not its own"
        found = [Lookalike(0.6, "name", reason)]
    return max(found, default=None)


def _compare(name: str, host: str, official: tuple[str, str]) -> Lookalike | None:
    own, own_host = official
    against = f"{name!r} looks like the official {own!r}"
    if name == own:
        if host and own_host and host != own_host:
            return Lookalike(0.7, "other_host", f"{against}, on {host} instead of {own_host}")
        return None  # the same name on a channel where the brand has none may be anybody's
    if _rest_is_office(name, own):
        return Lookalike(0.75, "added_word", f"{against} with words of an office added")
    return _spelled_alike(name, own, against)


def _spelled_alike(name: str, own: str, against: str) -> Lookalike | None:
    seen, meant = skeleton(name), skeleton(own)
    if len(meant) < _SHORTEST:
        return None
    if seen == meant:
        return Lookalike(0.9, "homoglyph", against)
    allowed = 2 if len(meant) >= _LONG else 1
    distance = DamerauLevenshtein.distance(seen, meant, score_cutoff=allowed)
    if distance <= allowed and seen[:1] == meant[:1]:
        return Lookalike(0.7 if distance == 1 else 0.5, "misspelled", against)
    return None


def _rest_is_office(name: str, own: str) -> bool:
    seen, meant = skeleton(name), skeleton(own)
    if len(meant) < _SHORTEST - 1 or meant not in seen:
        return False
    rest = _rest(name, own)
    return bool(_OFFICE.fullmatch(rest)) or bool(_OFFICE_SKELETON.fullmatch(rest))


def _rest(name: str, own: str) -> str:
    """Return what a name adds to one that it holds."""
    rest = squeeze(name).replace(squeeze(own), "", 1)
    if len(rest) == len(squeeze(name)):  # the name itself is written with other letters
        return skeleton(name).replace(skeleton(own), "", 1)
    return rest


def _words(*patterns: re.Pattern[str]) -> str:
    """Return the words of patterns, as they are and as they look."""
    words = {one for each in patterns for one in re.findall(r"\w+", each.pattern)}
    return "|".join(sorted(words | {skeleton(one) for one in words}))


_OFFICE_SKELETON: Final = re.compile(
    "(?:"
    + "|".join(sorted({skeleton(word) for word in re.findall(r"\w+", _OFFICE.pattern)}))
    + ")+"
)
_LURES: Final = re.compile(_words(_LURE))
_LURED: Final = re.compile(rf"(?:{_words(_OFFICE, _LURE)}|\d)+")


def _speaks_for(shown: str, brand: Brand) -> bool:
    """Tell whether a displayed name is the brand's with the words of an office."""
    return any(
        _rest_is_office(squeeze(shown), squeeze(name))
        for name in (brand.name, *brand.aliases, *brand.marks)
        if fold(name) in fold(shown) or skeleton(name) in skeleton(shown)
    )


def judge_host(host: str, presence: Presence) -> Lookalike | None:
    """Return how a host passes for one of a brand's domains, or None."""
    host = _from_punycode(host)
    registered = _registered(host)
    label, _, suffix = registered.partition(".")
    below = host.removesuffix(registered).rstrip(".")
    found: list[Lookalike] = []
    for domain in presence.domains:
        own, _, own_suffix = _registered(domain).partition(".")
        against = f"{host!r} looks like the official {domain!r}"
        if label == own:
            if suffix != own_suffix and len(own) >= _SHORTEST:
                found.append(Lookalike(0.4, "other_suffix", against))
        elif _lures(label, below, own):
            found.append(Lookalike(0.8, "lure", f"{against} with what a login page is called"))
        elif _rest_is_office(label, own):
            found.append(Lookalike(0.7, "added_word", f"{against} with a word added"))
        elif verdict := _spelled_alike(label, own, against):
            found.append(verdict)
        elif own in host.split(".")[:-1] and len(own) >= _SHORTEST:
            found.append(Lookalike(0.6, "subdomain", f"{against}, below another domain"))
    return max(found, default=None)


def _lures(label: str, below: str, own: str) -> bool:
    """Tell whether a host asks for an account in a brand's name.

    Either it is made of nothing but the name and such words (`quillon-login`, `quillon.login`,
    `secure.quillon-pay`), or a part of it is the name and a part of what is registered is one
    of the words (`quillon.example.login-check`). Who only lets a room to the brand
    (`quillon.auth.helpdesk`) has registered neither.

    Args:
        label: what is registered, without its public suffix.
        below: the labels below it.
        own: what the brand has registered.
    """
    if len(skeleton(own)) < _SHORTEST - 1:
        return False
    rest = _rest(label + below, own)
    if skeleton(own) in skeleton(label + below) and _LURED.fullmatch(rest):
        return bool(_LURES.search(rest))
    parts = re.split(r"[.-]", f"{below}.{label}")
    named = any(part == own or _spelled_alike(part, own, "") for part in parts)
    return named and any(_LURES.fullmatch(part) for part in label.split("-"))


@lru_cache(maxsize=16_384)
def _registered(host: str) -> str:
    """Return the registered part of a host: `shop.acme.co.uk` is `acme.co.uk`."""
    found = _suffixes()(host)
    if found.suffix and found.domain:
        return f"{found.domain}.{found.suffix}"
    return ".".join(host.split(".")[-2:])


def _from_punycode(host: str) -> str:
    if not (host.startswith("xn--") or ".xn--" in host):
        return host
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    from nlp.personal import public_suffixes

    return public_suffixes()
