"""Brand files: what loads, and what is refused with file, line and mend."""

import textwrap
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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

REPO = Path(__file__).parents[3]
EXAMPLE = """\
version: 1
timezone: Europe/Berlin
business_hours: {days: [mon, fri, tue], from: "09:00", to: "17:30", holidays: [2026-12-25]}
response_minutes: 30
publish_days: 60
brands:
  - id: acme
    name: Acme
    role: own
    aliases: [AcmeCo]
    handles: {mastodon: ["@acme@a.example"]}
    domains: [Acme.example]
    context: {near: [kettle], not_near: [cartoon]}
    products: [{id: k2, name: Acme K2, aliases: [K2]}]
    people: [{id: jo, name: Jo Acme, aliases: [Josephine Acme], handles: {x: ["@jo"]}, role: CEO}]
queries: [{id: main, q: 'acme OR "acme k2"', sources: [hackernews]}]
sources: {rss: {urls: ["https://a.example/feed"]}, hackernews: }
topics: [{id: battery, name: Battery, examples: ["dies after an hour"]}]
works: [{id: slogan, text: Boil it}, {id: manual, path: manual.txt}]
reference: {cost: costs.csv}
"""
SMALL = "version: 1\nbrands: [{id: acme, name: Acme, role: own}]\n"


@pytest.fixture
def write(tmp_path):
    (tmp_path / "manual.txt").write_text("Fill, boil, pour.", "utf-8")
    (tmp_path / "costs.csv").write_text("id\n", "utf-8")

    def write(text, name="brand.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return path

    return write


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


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "mend"),
    [
        ("version: 1", "version: 2", 1, "version: 2", "Known: 1"),
        ("version: 1\n", "", 1, "'version' is missing", "Add version:"),
        ("timezone:", "timezon:", 2, "unknown key 'timezon'", "Did you mean timezone?"),
        ("Europe/Berlin", "Europe/Berln", 2, "unknown time zone", "Did you mean Europe/Berlin?"),
        ('"09:00"', '"25:00"', 3, "'25:00' is no time of day", 'like "09:00"'),
        ('"09:00"', "9", 3, "9 is no time of day", 'like "09:00"'),
        ('"09:00"', '"18:00"', 3, "'from' is not before 'to'", "opening time first"),
        ("mon,", "monday,", 3, "'monday' is not a known value", "Did you mean mon?"),
        ("2026-12-25", "2026-13-25", 3, "'2026-13-25' is no date", "2026-12-25"),
        (
            "minutes: 30",
            'minutes: "30"',
            4,
            "response_minutes must be a whole number, not text",
            "quotes: 30",
        ),
        ("60", "0", 5, "publish_days", ""),
        ("60", "yes", 5, "publish_days must be a whole number", "whole number"),
        ("id: acme", "id: 7", 7, "id must be text, not a number", 'in quotes: "7"'),
        ("id: acme", "id: a/b", 7, "'a/b' is no id", "letters"),
        ("    name: Acme\n", "", 7, "'name' is missing", "Add name:"),
        ("name: Acme\n", "name: ''\n", 8, "name: is empty", "Write some text"),
        ("role: own", "role: rival", 9, "'rival' is not a known value", "competitor, own"),
        ("[AcmeCo]", "AcmeCo", 10, "aliases must be a list, not text", "[AcmeCo]"),
        ("[AcmeCo]", "", 10, "aliases must be a list, not nothing", "take the line out"),
        ("    handles", "    handels", 11, "unknown key 'handels'", "Did you mean handles?"),
        ('"@acme@a.example"', '"@ac me"', 11, "is no handle", "@acme"),
        ("Acme.example", "https://acme.example", 12, "is no domain", "without https://"),
        ("not_near", "far", 13, "unknown key 'far'", "near, not_near"),
        ("name: Acme K2", "nam: Acme K2", 14, "unknown key 'nam'", "Did you mean name?"),
        ("name: Jo Acme", "nam: Jo Acme", 15, "unknown key 'nam'", "Did you mean name?"),
        ("name: Jo Acme", "name: ACME", 15, "names a person and", "full name"),
        ('"@jo"', '"jo jo"', 15, "is no handle", "@acme"),
        ("q: 'acme OR \"acme k2\"'", "q: ''", 16, "empty query", "at least one word"),
        ("q: 'acme OR \"acme k2\"'", "q: '(acme'", 16, "ends too early", "parenthesis"),
        ("q: 'acme OR \"acme k2\"'", "q: NOT acme", 16, "matches everything", "must be there"),
        ("q: 'acme OR \"acme k2\"'", "q: [acme]", 16, "q must be text, not a list", "Write text"),
        ("[hackernews]", "[hackernew]", 16, "unknown source 'hackernew'", "mean hackernews?"),
        ("sources: {rss", "sources: {rs", 17, "unknown source 'rs'", "Did you mean rss?"),
        ("{urls:", "{url:", 17, "unknown key 'url'", "Did you mean urls?"),
        ("{rss: {", "{rss: [{", 17, "", ""),
        ("id: slogan", "id: manual", 19, "works: id 'manual' is used twice", "another id"),
        ("path: manual.txt", "path: gone.txt", 19, "'gone.txt' cannot be read", "UTF-8"),
        ("path: manual.txt", "note: x", 19, "unknown key 'note'", "id, path, text"),
        ("{id: slogan, text: Boil it}", "{id: slogan}", 19, "either text or path", "one of the"),
        ("name: Battery,", "name: Gesundheit,", 18, "people's health ('gesundheit')", "product"),
        ("{cost:", "{costs:", 20, "unknown reference table 'costs'", "Did you mean cost?"),
        ("costs.csv", "gone.csv", 20, "'gone.csv' does not exist", "relative"),
    ],
)
def test_a_mistake_is_named_with_line_and_mend(write, old, new, line, message, mend):
    assert old in EXAMPLE
    path = write(EXAMPLE.replace(old, new, 1))
    problems = check_file(path)
    assert any(
        problem.line == line and message in problem.message and mend in problem.mend
        for problem in problems
    ), problems
    assert all(problem.file == str(path) and problem.mend for problem in problems)
    with pytest.raises(ConfigurationError) as caught:
        load_brands([path])
    assert caught.value.exit_code == 2
    assert caught.value.where.startswith(f"{path}:")


