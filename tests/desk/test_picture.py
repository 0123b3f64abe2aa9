"""The picture is drawn from the published files, whatever they hold."""

import duckdb

from desk.picture import draw
from listening.contract import DataRoot

TOPIC_WEEK = """
    CREATE TABLE topic_week AS
    SELECT DATE '2026-05-18' AS week, 'noise' AS topic_id, 4 AS complaints,
      2 AS complaints_last_week
"""
SENTIMENT_DAILY = """
    CREATE TABLE sentiment_daily AS
    SELECT DATE '2026-05-18' AS day, 'nimbus' AS brand_id, 3 AS negative, 1 AS neutral,
      2 AS positive, 1 AS abstained
"""
SHARE_OF_VOICE_DAILY = """
    CREATE TABLE share_of_voice_daily AS
    SELECT 'nimbus' AS brand_id, 'own' AS brand_role, 6 AS mentions_deduped
"""
FILES = {"product": [TOPIC_WEEK], "pr": [SENTIMENT_DAILY, SHARE_OF_VOICE_DAILY]}


def test_draws_a_png_and_an_svg_that_name_what_is_there(tmp_path):
    root = DataRoot(tmp_path)
    root.published.mkdir()
    for team, statements in FILES.items():
        with duckdb.connect(root.published / f"{team}.duckdb") as connection:
            for statement in statements:
                connection.execute(statement)
    png, svg = draw(root, tmp_path / "pictures")
    assert png.read_bytes().startswith(b"\x89PNG")
    drawn = svg.read_text()
    for name in ("noise", "nimbus", "negative", "this week"):
        assert name in drawn
