"""The query language: what matches, what is refused and with which mend."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.contract import Brand, BrandFile, ConfigurationError, Mention, Product, Query
from listening.query.search import compile_query, search_text, search_texts, topic_filter

NOON = datetime(2026, 10, 30, 12, tzinfo=UTC)


def say(text, **more):
    return Mention("rss", "1", text, NOON, NOON, **more)


def matches(q, text, **more):
    return compile_query(q)(say(text, **more))


@pytest.mark.parametrize(
    "text",
    [
        "acme",
        "ACME!",
        "#acme",
        "@Acme",
        "Acme's kettle",
        "(acme)",
        "\uff21\uff23\uff2d\uff25",
        "x\nacme",
    ],
)
def test_a_word_is_found_whole_in_any_case_and_form(text):
    assert matches("acme", text)
    assert matches("ACME", text)


def test_case_matters_where_a_query_says_so():
    for q in ("case:Apple", 'case:"Apple Watch"', "case:(Apple OR Macintosh)"):
        assert matches(q, "My Apple Watch")
        assert not matches(q, "an apple watch")
    assert search_texts("case:Apple") == ("apple",)
    assert not matches("case:Apple", "Apples")


@pytest.mark.parametrize("text", ["acmeco", "pacme", "acme_support", "ac me", ""])
def test_a_word_is_not_found_in_another(text):
    assert not matches("acme", text)


@pytest.mark.parametrize(
    ("q", "text", "found"),
    [
        ('"acme k2"', "the Acme-K2.", True),
        ('"acme k2"', "k2 acme", False),
        ("“acme k2”", "acme k2", True),
        ('"acme kettle"~2', "a kettle, the new Acme", True),
        ('"acme kettle"~1', "a kettle, the new Acme", False),
        ("brew*", "brewing", True),
        ("brew*", "homebrew", False),
        ("acme kettle", "kettle by acme", True),
        ("acme kettle", "acme", False),
        ("acme -toy", "acme toy", False),
        ("acme AND NOT (toy OR cartoon)", "acme kettle", True),
        ("acme AND NOT (toy OR cartoon)", "acme cartoon", False),
        ("a OR b AND c", "a", True),
        ("#acme", "#acme", True),
        ("#acme", "acme", False),
        ("c++", "I write C++ all day", True),
        ("c++", "I write C all day", False),
        ('"and"', "this and that", True),
        ("über", "ÜBER", True),
        (r"c\+\+", "c++", True),
    ],
)
def test_operators(q, text, found):
    assert matches(q, text) is found


@pytest.mark.parametrize(
    ("q", "more", "found"),
    [
        ("site:acme.example", {"url": "https://www.acme.example/x"}, True),
        ("site:acme.example", {"url": "https://shop.acme.example:8080/"}, True),
        ("site:acme.example", {"url": "https://notacme.example/"}, False),
        ("site:acme.example", {"url": ""}, False),
        ("author:@acme", {"author": "Acme"}, True),
        ("author:acme", {"author": "@acme@a.example"}, False),
        ("author:acme*", {"author": "@acme@a.example"}, True),
        ("lang:de", {"lang": "de-AT"}, True),
        ("lang:(de OR en)", {"lang": "en"}, True),
        ("lang:de", {"lang": "den"}, False),
        ("NOT lang:de", {"lang": ""}, True),
    ],
)
def test_fields(q, more, found):
    assert matches(q, "hello", **more) is found


def test_titles_count_as_text():
    assert matches("acme", "no name here", title="Acme opens a shop")


@pytest.mark.parametrize(
    ("q", "what", "mend"),
    [
        ("", "empty query", "at least one word"),
        ("  ", "empty query", "at least one word"),
        ('""', "no letter or digit", "Write a word"),
        ("🚀", "no letter or digit", "Write a word"),
        ("*", "no letter or digit", "Write a word"),
        ("acme AND", "character 9: it ends too early", "need a word"),
        ("acme OR OR b", "character 9", "need a word"),
        ("(acme", "ends too early", "parenthesis"),
        ('"acme', "character 1", "Close the quotation mark"),
        ("a AND sight:x.example", "character 7: unknown field sight:", "Did you mean site:"),
        ("https://acme.example", "unknown field https:", "in quotes"),
        ("ac*me", "wildcard inside a word", "may only end"),
        ("acme~2", "not part of this language", "docs/brand-file.md"),
        ("acme^3", "not part of this language", "docs/brand-file.md"),
        ("/ac.e/", "not part of this language", "docs/brand-file.md"),
        ("[a TO b]", "not part of this language", "docs/brand-file.md"),
        ("acme or kettle", "character 6: 'or' in lower case", "Write OR"),
        ("a " * 2500, "longer than", "Split it"),
    ],
)
def test_what_cannot_be_read_is_refused_with_place_and_mend(q, what, mend):
    with pytest.raises(ConfigurationError) as caught:
        compile_query(q)
    assert what in caught.value.what
    assert mend in caught.value.mend
    assert caught.value.exit_code == 2


words = st.sampled_from(["acme", "k2", '"acme k2"', "toy*", "lang:de", "author:@x", '"k2 acme"~2'])
queries = st.recursive(
    words,
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("(NOT {})".format, inner),
    ),
    max_leaves=6,
)
mentions = st.builds(
    lambda parts, lang, author: say(" ".join(parts), lang=lang, author=author),
    st.lists(st.sampled_from(["acme", "K2", "toys", "acme-k2", "x"]), max_size=6),
    st.sampled_from(["", "de", "en"]),
    st.sampled_from(["", "@x", "y"]),
)


@given(queries, queries, mentions)
def test_the_laws_of_logic_hold(a, b, mention):
    def found(q):
        return compile_query(q)(mention)

    assert found(f"NOT NOT {a}") == found(a)
    assert found(f"{a} AND {b}") == found(f"{b} AND {a}") == (found(a) and found(b))
    assert found(f"{a} OR {b}") == found(f"{b} OR {a}") == (found(a) or found(b))
    assert found(f"NOT ({a} AND {b})") == found(f"(NOT {a}) OR (NOT {b})")
    assert found(f"{a} {b}") == found(f"{a} AND {b}")


@given(queries, mentions)
def test_the_plain_wordings_find_all_that_matches(q, mention):
    texts = search_texts(q)
    if texts and compile_query(q)(mention):
        plain = mention.text.casefold().replace("-", " ")
        assert any(text in plain for text in texts)


@given(st.text(max_size=30))
def test_any_text_is_a_query_or_refused(q):
    try:
        compile_query(q)(say("acme"))
    except ConfigurationError as error:
        refused = error
    else:
        return
    assert refused.mend


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ('acme OR "acme k2"', "acme"),
        ('(acme OR "brew one") AND NOT toy', 'acme OR "brew one"'),
        ("lang:de", ""),
        ("acme AND (kettle OR pot) AND lang:de", "acme"),
        ("NOT acme", ""),
        ("@acme", "acme"),
    ],
)
def test_the_plain_wording_of_a_query(q, text):
    assert search_text(q) == text


BRANDS = (
    Brand(
        "acme",
        "Acme Home",
        "own",
        aliases=("AcmeCo",),
        handles={"mastodon": ("@acme@a.example",), "twitter": ("@acmehelps",)},
        domains=("acme.example",),
        products=(Product("k2", "Acme K2", ("K2",)),),
    ),
)


def judge(queries, source, relation, mention, brands=BRANDS):
    return topic_filter(BrandFile(brands, tuple(queries)), source, relation)(mention)


def test_a_query_without_sources_covers_off_channel_sources_only():
    main = Query("main", "kettle")
    assert judge([main], "rss", "off_channel", say("a kettle")) == ("main",)
    assert judge([main], "rss", "off_channel", say("acme home")) is None
    assert judge([main], "appstore", "owned", say("anything")) == ()


def test_a_query_that_names_a_source_covers_it_owned_or_not():
    only = Query("only", "kettle", ("appstore",))
    assert judge([only], "appstore", "owned", say("anything")) is None
    assert judge([only], "appstore", "owned", say("kettle")) == ("only",)


def test_all_matching_queries_are_named():
    both = [Query("a", "kettle"), Query("b", "kettle OR pot"), Query("c", "pan")]
    assert judge(both, "rss", "off_channel", say("kettle")) == ("a", "b")


def test_a_mapped_brand_is_never_off_topic():
    assert judge([Query("a", "pan")], "rss", "off_channel", say("x", brand_id="acme")) == ()


@pytest.mark.parametrize(
    ("mention", "on_topic"),
    [
        (say("my acme home kettle"), True),
        (say("the acmeco"), True),
        (say("a k2 again"), True),
        (say("#AcmeK2 rocks"), True),
        (say("ask @acme"), True),
        (say("ask @acme@a.example"), True),
        (say("ask @AcmeHelps!"), True),
        (say("we are sorry", author="@acmehelps"), True),
        (say("see https://shop.acme.example/x"), True),
        (say("news", url="https://acme.example/news"), True),
        (say("acme of perfection"), False),
        (say("notacme.example and acme.example.com"), False),
        (say("acmehelps"), False),
    ],
)
def test_without_a_covering_query_names_handles_and_domains_decide(mention, on_topic):
    other = Query("other", "kettle", ("hackernews",))
    assert (judge([other], "rss", "off_channel", mention) == ()) is on_topic


def test_without_any_name_nothing_is_on_topic():
    assert judge([], "rss", "off_channel", say("anything"), brands=()) is None
