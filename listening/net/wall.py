"""Tells a page that keeps us out from one that says something: login walls, captchas, challenges.

Such a page comes with status 200 and would be a mention like any other. What they look like was
gathered from the documents of Cloudflare (developers.cloudflare.com, cf-mitigated), reCAPTCHA,
hCaptcha, DataDome, PerimeterX and AWS WAF, read 2026-11. A page with a date of its own, or with
much text, is no wall, whatever scripts it loads.
"""

from __future__ import annotations

import re
from typing import Final

from listening.net.answer import Response, TransientError
from listening.net.guard import shown

LITTLE: Final = 600  # characters of text; what a wall says is short
HARDLY_ANY: Final = 160
_GUARDS: Final = re.compile(
    rb"(?i)/cdn-cgi/challenge-platform|cf-chl|g-recaptcha|recaptcha/(?:api|enterprise)|h-captcha"
    rb"|hcaptcha\.com|captcha-delivery|px-captcha|_incapsula_resource|aws-?waf-?token|ddos-guard"
)
_PASSWORD: Final = re.compile(rb"(?i)<input\b[^>]*\btype\s*=\s*[\"']?password\b")
_TITLES: Final = re.compile(
    r"(?i)\b(just a moment|attention required|access denied|security check|one more step"
    r"|are you (?:a )?(?:human|robot)|not a robot|verify(?:ing)? you are human|human verification"
    r"|log[ -]?in|sign[ -]?in|log on|anmelden|einloggen|connexion|iniciar sesi[oó]n|accedi)\b"
)


class WalledError(TransientError):
    """A page stands before the one we asked for; the next crawl asks again."""


def check_wall(response: Response, *, title: str, text: str, dated: bool) -> None:
    """Check that a page is one that says something.

    Args:
        response: the page.
        title: its title.
        text: what was found to be its text.
        dated: whether it says when it was published.

    Raises:
        WalledError: it is a challenge, a captcha or a login.
    """
    if response.headers.get("cf-mitigated", "").lower() == "challenge":
        raise _walled(response, "a challenge")
    if dated or len(text) > LITTLE:
        return
    told = _TITLES.search(title) or len(text) <= HARDLY_ANY
    if told and _GUARDS.search(response.body):
        raise _walled(response, "a captcha or challenge")
    if told and _PASSWORD.search(response.body):
        raise _walled(response, "a login")


def _walled(response: Response, what: str) -> WalledError:
    return WalledError(
        f"{what} stands before the page",
        where=shown(response.url),
        mend="Ask the site for access, or take it out of the brand file",
    )
