"""What is no brand file at all is named with its line too."""

import pytest

from listening.brand.load import check_file


@pytest.mark.parametrize(
    ("text", "line", "message", "mend"),
    [
        ("version: 1\nbrands: [\n", 3, "not YAML", "brackets"),
        ("version: 1\n\tbrands: []\n", 2, "not YAML", "tabs"),
        ("version: 1\nversion: 1\nbrands: []\n", 2, "duplicate key", "Keep one"),
        ("version: 1\nbrands: []\n", 2, "brands", ""),
        ("", 1, "must be a mapping", "version: 1"),
        ("- a\n", 1, "must be a mapping", "version: 1"),
        (b"version: 1\nbrands: \xff\n", 2, "not UTF-8", "UTF-8"),
        ("version: 1\nbrands: &a [*a]\n", 2, "brands must be", ""),
        ("version: 1\n? [a, b]\n: c\nbrands: []\n", 1, "", ""),
        ("version: !!python/object:os.system 1\nbrands: []\n", 1, "version", ""),
    ],
)
def test_what_is_no_brand_file_at_all_is_named_too(write, text, line, message, mend):
    problems = check_file(write(text))
    assert any(
        problem.line == line and message in problem.message and mend in problem.mend
        for problem in problems
    ), problems


def test_blown_up_aliases_are_refused_soon(write):
    layers = "\n".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 12))
    problems = check_file(write(f"version: 1\nl0: &l0 [a, a]\n{layers}\n"))
    assert "without end" in problems[0].message


def test_a_file_that_is_not_there_is_a_problem(tmp_path):
    (problem,) = check_file(tmp_path / "gone.yaml")
    assert "No such file" in problem.message
