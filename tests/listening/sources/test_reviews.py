"""What the sources of reviews promise beyond the conformance suite: logins, answers, holes."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from listening.contract import Brand, BrandFile, ConfigurationError
from listening.crawl import streams
from tests.listening.conftest import Asked, reply
from tests.listening.sources.conftest import NOON, Lab
from tests.listening.sources.keys import ec_key, pem, rsa_key

UNIT = "4d5f0c1e00006400050a1b2c"
TRUST: dict[str, Any] = {
    "base_url": "http://trust.example", "units": [{"id": UNIT, "brand": "quillon"}],
}  # fmt: skip
PLAY: dict[str, Any] = {
    "base_url": "http://play.example", "token_url": "http://token.example/token",
    "apps": [{"id": "example.kettle", "brand": "quillon"}],
}  # fmt: skip
PLACES: dict[str, Any] = {
    "base_url": "http://places.example", "token_url": "http://token.example/token",
    "locations": [{"id": "accounts/1/locations/2", "brand": "quillon"}],
}  # fmt: skip
CONNECT: dict[str, Any] = {
    "base_url": "http://connect.example", "apps": [{"id": "777", "brand": "quillon"}],
}  # fmt: skip


CONSENT = {"login": "c", "password": "s", "extra": {"refresh_token": "r"}}
KEY = {"login": "KEY1", "extra": {"issuer": "issuer-1"}}


def sign_in(monkeypatch: pytest.MonkeyPatch, name: str, parts: dict[str, Any]) -> None:
    monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(parts))


def unpacked(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Return head, claims, what was signed, and the signature."""
    head, claims, signature = token.split(".")
    parts = [base64.urlsafe_b64decode(one + "==") for one in (head, claims, signature)]
    return json.loads(parts[0]), json.loads(parts[1]), f"{head}.{claims}".encode(), parts[2]


def review(number: int, moment: str = "2026-10-07T08:00:00Z") -> dict[str, Any]:
    return {
        "reviewId": f"r{number}", "reviewer": {"displayName": "Ines"}, "starRating": "FIVE",
        "comment": f"number {number}", "createTime": moment, "updateTime": moment,
    }  # fmt: skip


def test_a_trustpilot_key_is_sent_and_kept_nowhere(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch, "trustpilot", {"password": "canary-key"})
    lab.server.on(f"/business-units/{UNIT}/reviews", reply({"links": [], "reviews": []}))
    lab.crawl("trustpilot", **TRUST)
    assert lab.server.asked[0].headers["apikey"] == "canary-key"
    kept = [path.read_bytes() for path in lab.root.path.rglob("*") if path.is_file()]
    assert kept
    assert not [body for body in kept if b"canary" in body]


def test_a_competitors_reviews_are_off_channel_and_an_unknown_brand_is_refused(lab: Lab) -> None:
    handles = {"trustpilot": ("rival",)}
    rival = Brand(id="rival", name="Rival", role="competitor", handles=handles)
    units = [{"id": UNIT, "brand": "rival"}]
    file = lab.brand_file("trustpilot", {**TRUST, "units": units})
    with pytest.raises(ConfigurationError, match="'rival', which is not in the brand file"):
        streams(file)
    (stream,) = streams(BrandFile((*file.brands, rival), sources=file.sources))
    assert (stream.relation, stream.settings["owned"]) == ("off_channel", False)


def test_an_answer_is_by_the_brands_declared_handle_and_none_is_refused(lab: Lab) -> None:
    file = lab.brand_file("trustpilot", TRUST)
    own = replace(file.brands[0], handles={"trustpilot": ("Quillon GmbH",)})
    (stream,) = streams(replace(file, brands=(own,)))
    assert stream.settings["voice"] == "Quillon GmbH"
    with pytest.raises(ConfigurationError, match=r"handles: \{trustpilot: \[quillon\]\}"):
        streams(replace(file, brands=(replace(own, handles={}),)))


