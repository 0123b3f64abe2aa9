"""Near copies: connected components over shared MinHash bands, kept up batch by batch.

Only clusters a batch may have changed are looked at. A cluster is named after the member that
was published first, so the order in which its members arrived leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import sqlalchemy as sa

from warehouse.check import WRITTEN
from warehouse.script import run_script


def update_clusters(connection: sa.Connection) -> None:
    """Bring `core.duplicate_cluster` up to date with the bands of this transaction."""
    run_script(connection, "shaken", {"since": WRITTEN})
    edges = run_script(connection, "edge")
    roots = components((str(left), str(right)) for left, right in edges)
    # As an Arrow table: DuckDB binds a list value by value.
    columns = [pa.array(roots.keys(), pa.string()), pa.array(roots.values(), pa.string())]
    table = pa.table(columns, ["mention_id", "root"])
    connection.exec_driver_sql("register", ("component", table))
    run_script(connection, "cluster")
    connection.exec_driver_sql("DROP VIEW component")


def components(edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return for every node of an undirected graph one node that stands for its component."""
    parent: dict[str, str] = {}

    def find(node: str) -> str:
        root = parent.setdefault(node, node)
        while root != parent[root]:
            root = parent[root]
        while parent[node] != root:
            parent[node], node = root, parent[node]
        return root

    for left, right in edges:
        low, high = sorted((find(left), find(right)))
        parent[high] = low
    return {node: find(node) for node in list(parent)}
