"""What every test shares: hypothesis without deadlines, keys of its own, long files first."""

import os
import tempfile

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")

# Keys of two data roots must be the same where a test compares these.
os.environ["LISTENING_KEYS"] = tempfile.mkdtemp(prefix="listening-keys-")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker waits for one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
