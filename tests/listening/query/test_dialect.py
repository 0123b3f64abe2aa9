"""A query in an API's own words finds more or the same, never less, and keeps to its length."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.contract import ConfigurationError, Mention
from listening.query.dialect import Dialect, compile_search
from listening.query.search import compile_query

NOON = datetime(2026, 10, 30, 12, tzinfo=UTC)
X = Dialect(
    most=60, none_of="-", fields={"author": "from:", "lang": "lang:", "site": "url:"}
)  # fmt: skip
WORDS = Dialect(most=40, any_of=None, groups=False, phrases=False, stems=True)
FLAT = Dialect(most=80, groups=False, operators=2)


@pytest.mark.parametrize(
    ("q", "dialect", "searches"),
    [
        ("acme", X, ("acme",)),
        ('acme OR "acme k2"', X, ('acme OR "acme k2"',)),
        ("(acme OR zeta) kettle -toy", X, ("(acme OR zeta) kettle -toy",)),
        ("acme NOT (toy OR cartoon)", X, ("acme -toy -cartoon",)),
        ("acme author:@ada lang:de", X, ("acme from:ada lang:de",)),
        ("acme OR (zeta kettle)", X, ("acme OR (zeta kettle)",)),
        ("#acme", X, ("acme",)),
        ("case:Apple kettle", X, ("Apple kettle",)),
        ('"acme kettle"~3', X, ("acme kettle",)),
        ("brew*", X, ()),  # nothing it knows finds all of them
        ("brew* acme", X, ("acme",)),
        ("brew*", WORDS, ("brew",)),
        ("NOT toy", X, ()),
        ("lang:de", WORDS, ()),
        ("acme OR zeta OR kettle", WORDS, ("acme", "zeta", "kettle")),
        ('"acme k2"', WORDS, ("acme k2",)),
        ("acme -toy", WORDS, ("acme",)),  # it cannot leave out
        ("(acme OR zeta) kettle", FLAT, ("kettle",)),  # it cannot group
        ("(acme OR zeta) -kettle", FLAT, ("acme OR zeta",)),
        ("a OR b OR c OR d", FLAT, ("a OR b OR c", "d")),  # two operators at most
        ("acme (b OR c OR d OR e)", Dialect(most=99, operators=2), ("acme",)),
    ],
)
def test_a_query_in_the_words_of_a_search(q, dialect, searches):
    assert compile_search(q, dialect) == searches


def test_many_names_are_as_many_searches_as_they_need():
    names = [f"brand{number:03}" for number in range(50)]
    searches = compile_search(" OR ".join(names), X)
    assert all(len(search) <= X.most for search in searches)
    assert [word for search in searches for word in search.split(" OR ")] == names
    assert len(searches) == 10


def test_what_is_too_long_is_widened_where_it_can_be():
    many = " OR ".join(f"word{number}" for number in range(40))
    assert compile_search(f"acme AND ({many})", X) == ("acme",)


def test_a_word_longer_than_a_search_is_refused_with_its_mend():
    with pytest.raises(ConfigurationError, match="longer than the 60 characters"):
        compile_search("a" * 61, X)


# The dialects below are written as this project's own language, so that what they find can be run.
OURS = [
    Dialect(most=60, none_of="-"),
    Dialect(most=60, prefix="*"),
    Dialect(most=60, any_of=None, none_of="-", all_of=" AND "),
    Dialect(most=40, groups=False, phrases=False),
    Dialect(most=60, operators=1, none_of="-"),
]
LEAVES = st.sampled_from(
    ["a", "b", "c", '"a b"', '"b c"~1', "a*", "case:A", "#a", "lang:de", '"c"']
)
QUERIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} AND NOT {pair[1]})"),
    ),
    max_leaves=8,
)
TEXTS = st.lists(st.sampled_from(["a", "A", "b", "c", "ab", "#a", "x"]), max_size=6).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(QUERIES, TEXTS, st.sampled_from(OURS), st.sampled_from(["", "de"]))
def test_nothing_a_query_matches_is_missed_by_its_searches(q, text, dialect, lang):
    searches = compile_search(q, dialect)
    assert all(len(search) <= dialect.most for search in searches)
    mention = Mention("rss", "1", text, NOON, NOON, lang=lang)
    if searches and compile_query(q)(mention):
        assert any(compile_query(search)(mention) for search in searches)
