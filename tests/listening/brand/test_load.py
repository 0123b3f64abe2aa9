"""Brand files are read into one frozen value, and those that contradict each other are refused."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from listening.brand.load import brand_paths, check_file, load_brands
from listening.contract import (
    Brand,
    ConfigurationError,
    Keep,
    Mention,
    Person,
    Product,
    Query,
    Topic,
    Work,
)
from listening.query.search import compile_query
from listening.sources import SOURCES
from tests.listening.brand.conftest import EXAMPLE, SMALL

REPO = Path(__file__).parents[3]


def test_a_file_becomes_a_frozen_value(write, tmp_path):
    path = write(EXAMPLE)
    assert check_file(path) == []
    file = load_brands([path])
    (acme,) = file.brands
    assert isinstance(acme, Brand)
    assert (acme.id, acme.role, acme.aliases) == ("acme", "own", ("AcmeCo",))
    assert acme.handles == {"mastodon": ("@acme@a.example",)}
    assert acme.domains == ("acme.example",)
    assert acme.products == (Product("k2", "Acme K2", ("K2",)),)
    assert acme.people == (Person("jo", "Jo Acme", ("Josephine Acme",), {"x": ("@jo",)}, "CEO"),)
    assert acme.context.not_near == ("cartoon",)
    hours = acme.service
    assert (hours.timezone, hours.days, hours.response_minutes) == ("Europe/Berlin", (0, 1, 4), 30)
    assert (hours.opens, hours.closes) == (time(9), time(17, 30))
    assert hours.holidays == (date(2026, 12, 25),)
    assert file.queries == (Query("main", 'acme OR "acme k2"', ("hackernews",)),)
    assert file.sources == {"rss": {"urls": ["https://a.example/feed"]}, "hackernews": {}}
    assert file.topics == (Topic("battery", "Battery", ("dies after an hour",)),)
    assert file.works == (Work("slogan", "Boil it"), Work("manual", "Fill, boil, pour."))
    assert file.reference == {"cost": str(tmp_path / "costs.csv")}
    assert (file.publish_days, file.files) == (60, (str(path),))


def test_only_version_and_brands_are_required(write):
    file = load_brands([write(SMALL)])
    assert file.publish_days == 90
    assert file.brands[0].service.timezone == "UTC"


def test_of_two_retentions_the_shorter_holds(write):
    a = write(SMALL + "retention: {raw_days: 20, sources: {rss: {text_days: 90}}}\n", "a.yaml")
    other = "version: 1\nbrands: [{id: z, name: Z, role: own}]\n"
    b = write(other + "retention: {text_days: 700, sources: {rss: {raw_days: 7}}}\n", "b.yaml")
    both = load_brands([a, b]).retention
    assert both.of("mastodon") == Keep(20, 700)
    assert both.of("rss") == Keep(7, 90)
    assert load_brands([write(SMALL, "c.yaml")]).retention.of("rss") == Keep(30, None)


def test_several_files_are_one(write):
    a = write(SMALL + "sources: {rss: {urls: [https://a.example]}}\npublish_days: 30\n", "a.yaml")
    b = write(
        "version: 1\nbrands: [{id: zeta, name: Zeta, role: competitor}]\n"
        "sources: {rss: {urls: [https://b.example, https://a.example]}}\n",
        "b.yaml",
    )
    both = load_brands([a, b, a])
    assert [brand.id for brand in both.brands] == ["acme", "zeta"]
    assert both.sources == {"rss": {"urls": ["https://a.example", "https://b.example"]}}
    assert (both.publish_days, both.files) == (30, (str(a), str(b)))


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (SMALL, "'acme' is used"),
        ("version: 1\nbrands: [{id: z, name: Z, role: own}]\npublish_days: 8\n", "disagree"),
    ],
)
def test_files_that_contradict_each_other_are_refused(write, second, message):
    first = write(SMALL + "publish_days: 7\n", "a.yaml")
    with pytest.raises(ConfigurationError, match=message):
        load_brands([first, write(second, "b.yaml")])


def test_brand_files_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("LISTENING_BRANDS", "a.yaml: b.yaml")
    assert brand_paths() == [Path("a.yaml"), Path("b.yaml")]
    monkeypatch.setenv("LISTENING_BRANDS", "")
    with pytest.raises(ConfigurationError, match="no brand file is named"):
        brand_paths()


@pytest.mark.parametrize("path", sorted(REPO.glob("brands/*.y*ml")), ids=lambda path: path.name)
def test_the_brand_files_of_the_project_are_right(path):
    assert check_file(path) == []


def test_sources_are_known():
    assert {"rss", "hackernews"} <= set(SOURCES)


NOON = datetime(2026, 10, 30, 12, tzinfo=UTC)


def test_what_is_excluded_is_part_of_each_query(tmp_path):
    path = tmp_path / "brand.yaml"
    path.write_text(
        "version: 1\nbrands: [{id: a, name: Acme, role: own}]\n"
        "exclude: [hiring]\n"
        "queries:\n  - {id: main, q: acme OR zeta, exclude: ['toy*', '\"acme road\"']}\n"
        "  - {id: k2, q: k2}\n"
    )
    main, k2 = load_brands([path]).queries
    on_topic = compile_query(main.q)
    said = {
        text: on_topic(Mention("rss", "1", text, NOON, NOON))
        for text in ("acme", "zeta toys", "12 Acme Road", "Acme is hiring")
    }
    assert list(said.values()) == [True, False, False, False]
    assert k2.q == "(k2) AND NOT ((hiring))"


def test_pictures_are_sought_only_where_the_file_asks_for_it(write):
    images = "images: [{id: box, phash: ffd8c0a09080e0f1}]"
    quiet = load_brands([write(f"{SMALL}protected: {{{images}}}\n")])
    asking = load_brands([write(f"{SMALL}protected: {{{images}, fetch_posted_images: true}}\n")])
    assert quiet.sought_images == ()
    assert [one.phash for one in asking.sought_images] == ["ffd8c0a09080e0f1"]
