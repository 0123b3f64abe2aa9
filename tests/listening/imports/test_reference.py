"""Reference tables: one specification reads, refuses and documents them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from listening.contract import (
    REFERENCE_SCHEMA,
    REFERENCE_TABLES,
    Brand,
    BrandFile,
    ConfigurationError,
    DataRoot,
    ListeningError,
    Product,
    Topic,
)
from listening.imports.run import import_reference, import_references
from listening.imports.tables import TABLES

REPO = Path(__file__).parents[3]
BRANDS = BrandFile(
    (Brand("acme", "Acme", "own", aliases=("AcmeCo",), products=(Product("k2", "Acme K2"),)),),
    topics=(Topic("battery", "Battery"),),
)


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("LISTENING_NOW", datetime(2026, 10, 30, tzinfo=UTC).isoformat())
    return DataRoot(tmp_path / "data")


def take(root, table, text, name="table.csv"):
    path = root.path.parent / name
    path.write_text(text, "utf-8")
    batch = import_reference(root, path, table, BRANDS)
    landed = pq.read_table(root.landed(batch.batch_id))
    assert landed.schema.equals(REFERENCE_SCHEMA)
    return batch, landed.to_pylist()


GOOD = {
    "cost": "id,brand,channel,on_date,amount,currency,hours,kind\n"
    'c1,AcmeCo,x,24/10/2026,"1.234,50",EUR,,Spend\n',
    "campaign": "campaign_id,brand_id,name,starts_on,ends_on,goal\n"
    "s1,acme,Autumn,2026-10-01,,reach\n",
    "experiment": "id,brand,name,metric,control_arm,treatment_arm\ne1,acme,Pictures,likes,a,b\n",
    "release": "id,brand,product,version,released_on,notes\n"
    "r1,acme,acme k2,2.1,2026-10-05,Faster\n",
    "recommendation": "id,brand,topic,title,status\nx1,acme,Battery,Larger battery,accepted\n",
    "goal_actual": "goal_id,period,region,goal,target,actual\ng1,2026-10,,reach,1000,900.5\n",
    "goal": "id,brand,goal,direction,financial_goal\ng1,acme,Wait,Down,Keep customers\n",
    "hr_figure": "measure,month,brand,region,value\nHires,2026-10-31,acme,DE,12\n",
}


@pytest.mark.parametrize("table", REFERENCE_TABLES)
def test_each_table_takes_its_rows_whole(root, table):
    batch, (row,) = take(root, table, GOOD[table])
    assert (batch.kind, batch.counts) == ("reference", {"kept": 1})
    assert (row["table"], row["bucket"]) == (table, "kept")
    assert set(json.loads(row["row"])) == {column.name for column in TABLES[table].columns}


def test_values_are_read_by_their_kind(root):
    _, (cost,) = take(root, "cost", GOOD["cost"])
    values = json.loads(cost["row"])
    assert cost["key"] == "c1"
    assert (values["brand_id"], values["on_date"]) == ("acme", "2026-10-24")
    assert (values["amount"], values["hours"], values["kind"]) == (1234.5, None, "spend")
    _, (goal,) = take(root, "goal_actual", GOOD["goal_actual"])
    assert (goal["key"], json.loads(goal["row"])["region"]) == ("g1/2026-10/", "")
    _, (release,) = take(root, "release", GOOD["release"])
    assert json.loads(release["row"])["product_id"] == "k2"
    _, (figure,) = take(root, "hr_figure", GOOD["hr_figure"])
    assert figure["key"] == "hires/2026-10-01/acme/DE"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("hires,2026-13,acme,1", "bad_date"),
        ("hires,Oct 2026,acme,1", "bad_date"),
        ("hires,2026-10,acme,-1", "bad_number"),
        ("hires,2026-10,,1", "missing_id"),
        ("mood,2026-10,acme,1", "bad_choice"),
    ],
)
def test_a_staff_figure_is_of_a_month_and_a_brand_and_never_below_0(root, row, reason):
    _, (bad,) = take(root, "hr_figure", f"measure,month,brand,value\n{row}\n")
    assert bad["reason"] == reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",acme,2026-10-01,5,spend", "missing_id"),
        ("c1,acme,,5,spend", "missing_value"),
        ("c1,acme,2026-10-01,,spend", "missing_value"),
        ("c1,acme,soon,5,spend", "bad_date"),
        ("c1,acme,2026-10-01,five,spend", "bad_number"),
        ("c1,acme,2026-10-01,5,loss", "bad_choice"),
        ("c1,omega,2026-10-01,5,spend", "unknown_brand"),
        (f"{'c' * 20_000},acme,2026-10-01,5,spend", "too_long"),
        ("c1,acme", "bad_row"),
    ],
)
def test_a_bad_row_is_quarantined_beside_the_good_ones(root, row, reason):
    good = "c0,acme,2026-10-01,5,spend"
    batch, (_, bad) = take(root, "cost", f"id,brand,on_date,amount,kind\n{good}\n{row}\n")
    assert batch.counts == {"kept": 1, "quarantined": 1}
    assert bad["reason"] == reason
    assert bad["detail"].startswith("line 3: ")
    assert bad["raw"]


def test_the_same_row_again_is_a_duplicate_and_another_is_kept(root):
    line = "c0,acme,2026-10-01,5,spend\n"
    text = f"id,brand,on_date,amount,kind\n{line}{line}{line.replace('5', '6')}"
    batch, _ = take(root, "cost", text)
    assert batch.counts == {"kept": 2, "duplicate": 1}


@pytest.mark.parametrize(
    ("table", "text", "what", "mend"),
    [
        ("costs", "id\n", "unknown table 'costs'", "Did you mean cost?"),
        ("cost", "id,on_date,amuont\n", "unknown column 'amuont'", "Did you mean amount?"),
        ("cost", "id,amount\n", "no column 'on_date'", "Add it"),
        ("cost", "id,cost_id,on_date\n", "two columns for 'cost_id'", "Keep one"),
    ],
)
def test_a_file_of_other_columns_is_refused(root, table, text, what, mend):
    with pytest.raises(ConfigurationError) as caught:
        take(root, table, text)
    assert what in caught.value.what
    assert mend in caught.value.mend


def test_ambiguous_days_are_refused(root):
    with pytest.raises(ListeningError, match="D/M/Y and as M/D/Y"):
        take(root, "cost", "id,on_date,amount\nc1,2/3/2026,5\n")


def test_the_brand_file_names_files_that_are_taken_in_together(root, tmp_path):
    for table in ("cost", "release"):
        (tmp_path / f"{table}.csv").write_text(GOOD[table], "utf-8")
    paths = {table: str(tmp_path / f"{table}.csv") for table in ("release", "cost")}
    batches = import_references(root, BrandFile(BRANDS.brands, reference=paths))
    assert [batch.target for batch in batches] == ["cost-cost.csv", "release-release.csv"]
    assert import_references(root, BRANDS) == []


def test_the_specification_covers_every_table_and_is_documented():
    assert tuple(TABLES) == REFERENCE_TABLES
    text = (REPO / "docs" / "imports.md").read_text("utf-8")
    for table in TABLES.values():
        assert f"`{table.name}`" in text
        for column in table.columns:
            assert f"`{column.name}`" in text, f"{table.name}.{column.name}"


def test_the_warehouse_has_the_same_columns():
    metadata = pytest.importorskip("warehouse.tables").METADATA
    for table in TABLES.values():
        theirs = {column.name for column in metadata.tables[f"core.{table.name}"].columns}
        assert {column.name for column in table.columns} == theirs - {"loaded_at", "batch_id"}
