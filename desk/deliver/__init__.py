"""Brings messages to people: alerts from their outbox, and digests, over Apprise.

`channel` reads where to, `send` sends one message, `outbox` works off what waits, each message
once, and `note` words an alert.
"""
