"""Runs the web app: one process, many threads."""

from __future__ import annotations

import sys

from desk.web.app import create_app
from listening.contract import DataRoot


def serve(root: DataRoot, host: str, port: int, proxy: str = "") -> None:
    """Serve the desk until interrupted; the address is said on stderr.

    Args:
        root: the data root.
        host: the address to listen on.
        port: the port; 0 takes a free one.
        proxy: the address whose X-Forwarded-For and -Proto count; "" for nobody's.
    """
    import uvicorn

    server = uvicorn.Server(
        uvicorn.Config(
            create_app(root),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=bool(proxy),
            forwarded_allow_ips=proxy or "",
        )
    )
    sys.stderr.write(f"the desk is at http://{host}:{port}  (Ctrl-C stops it)\n")
    server.run()
