"""Files of rows: a bad line is a row with a fault, a bad file is an error."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from listening.contract import ConfigurationError, ListeningError
from listening.imports.sheet import open_sheet


@pytest.fixture
def write(tmp_path):
    def write(data, name="export.csv"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def rows(path):
    sheet = open_sheet(path)
    return [(row.line, dict(row.values), row.fault) for row in sheet]


TEXT = 'id,text\n1,"Grüße, ""Ada"""\n2,"two\nlines"\n\n3,x\n'
READ = [
    (2, {"id": "1", "text": 'Grüße, "Ada"'}, ""),
    (3, {"id": "2", "text": "two\nlines"}, ""),
    (6, {"id": "3", "text": "x"}, ""),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_is_read_in_the_encoding_it_shows(write, encoding):
    assert rows(write(TEXT.encode(encoding))) == READ
    assert rows(write(TEXT.replace("\n", "\r\n").encode(encoding)))[0] == READ[0]


@pytest.mark.parametrize("delimiter", ";\t|")
def test_other_delimiters_are_seen_in_the_header(write, delimiter):
    path = write(f"id{delimiter}text\n1{delimiter}a, b\n")
    assert rows(path) == [(2, {"id": "1", "text": "a, b"}, "")]


def test_a_last_line_without_an_end_is_whole_where_all_columns_are_there(write):
    assert rows(write("id,text\n1,a"))[-1][1] == {"id": "1", "text": "a"}


@pytest.mark.parametrize(
    ("data", "name", "what", "line"),
    [
        ("id,text,at\n1,a,b\n2,a", "a.csv", "last row is cut off: 2 of 3 columns", 3),
        ('id,text\n1,a\n2,"half', "a.csv", "quotation mark opened on this line", 3),
        (b"id,text\n1,caf\xe9\n", "a.csv", "not UTF-8", 2),
        (b"id,text\n" + b"1,a\n" * 9000 + b"2,\xff\n", "a.csv", "not UTF-8", 9002),
        ("", "a.csv", "the file is empty", 0),
        (" \n", "a.csv", "the file is empty", 0),
        (b"PK\x03\x04...", "a.csv", "ZIP archive or an Excel", 0),
        (b"\x1f\x8b....", "a.csv", "gzip", 0),
        ("<!DOCTYPE html><html>", "a.csv", "HTML", 0),
        ("id,text\n".encode("utf-16-le"), "a.csv", "without its mark", 0),
        ('{"id": 1}\n{"id": 2', "a.jsonl", "the last line is cut off", 2),
        ("[1]\nnull\n", "a.jsonl", "no line is a JSON object", 1),
        (b'{"id": "\xff"}\n', "a.jsonl", "not UTF-8", 1),
        (b"PAR1 and no more", "a.parquet", "no whole Parquet file", 0),
        ("id,text\n", "a.xlsx", ".xlsx is none of .csv", 0),
    ],
)
def test_a_bad_file_is_an_error_with_file_line_and_mend(write, data, name, what, line):
    path = write(data, name)
    with pytest.raises(ListeningError) as caught:
        rows(path)
    assert what in caught.value.what
    assert caught.value.where == (f"{path}:{line}" if line else str(path))
    assert caught.value.mend
    assert caught.value.exit_code == 1


def test_a_file_that_is_not_there_is_a_mistake_of_the_command(tmp_path):
    with pytest.raises(ConfigurationError, match="no such file"):
        open_sheet(tmp_path / "gone.csv")


def test_bad_lines_of_csv_are_faults_and_the_lines_after_them_are_read(write):
    path = write('id,text\n1,a\n2\n3,a,b\n4,"x"y\n5,"never\n6,"closed"\n7,g\n')
    found = rows(path)
    assert [(line, values.get("id")) for line, values, _ in found] == [
        (2, "1"), (3, None), (4, None), (5, None), (6, None), (7, "6"), (8, "7"),
    ]  # fmt: skip
    assert [bool(fault) for *_, fault in found] == [False, True, True, True, True, False, False]
    raws = [row.raw for row in open_sheet(path) if row.fault]
    assert raws == ["2\n", "3,a,b\n", '4,"x"y\n', '5,"never\n']


def test_bad_lines_of_json_are_faults(write):
    found = rows(write('{"id": 1}\n\nnot json\n[1]\n{"id": 2, "text": "x"}\n', "a.jsonl"))
    assert [(line, bool(fault)) for line, _, fault in found] == [
        (1, False), (3, True), (4, True), (5, False),
    ]  # fmt: skip
    assert open_sheet(write('{"id": 1}\n{"text": "x"}\n', "b.jsonl")).columns == ("id", "text")


def test_deep_json_is_a_fault_and_no_crash(write):
    found = rows(write('{"id": 1}\n' + "[" * 100_000 + "\n", "a.jsonl"))
    assert found[1][2]


def test_parquet_rows_are_numbered(tmp_path):
    pq.write_table(pa.table({"id": [1, 2], "text": ["a", None]}), tmp_path / "a.parquet")
    assert rows(tmp_path / "a.parquet") == [
        (1, {"id": 1, "text": "a"}, ""),
        (2, {"id": 2, "text": None}, ""),
    ]


def test_a_cut_parquet_file_is_an_error(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": list(range(1000))}), path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ListeningError, match="no whole Parquet file"):
        rows(path)


cells = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('",\n'), max_size=8
)


@given(st.lists(st.tuples(cells, cells), max_size=10))
def test_what_was_written_as_csv_is_read_back(tmp_path_factory, written):
    path = tmp_path_factory.mktemp("sheet") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([("a", "b"), *written])
    assert [(values["a"], values["b"]) for _, values, _ in rows(path)] == written


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b"]), cells, min_size=1), min_size=1))
def test_what_was_written_as_json_is_read_back(tmp_path_factory, written):
    path = tmp_path_factory.mktemp("sheet") / "a.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in written), "utf-8")
    assert [values for _, values, _ in rows(path)] == written


@example(b"\xfe\xff", "csv")  # a mark of UTF-16 and nothing behind it (found 2026-11-23)
@given(st.binary(max_size=60), st.sampled_from(["csv", "jsonl", "parquet"]))
def test_any_bytes_are_rows_or_an_error_with_a_mend(tmp_path_factory, data, suffix):
    path = tmp_path_factory.mktemp("sheet") / f"a.{suffix}"
    path.write_bytes(data)
    try:
        rows(path)
    except ListeningError as error:
        refused = error
    else:
        return
    assert refused.mend
