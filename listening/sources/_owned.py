"""What a brand's own channels have in common: whose they are, what it answers, what vanished."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from listening.contract import Brand, BrandFile, ConfigurationError, Item, Mention, Page
from listening.net.answer import GoneError
from listening.sources import Look, Settings, Target
from listening.sources._api import EPOCH, Again, Heard, gone
from listening.sources._read import Pager, field, host_of, page_of, target_name, tell_news, text_id

REPLY: Final = "/reply"  # after the id of what the brand answered, where its answer has no id


def channel(
    source: str,
    name: str,
    brand: str,
    brands: BrandFile,
    facts: Mapping[str, Any],
    *,
    hosts: Sequence[str] = (),
    speaks: bool = True,
) -> Target:
    """Return a channel as a target: an own brand's is owned, a competitor's is off-channel.

    Its settings gain `brand`, `owned` and `voice`: the handle that the brand's answers are by,
    where the source tells of them without a handle of their own.

    Args:
        source: name of the source.
        name: of the channel at its source.
        brand: id of the brand whose channel it is.
        brands: the brand file.
        facts: other settings, of which `base_url` tells the host.
        hosts: others it may speak to.
        speaks: its answers are by the first of its `handles` for the source; without one nobody
            could tell them from what others say.

    Raises:
        ConfigurationError: the brand file has no such brand, or it has no handle there.
    """
    found = find_brand(source, name, brand, brands)
    own = found.role == "own"
    voice = next(iter(found.handles.get(source, ())), "")
    if speaks and not voice:
        raise ConfigurationError(
            f"brand {brand!r} has no handle for what it answers there",
            where=f"sources: {source}",
            mend=f"Add to the brand: handles: {{{source}: [{brand}]}}",
        )
    settings = {**facts, "brand": brand, "owned": own, "voice": voice}
    host = host_of(str(facts.get("base_url", "")))
    relation = "owned" if own else "off_channel"
    return Target(target_name(name), host, settings, tuple(hosts), relation)  # type: ignore[arg-type]


def find_brand(source: str, name: str, brand: str, brands: BrandFile) -> Brand:
    """Return the brand whose channel `name` is.

    Raises:
        ConfigurationError: the brand file has no such brand.
    """
    found = {one.id: one for one in brands.brands}
    if brand not in found:
        raise ConfigurationError(
            f"{name} is of brand {brand!r}, which is not in the brand file",
            where=f"sources: {source}",
            mend=f"Use one of {', '.join(found)}",
        )
    return found[brand]


def channels(
    source: str,
    settings: Settings,
    listed: str,
    named: str,
    brands: BrandFile,
    *,
    speaks: bool = True,
    **facts: Any,
) -> list[Target]:
    """Return the channels that a source's settings list, each as a target.

    A target's settings are those of the source, of the channel where they say something, and the
    channel's id.

    Args:
        source: name of the source.
        settings: with a list of channels, each with `id` and `brand`.
        listed: name of that list.
        named: what an id is called in a target's settings.
        brands: the brand file.
        speaks: as `channel` takes it.
        facts: what stands in place of settings.

    Raises:
        ConfigurationError: as `channel` does.
    """
    shared = {**settings.model_dump(exclude={listed}), **facts}
    shared["base_url"] = shared["base_url"].rstrip("/")
    hosts = [host_of(shared["token_url"])] if "token_url" in shared else []
    found = []
    for one in getattr(settings, listed):
        own = one.model_dump(exclude={"id", "brand"})
        said = {name: value for name, value in own.items() if value}
        told = {**own, **shared, **said, named: one.id}
        found.append(channel(source, one.id, one.brand, brands, told, hosts=hosts, speaks=speaks))
    return found


def whose(look: Look) -> dict[str, Any]:
    """Return whose channel it is, as fields of a mention."""
    return {"brand_id": look.settings["brand"], "owned": look.settings["owned"]}


def dated(look: Look, native_id: str, at: datetime) -> dict[str, datetime | None]:
    """Return when something was said whose one date moves with each edit, as fields of a mention.

    The first date seen stays the day it was published.
    """
    first = look.recent(EPOCH).get(native_id) or at
    return {"published_at": min(first, at), "edited_at": at if at > first else None}


def answered(look: Look, to: Mention, text: str, at: datetime) -> Mention:
    """Return what the brand answered to a review, where the answer has no id of its own."""
    native_id = f"{to.native_id}{REPLY}"
    return Mention(
        source=to.source,
        native_id=native_id,
        text=text,
        url=to.url,
        author=look.settings["voice"],
        **dated(look, native_id, at),  # type: ignore[arg-type]
        observed_at=look.started_at,
        kind="comment",
        channel=to.channel,
        parent_native_id=to.native_id,
        thread_native_id=to.native_id,
        **whose(look),
    )


def review_page(
    look: Look,
    source: str,
    where: str,
    reviews: Sequence[Any],
    *,
    id_field: str,
    review: Callable[[Any], Mention],
    reply_of: Callable[[Any], Any],
    reply: Callable[[Any], tuple[str, datetime]],
    known: Collection[str] = (),
) -> Page:
    """Return reviews, then what the brand answered to them.

    Args:
        look: whose channel it is.
        source: name of the source.
        where: the address asked.
        reviews: as served.
        id_field: of a review.
        review: reads one.
        reply_of: returns its answer as served, None where it has none.
        reply: reads that: its text, and when it was last changed.
        known: the fields of a review; of others a warning tells once.
    """
    if known:
        tell_news(source, reviews, known)
    told = [(one, None) for one in reviews]
    told += [(one, said) for one in reviews if (said := reply_of(one)) is not None]

    def read(pair: tuple[Any, Any]) -> Mention:
        mention = review(pair[0])
        return mention if pair[1] is None else answered(look, mention, *reply(pair[1]))

    def name(pair: tuple[Any, Any]) -> str:
        return text_id(pair[0], id_field) + (REPLY if pair[1] is not None else "")

    return page_of(source, where, told, read, name)


def inner(raw: Any, name: str) -> Any:
    """Return a field of an item of whatever shape, None where it has none."""
    return raw.get(name) if isinstance(raw, Mapping) else None


def count(raw: Any, name: str) -> int | None:
    """Return a count that may be left out.

    Raises:
        UncleanError: it is there, and no whole number (bad_type).
    """
    if inner(raw, name) is None:
        return None
    number: int = field(raw, name, int)
    return number


def walk(look: Look, where: str, ask: Callable[[str], tuple[Page, str]]) -> Iterator[Page]:
    """Yield the pages of a list that shows the newest first, back to the overlap.

    Args:
        look: tells how far back.
        where: names the list.
        ask: returns the page of a token ("" at first), and the next one's token, "" at the end.
    """
    pager, token = Pager(where), ""
    while True:
        page, token = ask(token)
        pager.turn(item.native_id for item in page.items)
        yield page
        if not token or is_old(look, page):
            return


def is_old(look: Look, page: Page) -> bool:
    """Tell whether nothing on a page was said or changed within the overlap."""
    said = [item for item in page.items if isinstance(item, Mention)]
    return max((one.edited_at or one.published_at for one in said), default=look.since) < look.since


def follow(
    look: Look, source: str, pages: Iterable[Page], again: Again | None = None
) -> Iterator[Page]:
    """Yield pages as they come, then what vanished from them, asked for singly.

    The cursor moves with the last page. `again` returns what is there now of an id; the id is
    deleted where that raises `GoneError`, or tells of other things only.
    """
    heard = Heard(look)
    yield from heard.note(pages)
    yield heard.vanished(partial(_now, look, source, again) if again else None)


def _now(look: Look, source: str, again: Again, native_id: str) -> Iterator[Item]:
    try:
        there = [item for item in again(native_id) if item.native_id == native_id]
    except GoneError:
        there = []
    yield from there[:1] or gone(look, source, [native_id])
