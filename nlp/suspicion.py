"""What a rule saw and how likely the models find it, joined into a flag or into none.

The encoder's head and `nlp.opinion` together give a probability for each kind; of a text that they
find suspect a branch of the encoder is asked, too. A sign is
**sure** (a checksum, a look-alike host), **likely** (two words that belong together; the models
may deny it) or a **hint** (says where and what). It adds to the log odds, by its strength.
The numbers stand in `nlp/rules/threshold.toml` and are fitted by `python -m nlp.train.flags`.
"""

from __future__ import annotations

import logging
import math
import re
import tomllib
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import ClassVar, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from listening.contract import FLAGS, ConfigurationError
from nlp.notes import notes
from nlp.rulebook import RULES, THRESHOLDS, Span
from nlp.tagger import Flag, FlagTagger, Setting

Floats = NDArray[np.float32]

_LEAST: Final = 1e-4  # the head's certainty is cut here: beyond, its log odds mean nothing
_log: Final = logging.getLogger(__name__)

JOINS: Final = ("join", "join_other", "join_deep", "join_deep_other")
HEAD: Final = "legal"
"""The model's head: an own probability for each of `contract.FLAGS`."""

Strength = Literal["sure", "likely", "hint"]
_MENDED: Final = "python -m nlp.train.flags --data FOLDER --write"
_READS: Final[Mapping[str, str]] = {
    "counterfeit": "reads like an offer of a counterfeit, or like somebody sold one",
    "trademark": "reads like a name or logo used without the right to it",
    "impersonation": "reads like somebody who poses as the brand, or like a report of one",
    "copied_text": "reads like a work copied or given away, or like a report of it",
    "personal_data": "reads like what should be known of a person in private only",
    "doxxing": "reads like laying somebody open to others",
    "credential_leak": "reads like a secret or stolen accounts made public",
    "document_leak": "reads like an internal document made public",
    "threat": "reads like a threat of violence",
    "safety": "reads like harm or danger by a product",
    "legal_talk": "reads like legal steps, taken or announced",
}


class Sign(NamedTuple):
    """What a rule saw. `p` is how strong the rule is where no model is asked."""

    start: int  # in the whole (title and text)
    end: int
    p: float
    rule: str
    reason: str
    strength: Strength = "likely"


@dataclass(frozen=True, slots=True)
class Suspect:
    """How likely the models find a kind, and the part of the whole that speaks most for it.

    `hint` and `likely` are what a rule's sign of that strength adds to the log odds.
    """

    p: float
    start: int
    end: int
    hint: float = 0.0
    likely: float = 0.0

    def beside(self, strength: Strength) -> float:
        """Return the probability beside a sign; a sure one adds what a likely one does."""
        odds = self.hint if strength == "hint" else self.likely
        return 1 / (1 + (1 / max(self.p, 1e-9) - 1) * math.exp(-odds))


class Join(NamedTuple):
    """What joins the head's log odds, the opinion's score and a rule's sign to log odds.

    `branch` weighs the branch's logits, of texts that it is asked about.
    """

    head: float
    opinion: float
    hint: float
    likely: float
    bias: float
    branch: float = 0.0


@dataclass(frozen=True)
class Thresholds:
    """From which probability on a kind is flagged, and what the probability is joined of.

    `measured` joins where the head reads the language, `other` where the text is surely in
    another: there the head knows little, and the opinion less than in English. Where these find
    any kind as likely as `screen`, the branch is asked, and `deep` joins, or `deep_other`.
    """

    model: str
    measured: Join
    other: Join
    limits: Mapping[str, float]
    screen: float = 1.0
    deep: Join | None = None
    deep_other: Join | None = None

    @classmethod
    def read(cls) -> Thresholds:
        """Read the fitted numbers.

        Raises:
            ConfigurationError: a kind has no threshold, a value is no probability, or a join is
                missing.
        """
        path = RULES / THRESHOLDS
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
        table = stated.get("limit", {})
        if wrong := [kind for kind in FLAGS if not 0 <= table.get(kind, -1) <= 1]:
            what = f"[limit] has no probability for {', '.join(wrong)}"
            raise ConfigurationError(what, where=str(path), mend=_MENDED)
        try:
            joins = [Join(**stated[name]) for name in JOINS]
            screen = float(stated["screen"])
        except (KeyError, TypeError) as error:
            what = f"no weights to join head and opinion with: {error!r}"
            raise ConfigurationError(what, where=str(path), mend=_MENDED) from error
        measured, other, deep, deep_other = joins
        return cls(stated["model"], measured, other, table, screen, deep, deep_other)

    def choose(self, *, measured: bool, asked: bool = False) -> Join:
        """Return what joins.

        Args:
            measured: whether the head was measured on the language, or nobody knows it.
            asked: whether the branch was asked.
        """
        deep = self.deep if measured else self.deep_other
        if asked and deep:
            return deep
        return self.measured if measured else self.other


