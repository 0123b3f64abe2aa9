"""Topics nobody declared: found by night, named by their own words, with ids that stay."""

from nlp.discover.night import METHOD, WINDOW_DAYS, discover_topics

__all__ = ["METHOD", "WINDOW_DAYS", "discover_topics"]
