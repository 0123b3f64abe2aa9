"""What crosses a border between packages, by subject; others take it from `listening.contract`."""
