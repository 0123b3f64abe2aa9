"""What a rule of `alerts:` may say: the limits of each kind, with their defaults and meaning.

The descriptions are the rule reference of docs/alerts.md; a test holds the two together.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from listening.contract import FLAGS, TEAMS, AlertKind, AlertRule, Escalation

if TYPE_CHECKING:
    Team = str
    Flag = str
else:
    Team, Flag = Literal[TEAMS], Literal[FLAGS]
Metric = Literal["likes", "shares", "comments", "views", "engagement"]
Speaker = Literal["anyone", "brand", "others"]
Need = Literal["question", "support", "purchase", "complaint", "bug_report", "churn"]
Class = Literal["legal_safety", "bug_report", "complaint", "question"]
Count = Annotated[int, Field(strict=True, ge=1)]
Hours = Annotated[int, Field(strict=True, ge=1, le=24 * 28)]
Days = Annotated[int, Field(strict=True, ge=1, le=7)]
Weeks = Annotated[int, Field(strict=True, ge=3, le=8)]
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


def _check_channel(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", value):
        raise PydanticCustomError(
            "brand",
            "{message}",
            {
                "message": "is no name of a channel",
                "mend": "Name a connection, such as pr-chat; its address and secret stay outside",
            },
        )
    return value


Channel = Annotated[str, AfterValidator(_check_channel)]


class Limits(BaseModel):
    """What one kind of rule goes by."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PostCount(Limits):
    """One post reached a count."""

    metric: Metric = Field("engagement", description="what is counted; engagement: all but views")
    at_least: Count = Field(description="the count that is crossed")
    said_by: Speaker = Field("anyone", description="whose posts: the brand's, others', anyone's")
    max_age_hours: Hours = Field(72, description="older posts are no news")


class PostVelocity(Limits):
    """One post gains fast."""

    metric: Metric = Field("engagement", description="what is counted; engagement: all but views")
    per_hour: Count = Field(description="gained an hour, between two looks or since it was posted")
    at_least: Count = Field(20, description="gained between the two looks, so that few are no pace")
    said_by: Speaker = Field("anyone", description="whose posts: the brand's, others', anyone's")
    max_age_hours: Hours = Field(72, description="older posts are no news")


class VolumeSpike(Limits):
    """More people than usual speak of a brand at this hour of the week."""

    hours: Annotated[int, Field(strict=True, ge=1, le=24)] = Field(
        3, description="how many hours are taken together"
    )
    deviations: Positive = Field(3.0, description="above the usual, in its deviations")
    min_voices: Count = Field(8, description="people in these hours; below it nothing is a spike")
    weeks: Weeks = Field(8, description="weeks that say what is usual")


class SentimentDrop(Limits):
    """What is said is worse than usual at these hours of the week."""

    hours: Annotated[int, Field(strict=True, ge=1, le=24)] = Field(
        24, description="how many hours are taken together"
    )
    points: Share = Field(0.25, description="how far net sentiment (-1 to 1) fell at least")
    deviations: Positive = Field(3.0, description="and in deviations of the difference")
    min_scored: Count = Field(15, description="mentions with a sentiment, now and before each")
    min_authors: Count = Field(5, description="people who said it, so that one cannot")
    weeks: Weeks = Field(8, description="weeks that say what is usual")


class Topic(Limits):
    """A topic that is new, or that many more people than usual speak of."""

    days: Days = Field(3, description="how many days are taken together")
    min_voices: Count = Field(6, description="people in these days")
    times_usual: Positive = Field(2.0, description="so many times the usual of the 14 days before")
    deviations: Positive = Field(3.0, description="and in deviations of the usual")
    discovered: bool = Field(
        default=True,
        strict=True,
        description="also topics that nobody declared, as discovered by night",
    )


class Issue(Limits):
    """More people than usual complain about one topic: at once, or more from week to week."""

    min_authors: Count = Field(5, description="people, not posts; one loud author is no issue")
    deviations: Positive = Field(3.0, description="above the usual day of the 14 days before")
    times_before: Positive = Field(
        2.0, description="a slow rise: people in a week, beside the week before"
    )


class LegalFlag(Limits):
    """A suspicion that legal should see."""

    kinds: list[Flag] = Field([], description="kinds of flags; empty: all")
    min_severity: Annotated[int, Field(strict=True, ge=1, le=3)] = Field(
        2, description="1 talk of law, 2 rights and secrets, 3 people in danger"
    )
    min_score: Share = Field(0.5, description="the rule's own certainty")


