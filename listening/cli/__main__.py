"""`python -m listening.cli`: the `listening` command."""

from listening.cli import main

if __name__ == "__main__":
    main()
