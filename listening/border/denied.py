"""What is never inferred of a person, in the words that would name it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Final

# Health, politics, religion, orientation and origin (GDPR Art. 9), in English, German, Spanish and
# French. `stem*` begins a word, `*part*` is anywhere in it; the rest are whole words.
DENIED: Final[Mapping[str, tuple[str, ...]]] = {
    "health": (
        "health", "illness*", "disease*", "sickness", "diagnosis", "disabilit*", "disabled",
        "pregnan*", "*gesundheit*", "*krankheit*", "krank", "*behinderung*", "*schwanger*",
        "salud", "enfermedad*", "embaraz*", "discapaci*", "sante", "maladie*", "grossesse*",
        "handicap*", "diabet*", "autis*", "adhd", "hiv",
    ),
    "politics": (
        "*politic*", "*politik*", "*politiq*", "*politisch*", "ideolog*", "partisan*", "voter*",
        "*waehler*", "*wahler*", "votante*", "electeur*", "leftwing", "rightwing",
    ),
    "religion": (
        "*religio*", "*religieu*", "faith", "muslim*", "islam*", "jewish", "judaism*", "juden*",
        "judisch*", "juedisch*", "judio*", "judia*", "juif*", "juive*", "hindu*", "buddhis*",
        "catholic*", "catoli*", "catholi*", "katholi*", "protestant*", "atheis*", "ateis*",
        "athee*", "musulman*", "konfession*", "*glaube", "creyente*", "croyan*",
    ),
    "orientation": (
        "sexual*", "sexuel*", "sexuell*", "*sexualit*", "homosex*", "bisex*", "heterosex*",
        "transgender*", "transsex*", "transgenre*", "gay", "gays", "lesb*", "queer*", "lgbt*",
        "schwul*",
    ),
    "origin": (
        "ethnic*", "*ethni*", "etnia*", "etnic*", "race", "races", "racial*", "rasse*", "raza*",
        "ancestry", "*migrant*", "herkunft*", "volksgruppe*", "nationality", "nacionalidad*",
        "nationalite*", "nationalitaet*", "nationalitat*", "skincolor", "skincolour",
    ),
}  # fmt: skip


def find_denied(name: str) -> tuple[str, str] | None:
    """Return what is never inferred that a name speaks of, and the word; None: nothing.

    A name is a topic's, a label's or a column's: words joined by blanks, dashes, underscores or
    capitals. Neighbours are read as one word too, so that `skin_color` is found.
    """
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", parted.replace("ß", "ss")).casefold()
    words = re.findall(r"[a-z]+", "".join(c for c in plain if not unicodedata.combining(c)))
    joined = [left + right for left, right in pairwise(words)]
    for word in (*words, *joined):
        for matter, patterns in DENIED.items():
            if any(fnmatchcase(word, pattern) for pattern in patterns):
                return matter, word
    return None
