"""Every team has a brief whose statements are named."""

import pytest

from desk.brief import BRIEFS, read_questions
from listening.contract import TEAMS, ListeningError


@pytest.mark.parametrize("team", TEAMS)
def test_each_team_has_numbers_and_one_query_to_try(team):
    *questions, attempt = read_questions(BRIEFS / f"{team}.sql")
    assert questions
    assert attempt.title.startswith("Try:")


def test_a_statement_without_a_name_is_refused(tmp_path):
    path = tmp_path / "product.sql"
    path.write_text("-- Named\nSELECT 1;\nSELECT 2;\n")
    with pytest.raises(ListeningError, match="statement 2"):
        read_questions(path)
