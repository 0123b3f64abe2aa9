"""Letting go: of what people ask to have erased, of what was kept long enough, and for good."""
