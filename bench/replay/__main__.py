"""Serves a world from the command line: `python -m bench.replay WORLD --port N`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from bench.replay.server import serve
from listening.contract import ListeningError


def main() -> int:
    """Serve until Ctrl-C or SIGTERM; the connect-to value goes to stdout."""
    parser = argparse.ArgumentParser(prog="bench.replay", description=__doc__)
    parser.add_argument("world", type=Path, help="a folder with a world.yaml")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with serve(options.world, host=options.host, port=options.port) as server:
            print(f"LISTENING_CONNECT_TO={server.connect_to}", flush=True)  # noqa: T201
            stop.wait()
    except ListeningError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    except OSError as error:
        print(f"{options.host}:{options.port}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