def test_a_service_account_signs_for_its_token(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    account = {"client_email": "bot@quillon.example", "private_key": pem(rsa_key())}
    sign_in(monkeypatch, "googleplay", {"extra": {"keyfile_dict": json.dumps(account)}})
    lab.server.on("/token", reply({"access_token": "canary-token", "expires_in": 3599}))
    lab.server.on("/androidpublisher/v3/applications/example.kettle/reviews", reply({}))
    outcome, _ = lab.crawl("googleplay", **PLAY)
    assert outcome.error is None
    asked, listed = lab.server.asked
    form = parse_qs(asked.raw.partition(b"\r\n\r\n")[2].decode())
    head, claims, said, signature = unpacked(form["assertion"][0])
    rsa_key().public_key().verify(signature, said, padding.PKCS1v15(), hashes.SHA256())
    assert head["alg"] == "RS256"
    assert claims["iss"] == "bot@quillon.example"
    assert claims["aud"] == "http://token.example/token"
    assert claims["exp"] - claims["iat"] == 3_600
    assert claims["iat"] == int(NOON.timestamp())
    assert listed.headers["authorization"] == "Bearer canary-token"
    kept = [path.read_bytes() for path in lab.root.path.rglob("*") if path.is_file()]
    assert not [body for body in kept if b"canary" in body or b"assertion" in body]


@pytest.mark.parametrize(
    "extra",
    [{}, {"keyfile_dict": "{"}, {"keyfile_dict": {"client_email": "a", "private_key": "canary"}}],
)
def test_a_key_that_is_none_is_refused_without_being_told(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, extra: dict[str, Any]
) -> None:
    sign_in(monkeypatch, "googleplay", {"extra": extra})
    outcome, _ = lab.crawl("googleplay", **PLAY)
    assert isinstance(outcome.error, ConfigurationError)
    assert "key" in str(outcome.error)
    assert "canary" not in str(outcome.error)
    assert lab.server.asked == []


def test_a_withdrawn_consent_says_what_to_mend(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(monkeypatch, "googlebusiness", CONSENT)
    lab.server.on("/token", reply({"error": "invalid_grant"}, 400))
    outcome, _ = lab.crawl("googlebusiness", **PLACES)
    assert "connection googlebusiness: Google refuses the credential" in str(outcome.error)
    assert outcome.coverage.state == "blocked"


def test_app_store_connect_is_asked_with_a_token_it_can_verify(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch, "appstoreconnect", {**KEY, "password": pem(ec_key())})
    lab.server.on("/v1/apps/777/customerReviews", reply({"data": [], "links": {}}))
    lab.crawl("appstoreconnect", **CONNECT)
    token = lab.server.asked[0].headers["authorization"].removeprefix("Bearer ")
    head, claims, said, signature = unpacked(token)
    assert len(signature) == 64
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    der = utils.encode_dss_signature(r, s)
    ec_key().public_key().verify(der, said, ec.ECDSA(hashes.SHA256()))
    assert (head["alg"], head["kid"]) == ("ES256", "KEY1")
    assert (claims["iss"], claims["aud"]) == ("issuer-1", "appstoreconnect-v1")
    assert 0 < claims["exp"] - claims["iat"] <= 1_200


def test_an_rsa_key_does_not_sign_for_app_store_connect(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch, "appstoreconnect", {**KEY, "password": pem(rsa_key())})
    outcome, _ = lab.crawl("appstoreconnect", **CONNECT)
    assert "its key is no private key for ES256" in str(outcome.error)


def places(lab: Lab, monkeypatch: pytest.MonkeyPatch, *pages: list[dict[str, Any]]) -> None:
    sign_in(monkeypatch, "googlebusiness", CONSENT)
    lab.server.on("/token", reply({"access_token": "t"}))

    def listed(asked: Asked) -> bytes:
        number = int(asked.query.get("pageToken", 0))
        more = {"nextPageToken": str(number + 1)} if number + 1 < len(pages) else {}
        return reply({"reviews": pages[number], "totalReviewCount": 9, **more})

    lab.server.on("/v4/accounts/1/locations/2/reviews", listed)


def test_reviews_past_the_first_page_of_a_place_are_told_as_partial(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    places(lab, monkeypatch, [review(1)])
    outcome, _ = lab.crawl("googlebusiness", **PLACES)
    assert outcome.coverage.state == "complete"
    places(lab, monkeypatch, [review(1)], [review(2)])
    outcome, rows = lab.crawl("googlebusiness", **PLACES)
    assert outcome.error is None
    assert (outcome.coverage.state, len(rows)) == ("partial", 2)
    assert "second page" in outcome.coverage.reason


def test_a_review_that_google_left_out_is_not_taken_for_deleted(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    places(lab, monkeypatch, [review(1), review(2)])
    lab.crawl("googlebusiness", **PLACES)
    places(lab, monkeypatch, [review(1)])
    lab.server.on("/v4/accounts/1/locations/2/reviews/r2", reply(review(2)))
    outcome, rows = lab.crawl("googlebusiness", **PLACES)
    assert outcome.counts == {"kept": 2}
    assert [row["native_id"] for row in rows] == ["r1", "r2"]


def test_an_answer_that_was_taken_back_is_deleted_and_its_review_stays(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"comment": "Sorry.", "updateTime": "2026-10-07T09:00:00Z"}
    places(lab, monkeypatch, [{**review(1), "reviewReply": said}])
    lab.crawl("googlebusiness", **PLACES)
    places(lab, monkeypatch, [review(1)])
    lab.server.on("/v4/accounts/1/locations/2/reviews/r1", reply(review(1)))
    outcome, rows = lab.crawl("googlebusiness", **PLACES)
    told = {row["native_id"]: row["bucket"] for row in rows}
    assert told == {"r1": "kept", "r1/reply": "deleted"}
    assert outcome.error is None


def test_ids_beyond_two_to_the_53_stay_as_they_are(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "9007199254740993123"
    places(lab, monkeypatch, [{**review(1), "reviewId": long}])
    _, rows = lab.crawl("googlebusiness", **PLACES)
    assert [row["native_id"] for row in rows] == [long]


def test_an_app_is_not_listened_to_by_both_ways_of_the_app_store(lab: Lab) -> None:
    """Their ids have nothing in common, so each review would count twice."""
    both = lab.brand_file("appstoreconnect", CONNECT)
    public = {"apps": [{"id": 777, "brand": "quillon"}]}
    with pytest.raises(ConfigurationError, match="app 777 would count twice"):
        streams(replace(both, sources={**both.sources, "appstore": public}))
    other = {"apps": [{"id": 778, "brand": "quillon"}]}
    assert len(streams(replace(both, sources={**both.sources, "appstore": other}))) == 2
