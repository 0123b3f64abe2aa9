"""The taggers: one spaCy component factory a file, found by walking this folder."""
