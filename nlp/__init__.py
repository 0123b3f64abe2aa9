"""What it means: a spaCy pipeline over one encoder pass."""