@pytest.mark.parametrize(
    ("text", "line", "message", "mend"),
    [
        ("version: 1\nbrands: [\n", 3, "not YAML", "brackets"),
        ("version: 1\n\tbrands: []\n", 2, "not YAML", "tabs"),
        ("version: 1\nversion: 1\nbrands: []\n", 2, "duplicate key", "Keep one"),
        ("version: 1\nbrands: []\n", 2, "brands", ""),
        ("", 1, "must be a mapping", "version: 1"),
        ("- a\n", 1, "must be a mapping", "version: 1"),
        (b"version: 1\nbrands: \xff\n", 2, "not UTF-8", "UTF-8"),
        ("version: 1\nbrands: &a [*a]\n", 2, "brands must be", ""),
        ("version: 1\n? [a, b]\n: c\nbrands: []\n", 1, "", ""),
        ("version: !!python/object:os.system 1\nbrands: []\n", 1, "version", ""),
    ],
)
def test_what_is_no_brand_file_at_all_is_named_too(write, text, line, message, mend):
    problems = check_file(write(text))
    assert any(
        problem.line == line and message in problem.message and mend in problem.mend
        for problem in problems
    ), problems


def test_blown_up_aliases_are_refused_soon(write):
    layers = "\n".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 12))
    problems = check_file(write(f"version: 1\nl0: &l0 [a, a]\n{layers}\n"))
    assert "without end" in problems[0].message


def test_a_file_that_is_not_there_is_a_problem(tmp_path):
    (problem,) = check_file(tmp_path / "gone.yaml")
    assert "No such file" in problem.message


def test_all_problems_are_told_at_once_in_order(write):
    wrong = EXAMPLE.replace("timezone:", "timezon:").replace("role: own", "role: rival")
    wrong = wrong.replace("[hackernews]", "[nowhere]")
    path = write(wrong)
    assert [problem.line for problem in check_file(path)] == [2, 9, 16]
    with pytest.raises(ConfigurationError, match="2 more"):
        load_brands([path])


TWO = """\
version: 1
brands:
  - {id: acme, name: Acme, role: own, handles: {x: ["@acme"]}, products: [{id: k, name: K}]}
  - {id: zeta, name: %s, role: own, handles: {x: ["%s"]}, products: [{id: %s, name: Z}]}
"""


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("ACME", "@zeta", "z"), "names two brands"),
        (("Zeta", "@ACME", "z"), "belongs to two brands"),
        (("Zeta", "@zeta", "K"), "used twice"),
        (("Zeta", "@zeta", "z"), None),
    ],
)
def test_two_brands_share_no_name_handle_or_product(write, values, message):
    problems = check_file(write(TWO % values))
    assert [problem.line for problem in problems] == ([4] if message else [])
    assert all(message in problem.message for problem in problems)


RIVALS = """\
version: 1
brands:
  - {id: acme, name: Acme, role: own%s}
  - {id: zeta, name: Zeta, role: competitor%s}
  - {id: yota, name: Yota, role: competitor}
"""


