"""Other models in place of the shipped heads, by name and by configuration (docs/models.md)."""

from typing import Final

VARIABLE: Final = "LISTENING_MODELS"
"""Names the file of them. Known without reading it: most runs have none (see `nlp.pipeline`)."""
