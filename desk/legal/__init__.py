"""Evidence that stands, review that is recorded, holds and drafts: what legal works with.

Everything lies under `<root>/evidence/` and is described in docs/legal.md, closely enough to be
checked without this code.
"""