class Unanswered(Limits):
    """What was said to the brand and matters is not answered in time."""

    classes: list[Class] = Field(
        ["legal_safety", "bug_report", "complaint"], description="what has priority"
    )
    minutes: Count | None = Field(
        None, description="business minutes; default: response_minutes of the file"
    )
    forget_days: Annotated[int, Field(strict=True, ge=1, le=14)] = Field(
        7, description="what is older is on the list of care, not in an alert"
    )


class VoiceShift(Limits):
    """The brand's share of what is said about it and its competitors moved."""

    days: Days = Field(7, description="how many days are taken together")
    points: Share = Field(0.1, description="how far the share moved at least, 0.1 is 10 points")
    deviations: Positive = Field(3.0, description="and in deviations of the difference")
    min_voices: Count = Field(30, description="voices of all brands, now and before each")
    weeks: Weeks = Field(4, description="weeks that say what is usual")


class SourceSilent(Limits):
    """A stream that is not heard any more, or that serves nothing where it used to."""

    hours: Hours = Field(3, description="without a whole look at it")
    missing: Count = Field(
        10, description="mentions that should have come at its usual pace, of which none came"
    )


class Amplify(Limits):
    """A young post about the brand fares better than posts of its age do."""

    times_usual: Positive = Field(2.0, description="its engagement, in times the usual at its age")
    min_engagement: Count = Field(10, description="below it nothing is worth it")
    min_posts: Count = Field(5, description="posts that say what is usual")
    max_age_hours: Hours = Field(48, description="older posts are not young")


class Join(Limits):
    """A conversation about the brand that nobody brought to it, and where a word would help."""

    needs: list[Need] = Field(
        ["question", "support", "purchase"], description="what somebody is after"
    )
    min_reach: int = Field(0, strict=True, ge=0, description="whom it reaches; 0: also unknown")
    max_age_hours: Hours = Field(24, description="older ones are not joined")


LIMITS: Final[dict[AlertKind, type[Limits]]] = {
    "post_count": PostCount,
    "post_velocity": PostVelocity,
    "volume_spike": VolumeSpike,
    "sentiment_drop": SentimentDrop,
    "topic": Topic,
    "issue": Issue,
    "legal_flag": LegalFlag,
    "unanswered": Unanswered,
    "voice_shift": VoiceShift,
    "source_silent": SourceSilent,
    "amplify": Amplify,
    "join": Join,
}
if set(LIMITS) != set(get_args(AlertKind)):  # pragma: no cover
    raise TypeError("every kind of alert has its limits here")


class EscalationModel(Limits):
    """Who hears of it next."""

    after_minutes: Count
    channels: Annotated[list[Channel], Field(min_length=1)]


class AlertModel(Limits):
    """A rule, but for the limits of its kind, which `listening.brand.rules` checks by kind."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    kind: AlertKind
    owner: Team
    channels: Annotated[list[Channel], Field(min_length=1)]
    action: Annotated[str, Field(min_length=3, max_length=500)]
    when: dict[str, Any] = {}
    cool_down_minutes: Count = 240
    escalate: list[EscalationModel] = []
    brands: list[str] = []
    products: list[str] = []
    topics: list[str] = []
    sources: list[str] = []
    enabled: bool = True

    @model_validator(mode="after")
    def _check_ladder(self) -> Self:
        steps = [one.after_minutes for one in self.escalate]
        if steps != sorted(set(steps)):
            message = "each step of 'escalate' comes later than the one before"
            raise PydanticCustomError(
                "brand", "{message}", {"message": message, "mend": "Order them by after_minutes"}
            )
        return self

    def rule(self) -> AlertRule:
        """Return the rule as a frozen value, with every limit of its kind stated."""
        return AlertRule(
            id=self.id,
            kind=self.kind,
            owner=self.owner,
            channels=tuple(dict.fromkeys(self.channels)),
            action=" ".join(self.action.split()),
            when=LIMITS[self.kind].model_validate(self.when).model_dump(),
            cool_down_minutes=self.cool_down_minutes,
            escalate=tuple(
                Escalation(one.after_minutes, tuple(dict.fromkeys(one.channels)))
                for one in self.escalate
            ),
            brands=tuple(self.brands),
            products=tuple(self.products),
            topics=tuple(self.topics),
            sources=tuple(self.sources),
            enabled=self.enabled,
        )
