"""Serves an invented world over loopback in real wire formats, so that crawls can be tested."""

from bench.replay.server import Server, serve
from bench.replay.world import World, load_world

__all__ = ["Server", "World", "load_world", "serve"]
