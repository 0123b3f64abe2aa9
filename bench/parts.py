"""What each tagger costs, and for how many posts it has something to say.

In processor time, of one process on one thread: other work on the machine counts little.

`python -m bench.parts POSTS BRAND` prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from listening.brand.load import load_brands
from listening.contract import TAG_FIELDS

if TYPE_CHECKING:
    from spacy.tokens import Doc

Result = TypeVar("Result")

WARM_UP: Final = 256
"""Posts read before: what is loaded at the first text that needs it is start-up."""


@dataclass(frozen=True)
class Part:
    """One step: processor milliseconds for 1,000 posts, and the share of posts it has a label for.

    `said` is None where a step labels nothing itself.
    """

    name: str
    milliseconds: float
    said: float | None


def measure(posts: Sequence[str], brand: Path) -> list[Part]:
    """Return what every step costs, in the order they run."""
    from nlp.pipeline import build
    from nlp.tagger import Said

    pipeline = build(load_brands([brand]))
    said = [Said(text=each) for each in posts]
    list(_steps(pipeline, said[:WARM_UP]))
    return list(_steps(pipeline, said[WARM_UP:]))


def _steps(pipeline: Any, said: Sequence[Any]) -> Iterator[Part]:
    from nlp.chunk import to_table
    from nlp.pipeline import make_doc, to_row

    def part(name: str, taken: float, share: float | None = None) -> Part:
        return Part(name, taken * 1e6 / len(said), share)

    docs, taken = _time(lambda: [make_doc(pipeline, each) for each in said])
    yield part("words", taken)
    for name, component in pipeline.pipeline:
        _, taken = _time(partial(_read, component, docs))
        yield part(name, taken, _share([component.report(doc) for doc in docs]))
    taggers = [component for _, component in pipeline.pipeline]
    rows, taken = _time(lambda: [to_row(taggers, doc) for doc in docs])
    yield part("rows", taken)
    _, taken = _time(lambda: to_table(rows, TAG_FIELDS))
    yield part("table", taken)


def _read(component: Any, docs: Sequence[Doc]) -> None:
    for _ in component.pipe(docs, batch_size=len(docs)):
        pass


def _time(work: Callable[[], Result]) -> tuple[Result, float]:
    begun = time.process_time()
    result = work()
    return result, time.process_time() - begun


def _share(reports: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the share of reports with anything in them; None where a part reports nothing."""
    if not any(reports):
        return None
    return sum(any(map(_says, each.values())) for each in reports) / len(reports)


def _says(value: Any) -> bool:
    return len(value) > 0 if hasattr(value, "__len__") else value is not None


if __name__ == "__main__":
    _posts, _brand = map(Path, sys.argv[1:])
    _parts = measure(json.loads(_posts.read_text(encoding="utf-8")), _brand)
    json.dump([asdict(each) for each in _parts], sys.stdout)
