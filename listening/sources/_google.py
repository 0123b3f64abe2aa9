"""Gets a token for Google's APIs: by a service account's key, or by a person's consent.

Written from developers.google.com/identity/protocols/oauth2 (service-account, web-server), read
2026-11. The connection is as Airflow's own Google connections are: `extra` holds the account's
key file as `keyfile_dict`. Or `extra` holds a `refresh_token`, whose client's id and secret are
login and password.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from listening.contract import ConfigurationError, ListeningError
from listening.net.answer import DeniedError, read_json
from listening.net.credential import Credential, need_credential
from listening.sources import Look
from listening.sources._jwt import sign
from listening.sources._read import expect

TOKENS: Final = "https://oauth2.googleapis.com/token"
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
HOUR: Final = 3_600
WHAT: Final = '{"extra": {"keyfile_dict": …}}, or login, password and {"refresh_token": …}'


def login(look: Look, scope: str) -> dict[str, str]:
    """Return the header of a token for `scope`.

    Raises:
        ListeningError: there is no credential, or Google does not take it.
    """
    name = look.settings["connection"]
    url, where = look.settings["token_url"], f"connection {name}"
    form = _form(need_credential(name, WHAT), scope, url, look, where)
    try:
        answer = look.http.fetch(url, read_json, form=form, secret=True)
    except DeniedError as error:
        mend = "Renew it, and grant it what docs/sources.md names"
        raise ListeningError("Google refuses the credential", where=where, mend=mend) from error
    return {"Authorization": f"Bearer {expect(answer, 'access_token', str, url)}"}


def _form(app: Credential, scope: str, url: str, look: Look, where: str) -> dict[str, str]:
    if refresh := str(app.extra.get("refresh_token") or ""):
        return {
            "grant_type": "refresh_token",
            "refresh_token": refresh,
            "client_id": app.login,
            "client_secret": app.password,
        }
    account = _account(app.extra, where)
    began = int(look.started_at.timestamp())
    claims = {"iss": account["client_email"], "scope": scope, "aud": url,
              "iat": began, "exp": began + HOUR}  # fmt: skip
    signed = sign(claims, str(account["private_key"]), "RS256", where)
    return {"grant_type": GRANT, "assertion": signed}


def _account(extra: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    stated = extra.get("keyfile_dict") or extra
    try:
        account = json.loads(stated) if isinstance(stated, str) else stated
    except ValueError:
        account = {}  # an error of JSON quotes what it read
    if not (account.get("client_email") and account.get("private_key")):
        raise ConfigurationError("there is no key of a service account", where=where, mend=WHAT)
    return dict(account)
