"""What somebody must look at: suspicions, priority mentions nobody answered, talks to join."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from desk.alert.facts import DAY, HOUR, Facts
from desk.alert.finding import Finding, brands_of, instant, passing, point
from desk.alert.formula import due_at
from desk.alert.hear import ARTICLES
from desk.alert.hearing import Hearing
from desk.alert.take import LOOK_BACK
from desk.alert.window import Spoken
from listening.contract import AlertRule, Brand

QUIET: Final = 7 * DAY  # suspicions of one kind within a week are one story
SEVERITY: Final = {"threat": 3, "doxxing": 3, "safety": 3, "legal_talk": 1}  # as flag_severity()
PERSONAL: Final = ("threat", "doxxing", "personal_data", "credential_leak", "document_leak")
NEEDING: Final = frozenset({"complaint", "question", "support", "bug_report", "churn"})
DANGER: Final = frozenset({"threat", "safety", "legal_talk"})  # as care.triage
WAITED: Final = 4 * HOUR  # past the promise, for an answer that may be in what was not heard
_AS_ONE: Final = {"trademark": "counterfeit"}  # kind -> kind whose story it joins
PROMPT_S: Final = 60  # an answer so fast is a machine's, as automatic_reply_seconds


def judge_flag(rule: AlertRule, facts: Facts, _: Hearing) -> Iterator[Finding]:
    """A suspicion that legal should see.

    Whoever is exposed or threatened is a story of their own; counterfeits, impersonations and the
    like are one story a brand, which goes on while more of them come. What is offered under our
    name is one story, too, whether its words speak of a copy or of the mark.
    """
    groups: dict[tuple[str | None, str], list[Spoken]] = defaultdict(list)
    brands: list[str | None] = [brand.id for brand in brands_of(rule, facts)]
    nobody = () if rule.brands or rule.products else (None,)
    own = [brand.id for brand in facts.brands.brands if brand.role == "own"]
    window, oldest = facts.spoken.window, facts.now - LOOK_BACK.total_seconds()
    flagged = window.is_flagged & ~window.coded("author_brand_id").isin(own)
    for brand_id in (*brands, *nobody):
        said = passing(rule, facts.of_brand(brand_id)).within(oldest)
        for one in said.where(flagged):
            for story in {_story(kind, one) for kind in _kinds(rule, one)}:
                groups[brand_id, story].append(one)
    for (brand_id, story), rows in sorted(groups.items(), key=lambda each: str(each[0])):
        yield _flagged(rule, facts, brand_id, story, rows)


def _story(kind: str, one: Spoken) -> str:
    return f"person/{one.cluster}" if kind in PERSONAL else _AS_ONE.get(kind, kind)


def _kinds(rule: AlertRule, one: Spoken) -> Iterator[str]:
    for flag in one.flags:
        kind = flag["kind"]
        if (
            (not rule.when["kinds"] or kind in rule.when["kinds"])
            and SEVERITY.get(kind, 2) >= rule.when["min_severity"]
            and flag["p"] >= rule.when["min_score"]
        ):
            yield kind


def _flagged(
    rule: AlertRule,
    facts: Facts,
    brand_id: str | None,
    story: str,
    rows: Sequence[Spoken],
) -> Finding:
    brand = facts.brand.get(brand_id or "")
    said = sorted(rows, key=lambda one: (-one.published, one.mention_id))
    told = ((kind, one) for one in said for kind in _kinds(rule, one))
    kinds = sorted({kind for kind, one in told if _story(kind, one) == story})
    severity = max(SEVERITY.get(kind, 2) for kind in kinds)
    word = " and ".join(kind.replace("_", " ") for kind in kinds)
    places = len({one.cluster for one in said})
    noun = "mention" if places == 1 else "different mentions"
    last = max(one.published for one in said)
    notes = {
        one.mention_id: "; ".join(flag["reason"] for flag in one.flags if flag["kind"] in kinds)
        for one in said
    }
    return Finding(
        rule=rule,
        subject=f"{brand_id or '(none)'}/flag/{story}",
        brand_id=brand_id,
        began=min(one.published for one in said),
        last=last,
        value=float(places),
        unit="mentions",
        title=f"{brand.name if brand else 'No brand named'}: {word} suspected in {places} {noun}",
        low=0.0,
        high=0.0,
        severity=severity,
        over=last + QUIET <= facts.now,
        by_mention=story.startswith("person/"),
        quiet=QUIET,
        behind=said,
        notes=notes,
        detail={"flags": kinds, "severity": severity},
        chart=_daily(said),
    )


def _daily(rows: Iterable[Spoken]) -> list[dict[str, object]]:
    days: dict[int, int] = defaultdict(int)
    for one in rows:
        days[int(one.published // DAY)] += 1
    span = range(min(days), max(days) + 1) if days else ()
    return [point(day * DAY, days.get(day, 0), None) for day in span]


# --- answers ------------------------------------------------------------------------------------


def judge_unanswered(rule: AlertRule, facts: Facts, hearing: Hearing) -> Iterator[Finding]:
    """Priority mentions said to the brand whose promised time is over. One story a brand.

    Where the answer may be in what was not heard of the mention's source, it waits to be told for
    WAITED; after that whoever asked has waited too long for us to be sure.
    """
    window = facts.spoken.window
    addressed = window.coded("addressed").isin([1]) | ~window.coded("parent_id").isin([None])
    may_wait = addressed & window.is_public & window.has("intents", NEEDING)
    for brand in brands_of(rule, facts):
        answers = _Answers.of(facts, brand.id)
        minutes = rule.when["minutes"] or brand.service.response_minutes
        oldest = facts.now - rule.when["forget_days"] * DAY
        late: dict[str, tuple[float, Spoken]] = {}
        said = passing(rule, facts.of_brand(brand.id)).within(oldest)
        for one in said.where(may_wait):
            if (
                _class(one) not in rule.when["classes"]
                or not _awaits(one, answers)
                or _is_settled(one, brand, facts)
            ):
                continue
            due = due_at(instant(one.published), minutes, brand.service)
            if due and due.timestamp() <= facts.now:
                late[one.cluster if not one.author else one.thread + one.author] = (
                    due.timestamp(), one,
                )  # fmt: skip
        if late:
            waiting = sorted(late.values(), key=lambda each: each[0])
            gaps = {
                one.mention_id: hearing.gap(
                    hearing.concerned([brand.id], [one.source]), one.published, facts.now
                )
                for _, one in waiting
            }
            yield _late(rule, facts, brand, waiting, gaps)


def _is_settled(one: Spoken, brand: Brand, facts: Facts) -> bool:
    danger = _class(one) == "legal_safety"
    asked = facts.rulings.of_danger if danger else facts.rulings.of_talk
    return asked(one.mention_id, brand.id) is not None


def _late(
    rule: AlertRule,
    facts: Facts,
    brand: Brand,
    waiting: Sequence[tuple[float, Spoken]],
    gaps: Mapping[str, str],
) -> Finding:
    told = [
        (due, one) for due, one in waiting if not gaps[one.mention_id] or due + WAITED <= facts.now
    ]
    late = told or waiting
    unheard = next(filter(None, (gaps[one.mention_id] for _, one in late)), "")
    longest = (facts.now - late[0][0]) / 60
    waits = {
        one.mention_id: f"{_class(one)}, due {instant(due):%Y-%m-%d %H:%M} UTC" for due, one in late
    }
    noun = "mention waits" if len(late) == 1 else "mentions wait"
    return Finding(
        rule=rule,
        subject=f"{brand.id}/unanswered",
        brand_id=brand.id,
        began=late[0][0],
        last=facts.now,
        value=float(len(late)),
        unit="mentions",
        title=f"{brand.name}: {len(late)} priority {noun} past the promise, the longest by "
        f"{_span(longest)}",
        usual=0.0,
        low=0.0,
        high=0.0,
        severity=3 if any(_class(one) == "legal_safety" for _, one in late) else 2,
        held="" if told else unheard,
        unheard=unheard if told else "",
        quiet=HOUR,
        behind=[one for _, one in sorted(late, key=lambda each: (_rank(each[1]), each[0]))],
        notes=waits,
        detail={"longest_minutes": round(longest), "uncertain": len(waiting) - len(told)},
        chart=_daily(one for _, one in late),
    )


def _span(minutes: float) -> str:
    return f"{minutes / 60:,.0f} h" if minutes >= 120 else f"{minutes:.0f} min"  # noqa: PLR2004


def _class(one: Spoken) -> str:
    """Return what a mention is for care: as care.triage."""
    if any(flag["kind"] in DANGER for flag in one.flags):
        return "legal_safety"
    if "bug_report" in one.intents:
        return "bug_report"
    if one.intents & {"complaint", "churn"}:
        return "complaint"
    return "question" if one.intents & {"question", "support"} else "other"


def _rank(one: Spoken) -> int:
    return ("legal_safety", "bug_report", "complaint", "question", "other").index(_class(one))


class _Answers:
    """What a brand answered, by whom and where: what is asked of every mention."""

    def __init__(self, facts: Facts, brand_id: str) -> None:
        self.facts = facts
        self.by_parent: dict[str, list[Spoken]] = defaultdict(list)
        self.by_thread: dict[str, list[Spoken]] = defaultdict(list)
        window = facts.spoken.window
        said = facts.spoken.where(window.coded("author_brand_id").isin([brand_id])).once()
        reviews = facts.spoken.where(window.coded("kind").isin(["review"]))
        reviewed = set(reviews.column("mention_id"))
        self.own = set(said.column("mention_id"))
        self.threads = set(said.column("thread_id"))
        replied = zip(said.column("parent_id"), said.column("source"), strict=True)
        self.review_sources = {source for parent, source in replied if parent in reviewed}
        # What is older answers nothing that still waits.
        for one in said.within(facts.now - LOOK_BACK.total_seconds()):
            self.by_thread[one.thread].append(one)
            if one.parent:
                self.by_parent[one.parent].append(one)

    @classmethod
    def of(cls, facts: Facts, brand_id: str) -> _Answers:
        """Return the answers of a brand, made once for all rules."""
        if brand_id not in facts.answers:
            facts.answers[brand_id] = cls(facts, brand_id)
        found: _Answers = facts.answers[brand_id]
        return found

    def answered(self, asked: Spoken) -> bool:
        """Tell whether a person of the brand answered: it, or its author in the same thread."""
        if any(_is_human(reply, asked) for reply in self.by_parent.get(asked.mention_id, ())):
            return True
        return any(
            _is_human(reply, asked)
            and any(
                asked.author and to.author == asked.author
                for to in self.facts.find(reply.parent or "")
            )
            for reply in self.by_thread.get(asked.thread, ())
        )


def _is_human(reply: Spoken, asked: Spoken) -> bool:
    return reply.published - asked.published > PROMPT_S


def _awaits(one: Spoken, answers: _Answers) -> bool:
    """Tell whether it was said to the brand, needs an answer and has none: as care.response.

    That people said it, and that they need something, was asked of the columns.
    """
    return (
        one.kind != "share"
        and (one.addressed or one.parent in answers.own)
        # Nobody can see whether a review was answered where no source shows it.
        and (one.kind != "review" or one.source in answers.review_sources)
        and not answers.answered(one)
    )


# --- talks to join ------------------------------------------------------------------------------


def judge_join(rule: AlertRule, facts: Facts, _: Hearing) -> Iterator[Finding]:
    """Conversations nobody brought to the brand and where a word would help: as join_candidate.

    One story a brand, each with its reply link; it goes on while there are any.
    """
    oldest, window = facts.now - rule.when["max_age_hours"] * HOUR, facts.spoken.window
    may_join = (
        window.is_public
        & ~window.is_flagged
        & ~window.coded("addressed").isin([1])
        & window.coded("relation").isin(["untagged", "off_channel"])
        & window.has("intents", rule.when["needs"])
    )
    for brand in brands_of(rule, facts):
        answers = _Answers.of(facts, brand.id)
        first: dict[str, Spoken] = {}
        # Who decides of one copy decides of all.
        settled = {
            copy.cluster
            for mention_id, _ in facts.rulings.talks
            for copy in facts.find(mention_id)
            if facts.rulings.of_talk(mention_id, brand.id)
        }
        said = passing(rule, facts.of_brand(brand.id)).within(oldest)
        for one in said.where(may_join):
            if one.cluster not in settled and _is_open(rule, one, facts, answers):
                first.setdefault(one.cluster, one)
        if first:
            talks = sorted(first.values(), key=_by_reach(facts))
            yield _joining(rule, facts, brand, talks)


def _is_open(rule: AlertRule, one: Spoken, facts: Facts, answers: _Answers) -> bool:
    return (
        not one.withheld
        and one.kind in ("post", "comment")
        and not (one.kind == "post" and one.source in ARTICLES)
        and one.thread not in answers.threads
        and (_reach(facts, one) or 0) >= rule.when["min_reach"]
    )


def _reach(facts: Facts, one: Spoken) -> int | None:
    look = facts.newest(one.mention_id)
    if look is None:
        return None
    return look.views if look.views is not None else look.followers


def _by_reach(facts: Facts) -> Callable[[Spoken], tuple[int, float, str]]:
    return lambda one: (-(_reach(facts, one) or 0), -one.published, one.mention_id)


def _joining(rule: AlertRule, facts: Facts, brand: Brand, talks: Sequence[Spoken]) -> Finding:
    notes: Mapping[str, str] = {
        one.mention_id: ", ".join(sorted(one.intents & set(rule.when["needs"]))) for one in talks
    }
    noun = "conversation" if len(talks) == 1 else "conversations"
    return Finding(
        rule=rule,
        subject=f"{brand.id}/join",
        brand_id=brand.id,
        began=min(one.published for one in talks),
        last=facts.now,
        value=float(len(talks)),
        unit="conversations",
        title=f"{brand.name}: {len(talks)} {noun} off its channels where a word would help",
        low=0.0,
        high=0.0,
        severity=1,
        quiet=HOUR,
        behind=talks,
        notes=notes,
        detail={"newest": instant(max(one.published for one in talks)).isoformat()},
        chart=_daily(talks),
    )
