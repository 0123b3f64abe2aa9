"""Runs `python -m nlp.evaluate`."""

import sys

from nlp.evaluate.card import main

if __name__ == "__main__":
    sys.exit(main())
