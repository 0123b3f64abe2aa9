"""What stands before every route: sessions, forms, headers, and too many tries."""

from concurrent.futures import ThreadPoolExecutor

import argon2
import pytest

from desk.web import account
from desk.web.audit import read_audit
from desk.web.routes.sign import safe_path
from tests.desk.web.conftest import PASSWORD, client_of, enter, token_of


def test_nobody_sees_a_page_without_signing_in(app):
    client = client_of(app)
    answer = client.get("/product?since=2026-10-01")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fproduct%3Fsince%3D2026-10-01"
    page = client.get(answer.headers["location"])
    form = {
        "name": "product",
        "password": PASSWORD,
        "csrf": token_of(page.text),
        "next": "/product?since=2026-10-01",
    }
    assert client.post("/sign-in", data=form).headers["location"] == "/product?since=2026-10-01"


def test_signing_in_gives_a_new_token_in_a_cookie_no_script_reads(app):
    client = client_of(app)
    before = client.get("/sign-in").cookies["desk"]
    client.cookies.set("desk", before)
    form = {"name": "product", "password": PASSWORD, "csrf": token_of(client.get("/sign-in").text)}
    answer = client.post("/sign-in", data=form)
    cookie = answer.headers["set-cookie"]
    assert before not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_secure_and_of_this_host(app):
    client = client_of(app, "https://desk.example")
    answer = client.get("/sign-in")
    assert answer.headers["set-cookie"].startswith("__Host-desk=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]
    assert enter(app, "product", base="https://desk.example").get("/product").status_code == 503


def test_signing_out_ends_the_session(app):
    client = enter(app, "product")
    cookie = client.cookies["desk"]
    token = token_of(client.get("/product").text)
    assert client.post("/sign-out", data={"csrf": token}).status_code == 303
    client.cookies.set("desk", cookie)
    assert client.get("/product").status_code == 303


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
@pytest.mark.parametrize("token", ["", "x", "a.b", "."])
def test_a_form_without_its_token_is_refused(app, path, token):
    client = enter(app, "product")
    assert client.post(path, data={"csrf": token}).status_code == 403
    assert client.get("/product").status_code == 503, "still signed in"


def test_the_token_of_another_session_is_refused(app):
    token = token_of(enter(app, "legal").get("/legal").text)
    assert enter(app, "product").post("/sign-out", data={"csrf": token}).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_of_another_site_is_refused_even_with_the_token(app, headers):
    client = enter(app, "product")
    data = {"csrf": token_of(client.get("/product").text)}
    assert client.post("/sign-out", data=data, headers=headers).status_code == 403


def test_a_huge_form_is_refused_before_it_is_read(app):
    answer = client_of(app).post("/sign-in", content=b"x" * 300_000)
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/sign-in", "/product", "/nothing/here", "/static/desk.css"])
def test_every_answer_has_the_headers(app, path):
    answer = enter(app, "product").get(path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


def test_pages_are_kept_by_no_cache(app):
    assert enter(app, "product").get("/product").headers["cache-control"] == "no-store"


def test_guessing_has_to_wait_and_is_written_down(app):
    client = client_of(app)

    def attempt(name, password):
        token = token_of(client.get("/sign-in").text)
        return client.post("/sign-in", data={"name": name, "password": password, "csrf": token})

    assert [attempt("product", "guess").status_code for _ in range(6)] == [401] * 5 + [429]
    answer = attempt("product", PASSWORD)
    assert answer.status_code == 429, "even with the right one"
    assert "Too many tries" in answer.text
    assert attempt("care", PASSWORD).status_code == 303, "others may enter"
    told = [(row.action, row.account, row.detail) for row in read_audit(app.state.engine)]
    assert told.count(("refuse", "product", "name or password wrong")) == 5
    assert told.count(("refuse", "product", "too many tries")) == 2


def test_many_who_are_right_may_come_at_once(app, monkeypatch):
    slow = argon2.PasswordHasher(time_cost=2, memory_cost=2**14, parallelism=1)
    monkeypatch.setattr(account, "_HASHER", slow)
    account.set_password(app.state.engine, "product", PASSWORD)
    with ThreadPoolExecutor(12) as pool:
        assert len(list(pool.map(lambda _: enter(app, "product"), range(12)))) == 12


def test_one_address_may_not_try_many_names(app):
    client = client_of(app)
    statuses = []
    for number in range(31):
        token = token_of(client.get("/sign-in").text)
        form = {"name": f"n{number}", "password": "guess", "csrf": token}
        statuses.append(client.post("/sign-in", data=form).status_code)
    assert statuses == [401] * 30 + [429]


def test_a_wrong_name_and_a_wrong_password_look_the_same(app):
    client = client_of(app)

    def text(name):
        token = token_of(client.get("/sign-in").text)
        answer = client.post("/sign-in", data={"name": name, "password": "guess", "csrf": token})
        return answer.text.replace(token_of(answer.text), "")

    assert text("product") == text("nobody")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/product?since=2026-10-01", "/product?since=2026-10-01"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\tx", "/"),
        ("", "/"),
        ("/a\\b", "/"),
        ('/"><script>', "/%22%3E%3Cscript%3E"),
    ],
)
def test_signing_in_leads_nowhere_else(given, kept):
    assert safe_path(given) == kept


def test_nothing_published_is_said_in_words(app):
    answer = enter(app, "product").get("/product")
    assert answer.status_code == 503
    assert "nothing is published yet" in answer.text


def test_every_look_and_refusal_is_written_down(app):
    client = enter(app, "product")
    client.get("/product?since=2026-10-01")
    client.get("/legal")
    told = {(row.action, row.path, row.detail) for row in read_audit(app.state.engine)}
    assert {("see", "/product", "since=2026-10-01"), ("refuse", "/legal", "")} <= told


def test_only_the_admin_reads_the_audit_log(app):
    for role in account.ROLES:
        expected = 200 if role == "admin" else 403
        assert enter(app, role).get("/audit").status_code == expected, role
