"""Runs the web app: one process, many threads."""

from __future__ import annotations

import socket
import sys

from desk.web.app import create_app
from desk.web.chart import prepare
from listening.contract import ConfigurationError, DataRoot


def serve(root: DataRoot, host: str, port: int, proxy: str = "") -> None:
    """Serve the desk until interrupted; the address is said on stderr.

    Args:
        root: the data root.
        host: the address to listen on.
        port: the port; 0 takes a free one.
        proxy: the address whose X-Forwarded-For and -Proto count; "" for nobody's.

    Raises:
        ConfigurationError: the address cannot be had.
        ListeningError: the desk's state cannot be opened.
    """
    import uvicorn

    app = create_app(root)
    prepare()
    with _listen(host, port) as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=bool(proxy),
                forwarded_allow_ips=proxy or "",
            )
        )
        shown = f"[{host}]" if ":" in host else host
        sys.stderr.write(f"the desk is at http://{shown}:{listener.getsockname()[1]}\n")
        sys.stderr.flush()
        server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(
            f"cannot listen there: {error}",
            where=f"{host}:{port}",
            mend="Say another --port, or --port 0 for any free one",
        ) from error