@pytest.mark.parametrize(
    ("own", "rival", "line", "message"),
    [
        (", competitors: [zetta]", "", 3, "is no competitor of this file"),
        (", competitors: [acme]", "", 3, "is no competitor of this file"),
        ("", ", competitors: [yota]", 4, "has no competitors of its own"),
        (", competitors: [yota]", "", None, None),
    ],
)
def test_competitors_are_declared_ones(write, own, rival, line, message):
    problems = check_file(write(RIVALS % (own, rival)))
    assert [problem.line for problem in problems] == ([line] if line else [])
    assert all(message in problem.message for problem in problems)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("", ("zeta", "yota")), (", competitors: [yota]", ("yota",)), (", competitors: []", ())],
)
def test_without_a_list_all_competitors_of_the_file_are(write, stated, expected):
    """Those of other files are not, however many files are loaded at once."""
    other = "version: 1\nbrands: [{id: far, name: Far, role: competitor}]\n"
    file = load_brands([write(RIVALS % (stated, "")), write(other, "other.yaml")])
    assert [one.competitors for one in file.brands] == [expected, None, None, None]


PEOPLE = """\
version: 1
brands:
  - {id: acme, name: Acme, role: own, handles: {x: ["@acme"]}, people: [{id: jo, name: Jo Doe}]}
  - {id: zeta, name: Zeta, role: own, people: [{id: %s, name: %s, handles: {x: ["%s"]}}]}
"""


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("al", "jo doe", "@al"), "names a person and"),
        (("al", "Al Roe", "@Acme"), "belongs to two brands or people"),
        (("JO", "Al Roe", "@al"), "used twice"),
        (("al", "Al Roe", "@al"), None),
    ],
)
def test_people_share_no_name_handle_or_id(write, values, message):
    problems = check_file(write(PEOPLE % values))
    assert [problem.line for problem in problems] == ([4] if message else [])
    assert all(message in problem.message for problem in problems)


def test_of_two_retentions_the_shorter_holds(write):
    a = write(SMALL + "retention: {raw_days: 20, sources: {rss: {text_days: 90}}}\n", "a.yaml")
    other = "version: 1\nbrands: [{id: z, name: Z, role: own}]\n"
    b = write(other + "retention: {text_days: 700, sources: {rss: {raw_days: 7}}}\n", "b.yaml")
    both = load_brands([a, b]).retention
    assert both.of("mastodon") == Keep(20, 700)
    assert both.of("rss") == Keep(7, 90)
    assert load_brands([write(SMALL, "c.yaml")]).retention.of("rss") == Keep(30, None)


def test_a_retention_names_known_sources(write):
    (problem,) = check_file(write(SMALL + "retention: {sources: {mastodo: {raw_days: 3}}}\n"))
    assert "unknown source 'mastodo'" in problem.message
    assert "mastodon" in problem.mend


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


def test_every_key_is_documented():
    from listening.brand.model import BrandModel, BusinessHours, File

    text = (REPO / "docs" / "brand-file.md").read_text("utf-8")
    for model in (File, BrandModel, BusinessHours):
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}`" in text, name


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "q", "brands", "handles", "rss", "urls"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["version", "brands", "queries", "sources", "works", "reference", "topics"]
        ),
        values,
    )
)
def test_no_shape_of_values_breaks_the_check(value):
    """Whatever stands where, the answer is faults with mends, or a model."""
    from listening.brand.rules import validate

    file, faults = validate(value, Path("/nowhere"))
    assert file is not None or faults
    assert all(fault.message and fault.mend for fault in faults)


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


def test_an_exclude_list_needs_a_query(tmp_path):
    path = tmp_path / "brand.yaml"
    path.write_text("version: 1\nbrands: [{id: a, name: Acme, role: own}]\nexclude: [hiring]\n")
    (problem,) = check_file(path)
    assert (problem.line, "no queries" in problem.message) == (3, True)


def test_an_exclude_list_must_fit(tmp_path):
    path = tmp_path / "brand.yaml"
    many = ", ".join(f"word{number}" for number in range(500))
    path.write_text(
        "version: 1\nbrands: [{id: a, name: Acme, role: own}]\n"
        f"queries:\n  - id: main\n    q: acme\n    exclude: [{many}]\n"
    )
    (problem,) = check_file(path)
    assert (problem.line, "longer than 4,000" in problem.message) == (5, True)


@pytest.mark.parametrize(
    ("protected", "said"),
    [
        ("{fetch_posted_images: true}", "there is no picture to compare with"),
        ("{images: [], fetch_posted_images: true}", "there is no picture to compare with"),
        ("{images: [{id: a, path: none.png}]}", "cannot be read"),
        ("{images: [{id: a, path: manual.txt}]}", "is no picture"),
        ("{look_at_posts: true}", "look_at_posts"),
    ],
)
def test_pictures_that_cannot_be_compared_are_refused(write, protected, said):
    (problem,) = check_file(write(f"{SMALL}protected: {protected}\n"))
    assert said in problem.message


def test_pictures_are_sought_only_where_the_file_asks_for_it(write):
    images = "images: [{id: box, phash: ffd8c0a09080e0f1}]"
    quiet = load_brands([write(f"{SMALL}protected: {{{images}}}\n")])
    asking = load_brands([write(f"{SMALL}protected: {{{images}, fetch_posted_images: true}}\n")])
    assert quiet.sought_images == ()
    assert [one.phash for one in asking.sought_images] == ["ffd8c0a09080e0f1"]
