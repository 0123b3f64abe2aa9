"""The routes of the desk, a file for each thing people do; ROUTERS is all there are.

A route needs a rule in `desk/web/access.py`; without one the app does not start.
"""

from fastapi import APIRouter

from desk.web.routes import admin, alert, correct, files, mention, read, sign, work

# read's /{team} matches any first word, and its files any name, so it comes last.
ROUTERS: tuple[APIRouter, ...] = (
    sign.router,
    admin.router,
    work.router,
    alert.router,
    correct.router,
    mention.router,
    files.router,
    read.router,
)
