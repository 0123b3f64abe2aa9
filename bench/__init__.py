"""Worlds to replay, the server that replays them, and measurements."""
