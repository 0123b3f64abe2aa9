"""A planted world, tagged for real: what infringes or exposes has evidence, its neighbours none."""

import json

import pytest

from desk.legal.keep import keep_evidence
from desk.legal.place import Evidence, make_ref
from desk.legal.verify import verify
from listening.brand.load import load_brands
from nlp.tag import tag_pending
from tests.desk.legal.test_verify import ask_outside
from tests.desk.legal.world import World, post

BRAND_FILE = """
version: 1
brands:
  - id: quillon
    name: Quillon
    role: own
    handles: {mastodon: ["@quillon@quillon.example"]}
    domains: [quillon.example]
    products: [{id: brew, name: Quillon Brew}]
protected:
  owner: Quillon Ltd
  marks: [{id: word, text: Tide & Timber, registration: EUTM 018}]
  names: [Brewkeeper]
  texts: [{id: leaflet, path: leaflet.txt}]
  handles: {mastodon: ["@quillon_help@quillon.example"]}
  domains: [quillon-help.example]
"""
LEAFLET = (
    "Every morning the Quillon wakes before you do, warms the water to the very degree, and waits "
    "until the first cup is worth getting up for."
)
PLANTED = {  # native id -> kind, text, and what else is known of it
    "offer": ("counterfeit", "1:1 replica Quillon Brew machines, 39 EUR, DM to order", {}),
    "name": ("counterfeit", "Replica Brewkeeper 1:1, only $25, order at cheapmugs.example", {}),
    "copy": ("copied_text", LEAFLET, {}),
    "mark": ("trademark", "They print Tide & Timber on their mugs without permission.", {}),
    "pose": ("impersonation", "Your parcel waits, confirm your address with us",
             {"author": "@quil1on@scam.example", "author_id": "66"}),
    "domain": ("impersonation", "Log in at https://qui1lon.example to keep your account", {}),
    "login": ("impersonation", "quillon-login.example", {}),
    "secure": ("impersonation", "the new terms are at secure-quillon.example, have a look", {}),
    "below": ("impersonation", "sign up again at https://quillon.login.example/mugs", {}),
    "inside": ("impersonation", "here: https://quillon.example.account-check.test/", {}),
    "spelled": ("impersonation", "all of it is explained on quilon-account.example", {}),
    "alone": ("impersonation", "https://quillon-outlet.example/", {}),
    "mail": ("personal_data", "Bea Example, 4 Mill Lane, Leeds, call her on +44 20 7946 0018", {}),
}  # fmt: skip
HARMLESS = {
    "praise": ("my Quillon Brew makes lovely coffee", {}),
    "word": ("the tide took some timber from the pier", {}),
    "ours": ("We are here to help, write to us",
             {"author": "@quillon_help@quillon.example", "author_id": "2"}),
    "fan": ("ten years of brewing", {"author": "@quillon_fans@b.example", "author_id": "3"}),
    "link": ("the manual is at https://quillon-help.example/manual", {}),
    "own": ("it moved to login.quillon.example, the manual to quillon-help.example", {}),
    "forum": ("our fan forum is quillonfans.example, come and say hello", {}),
    "forum alone": ("quillonfans.example", {}),
    "paper": ("https://news.example/2026/quillon-login-down has the whole story", {}),
    "namesake": ("quillons-bakery.example has the best buns", {}),
    "tenant": ("the answers are at https://quillon.auth.sesame.example/faq", {}),
    "price": ("the Quillon Brew is 20 EUR cheaper this week", {}),
}  # fmt: skip


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The world as crawled, tagged with the shipped model, and its evidence."""
    folder = tmp_path_factory.mktemp("planted")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LISTENING_NOW", "2026-10-08T12:00:00Z")
        patch.setenv("LISTENING_KEYS", str(folder / "keys"))
        (folder / "quillon.yaml").write_text(BRAND_FILE)
        (folder / "leaflet.txt").write_text(LEAFLET)
        from listening.contract import DataRoot

        world = World(DataRoot(folder / "data"))
        said = {name: post(name, text, **more) for name, (_, text, more) in PLANTED.items()}
        said |= {name: post(name, text, **more) for name, (text, more) in HARMLESS.items()}
        batch = world.hear(list(said.values()))
        world.root.tagged_batch(batch.batch_id).unlink()
        brands = load_brands([folder / "quillon.yaml"])
        assert tag_pending(world.root, brands) == [batch.batch_id]
        done = keep_evidence(world.root)
        yield world, said, done


def kinds(planted, name):
    world, said, _ = planted
    one = said[name]
    folder = Evidence(world.root).pack(make_ref(one.mention_id, one.content_hash))
    if not folder.is_dir():
        return set()
    return {flag["kind"] for flag in json.loads((folder / "flags.json").read_bytes())["flags"]}


@pytest.mark.parametrize("name", PLANTED)
def test_what_was_planted_has_evidence(planted, name):
    assert PLANTED[name][0] in kinds(planted, name)


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_neighbours_have_none(planted, name):
    assert kinds(planted, name) == set()


def test_the_evidence_of_it_all_stands(planted):
    world, _, done = planted
    assert done.packs == len(PLANTED)
    assert done.without_raw == 0
    assert verify(world.root).problems == []
    assert ask_outside(Evidence(world.root)) == []
