"""The core tables as SQLAlchemy metadata: the one place that names their columns.

Import `METADATA` from here, so that every table module has been read.
"""

from warehouse.tables import brand, change, decision, label, log, mention, quality, reference, topic
from warehouse.tables.base import METADATA, SCHEMA

__all__ = [
    "METADATA",
    "SCHEMA",
    "brand",
    "change",
    "decision",
    "label",
    "log",
    "mention",
    "quality",
    "reference",
    "topic",
]
