"""Other models in place of the shipped heads, by name and by configuration (docs/models.md)."""
