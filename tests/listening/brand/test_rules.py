"""The rules that reach across keys: names are unique, what is named is there."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.brand.load import check_file, load_brands
from tests.listening.brand.conftest import SMALL

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


def test_a_retention_names_known_sources(write):
    (problem,) = check_file(write(SMALL + "retention: {sources: {mastodo: {raw_days: 3}}}\n"))
    assert "unknown source 'mastodo'" in problem.message
    assert "mastodon" in problem.mend


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
