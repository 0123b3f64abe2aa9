"""What every test shares: hypothesis without deadlines, and keys that are the tests' own."""

import os
import tempfile

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")

# Keys of two data roots must be the same where a test compares these.
os.environ["LISTENING_KEYS"] = tempfile.mkdtemp(prefix="listening-keys-")
