"""Taking in files that people have: exports of mentions, and tables they keep."""
