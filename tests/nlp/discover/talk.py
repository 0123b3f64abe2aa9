"""Two weeks of talk about an invented kettle: what people say on which day, and how it is sealed.

Every theme has its own ways to begin and to end a sentence; a day's texts are their pairs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from listening.contract import (
    FOOTER_KEY,
    INTENTS,
    LANDING_SCHEMA,
    TAGGED_SCHEMA,
    Batch,
    Coverage,
    DataRoot,
    Mention,
)

FIRST = date(2026, 9, 1)
MODEL = "a" * 64
STREAM = "import--file--talk"
Row = dict[str, Any]

THEMES: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "lid": (
        ("The lid of my Ternwick", "Lid", "My kettle's lid", "That plastic lid", "This lid"),
        (
            "cracked after a week",
            "will not close any more",
            "broke at the hinge",
            "snapped off when I opened it",
            "has a crack along the hinge",
            "came loose and fell off",
        ),
    ),
    "parcel": (
        (
            "My parcel",
            "The delivery of my Ternwick",
            "The courier's parcel",
            "Our order's shipping",
        ),
        (
            "came two weeks late",
            "is still not here and the tracking says nothing",
            "was delayed again, delivery on Monday they say",
            "went to the wrong address",
            "is stuck at the depot, delivery late",
            "arrived late, delivery took a month",
        ),
    ),
    "taste": (
        (
            "The water",
            "Every cup of tea",
            "Boiled water from the Ternwick",
            "Even after rinsing, water",
        ),
        (
            "tastes of plastic",
            "has a nasty plastic smell",
            "smells of chemicals and plastic",
            "has a strange plastic aftertaste",
            "stinks of burnt plastic",
        ),
    ),
    "raffle": (
        (
            "The Ternwick raffle",
            "This raffle for a kettle",
            "The summer raffle",
            "Their prize raffle",
        ),
        (
            "is open, enter and win",
            "has a first prize I want to win",
            "draws the winner on Friday",
            "asks you to post a photo to win",
            "gave my sister a prize",
            "needs one more ticket, win a kettle",
        ),
    ),
    "cord": (
        ("The power cord", "This cord", "The Ternwick's cord", "The mains cord"),
        (
            "is far too short for my kitchen",
            "does not reach the socket",
            "is so short I need an extension",
            "barely reaches the wall, too short",
            "is half a metre short",
            "is a joke, too short to reach",
        ),
    ),
    "plug": (
        ("The plug", "The Ternwick's plug", "My plug", "The mains plug"),
        (
            "gets hot and smells burnt",
            "is scorching hot to touch",
            "melted, it gets so hot",
            "overheats and burns my fingers",
            "went brown from the heat",
            "glows hot when boiling",
        ),
    ),
    "cord and plug": (
        (
            "The cord is too short and the plug",
            "Short cord, hot plug: it",
            "The mains cord with its plug",
            "This cord, and the plug on it,",
            "Cord does not reach, and the plug",
        ),
        (
            "gets hot and is half a metre short",
            "overheats and does not reach the socket",
            "burns hot and barely reaches the wall",
            "is hot and too short for my kitchen",
            "melts from heat, so short I need an extension",
            "is too hot to touch and too short to reach",
        ),
    ),
    "wifi": (
        ("The app", "App", "The Ternwick app", "This app"),
        (
            "cannot find my wifi",
            "loses the wifi connection every night",
            "will not connect to the router, no wifi",
            "drops the wifi again",
            "says no wifi though the router is beside it",
            "needs five tries to join the wifi network",
        ),
    ),
    "login": (
        ("The app", "App", "The Ternwick app", "This app"),
        (
            "rejects my password",
            "logs me out of my account every day",
            "wants a new password at each login",
            "locked my account after one wrong password",
            "does not send the mail to reset my account password",
            "says my account and password are unknown",
        ),
    ),
    "wifi and login": (
        (
            "The app drops the wifi, then",
            "No wifi connection in the app, and it",
            "App loses wifi and",
            "After each wifi drop the app",
            "The app cannot connect to wifi and",
        ),
        (
            "rejects my password at login",
            "logs me out of my account",
            "the account login fails too",
            "asks for the account password",
            "locks my account",
            "wants a login and password again",
        ),
    ),
}


def sentences(theme: str) -> list[str]:
    """Return all sentences of a theme, those with another beginning side by side."""
    begins, ends = THEMES[theme]
    pairs = product(range(len(begins)), range(len(ends)))
    ordered = sorted(pairs, key=lambda pair: ((pair[0] + pair[1]) % len(begins), pair))
    return [f"{begins[begin]} {ends[end]}" for begin, end in ordered]


def said(native_id: str, text: str, when: datetime, **more: Any) -> Mention:
    """Return a mention by an author of its own."""
    given = {"source": "import", "author": f"author-{native_id}"} | more
    return Mention(native_id=native_id, text=text, published_at=when, observed_at=when, **given)


def day_at(number: int, hour: float = 9) -> datetime:
    """Return a moment of a day of the fortnight, counted from 0."""
    start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    return start + timedelta(days=number, hours=hour)


def seal(
    root: DataRoot,
    seq: int,
    mentions: Sequence[Mention],
    vectors: np.ndarray,
    *,
    gone: Iterable[str] = (),
    model: str = MODEL,
    bands: Sequence[Sequence[int]] = (),
    **tags: Any,
) -> str:
    """Seal and tag one batch; `gone` are native ids the source deleted."""
    moment = max([each.observed_at for each in mentions], default=day_at(seq)) + timedelta(
        minutes=5
    )
    batch_id = f"mention/{STREAM}/{moment.date()}/{seq:08d}"
    rows = [_landed(each) for each in mentions]
    rows += [_deleted(native_id, moment) for native_id in gone]
    numbered = [row | {"item_no": number} for number, row in enumerate(rows)]
    batch = Batch(
        batch_id, "mention", STREAM, "import", "", "talk", seq, {}, {"page": seq}, moment, moment,
        moment, len(rows), {"kept": len(mentions)}, Coverage("complete", moment, moment),
    )  # fmt: skip
    _write(root.landed(batch_id), numbered, LANDING_SCHEMA, batch.to_footer())
    footer = json.dumps({"batch_id": batch_id, "taggers": {}, "model": model}).encode()
    tagged = [
        _tagged(each, vector, list(bands[place]) if bands else [], tags)
        for place, (each, vector) in enumerate(zip(mentions, vectors, strict=True))
    ]
    _write(root.tagged_batch(batch_id), tagged, TAGGED_SCHEMA, footer)
    return batch_id


def _landed(mention: Mention) -> Row:
    names = set(LANDING_SCHEMA.names) - {"warnings"}
    known = {name: getattr(mention, name, None) for name in names}
    return known | {
        "bucket": "kept",
        "seen_before": False,
        "mention_id": mention.mention_id,
        "content_hash": mention.content_hash,
    }


def _deleted(native_id: str, moment: datetime) -> Row:
    gone = said(native_id, "", moment)
    return {
        "bucket": "deleted",
        "seen_before": False,
        "source": "import",
        "native_id": native_id,
        "mention_id": gone.mention_id,
        "deleted_at": moment,
        "observed_at": moment,
    }


def _tagged(mention: Mention, vector: np.ndarray, bands: list[int], tags: Mapping[str, Any]) -> Row:
    match = {"brand_id": "tern", "product_id": None, "relation": "untagged", "start": 0, "end": 8,
             "matched": "Ternwick"}  # fmt: skip
    return {
        "mention_id": mention.mention_id,
        "content_hash": mention.content_hash,
        "language": "en",
        "sentiment": "negative",
        "p_negative": 0.8,
        "p_neutral": 0.1,
        "p_positive": 0.1,
        "intents": [{"id": name, "p": 0.9 if name == "complaint" else 0.1} for name in INTENTS],
        "brands": [match],
        "embedding": vector.tolist(),
        "bands": bands,
        **tags,
    }


def _write(path: Any, rows: list[Row], schema: pa.Schema, footer: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    table = pa.Table.from_pylist(full, schema=schema)
    pq.write_table(table.replace_schema_metadata({FOOTER_KEY: footer}), path)