def weigh(join: Join, head: Floats, opinion: Floats, branch: Floats | None = None) -> Floats:
    """Return probabilities, no sign among what they are joined of.

    Args:
        join: the weights.
        head: the head's probabilities.
        opinion: the second opinion's scores.
        branch: the branch's logits, where it was asked.
    """
    odds = join.head * to_odds(head) + join.opinion * opinion + join.bias
    if branch is not None:
        odds = odds + join.branch * branch
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def to_odds(p: Floats) -> Floats:
    """Return log odds, cut where a head's certainty means nothing any more."""
    sure = np.clip(p, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(sure / (1 - sure)), np.float32)


@cache
def thresholds() -> Thresholds:
    """Return the fitted thresholds, read once.

    Raises:
        ConfigurationError: as `Thresholds.read`.
    """
    return Thresholds.read()


def check_model(version: str) -> None:
    """Warn, loudly, where the thresholds were fitted for other weights."""
    if version != thresholds().model:
        _log.warning(
            "flag thresholds were fitted for model %s, this is %s: run `%s`",
            thresholds().model,
            version,
            _MENDED,
        )


class SuspectTagger(FlagTagger):
    """A tagger whose rules are weighed with the model's head of the same name."""

    spares_owned: ClassVar[bool] = True  # a brand's own posts are never flagged

    def prepare(self, setting: Setting) -> None:
        """Note the version of the model, where the pipeline has it: its labels are new ones."""
        if "suspicion" in setting.pipeline.pipe_names:
            self.model = setting.encoder.version

    @abstractmethod
    def signs(self, doc: Doc) -> Iterator[Sign]:
        """Yield what the rules see."""

    def flag(self, doc: Doc) -> Iterator[Flag]:
        """Yield the flags of a document, those of a rule or else the head's."""
        held = notes(doc)
        if self.spares_owned and held.brands is not None and held.brands.is_owned():
            return
        yield from join(self.name, self.signs(doc), held.suspicion, self.model)


def join(
    kind: str, signs: Iterable[Sign], suspicion: Mapping[str, Suspect] | None, model: str
) -> Iterator[Flag]:
    """Yield flags of one kind: signs that hold, else what the models find likely by themselves.

    `suspicion` is empty or None where there is no head to ask; then hints say nothing and likely
    signs hold. A sign that holds is worth the joined probability where that is higher.
    """
    suspect = suspicion.get(kind) if suspicion else None
    limit = thresholds().limits[kind] if suspect else 0.0
    seen = list(signs)
    likely = {sign: suspect.beside(sign.strength) if suspect else 0.0 for sign in seen}
    held = {
        sign: p
        for sign, p in likely.items()
        if sign.strength == "sure" or (p >= limit if suspect else sign.strength == "likely")
    }
    certain = any(sign.strength != "hint" for sign in held)
    for sign, p in held.items():
        if sign.strength != "hint" or not certain:
            value = round(max(sign.p, p), 3)
            yield Flag(kind, sign.start, sign.end, value, sign.rule, sign.reason)
    if suspect and not seen and suspect.p >= limit:
        rule = f"head:{kind}@{model}"
        yield Flag(kind, suspect.start, suspect.end, round(suspect.p, 3), rule, _READS[kind])


_SENTENCE: Final = re.compile(r"\S(?:[^.!?\n…]|[.!?…](?!\s))*[.!?…]*")
_MOST_SENTENCES: Final = 40


def sentences(text: str) -> list[Span]:
    """Return the first sentences of a text that hold a letter; the whole where none does."""
    found = (match.span() for match in _SENTENCE.finditer(text))
    wordy = (span for span in found if any(map(str.isalpha, text[span[0] : span[1]])))
    return list(islice(wordy, _MOST_SENTENCES)) or [(0, len(text))]


def speaking(text: str, weights: Sequence[tuple[float, Span]]) -> Span:
    """Return the sentence whose features say most for a kind."""
    return max(
        sentences(text),
        key=lambda own: sum(w for w, (start, end) in weights if own[0] <= start and end <= own[1]),
    )
