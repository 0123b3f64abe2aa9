"""`python -m warehouse`: dbt's pages on every model and column of a built warehouse."""

from __future__ import annotations

import sys

from listening.contract import DataRoot, ListeningError
from warehouse.model import write_docs


def main() -> int:
    """Write the pages and print where they are; return the exit status."""
    try:
        print(write_docs(DataRoot.from_environment()))  # noqa: T201 - the command's result
    except ListeningError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
