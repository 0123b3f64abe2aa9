"""The query language: one test that decides, and its wordings for each API."""
