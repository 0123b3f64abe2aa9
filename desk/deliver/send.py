"""Sends one message to one channel over Apprise, and says what is known of its fate.

A request that was refused, or never left, may be sent again. One that nobody answered may have
arrived: only a receiver that knows it by its key may get it twice.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from desk.deliver.channel import Channel
from listening.contract import ConfigurationError, ListeningError

KEY_HEADER: Final = "Idempotency-Key"
KEY_FIELD: Final = "delivery_id"
# What requests, urllib3 and smtplib say when a connection was open and no answer came.
_UNANSWERED: Final = re.compile(
    r"read timed out|connection aborted|remote ?disconnected|reset by peer|ConnectionReset"
    r"|broken pipe|unexpectedly closed|IncompleteRead|error=50[24]",
    re.IGNORECASE,
)
_STATUS: Final = re.compile(r"error=(\d{3})")
_UNREACHED: Final = re.compile(
    r"refused|name or service|resolve|connect timeout|ConnectTimeout|no route", re.IGNORECASE
)


class RefusedError(ListeningError):
    """The message did not arrive."""


class UnansweredError(ListeningError):
    """Nobody knows whether the message arrived."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is sent: plain text, HTML for channels that show it, and files beside it."""

    title: str
    text: str
    html: str = ""
    files: tuple[tuple[str, bytes], ...] = ()  # name, content
    facts: tuple[tuple[str, str], ...] = ()  # for webhooks: more fields of the JSON object


class Door:
    """A channel ready to be sent to: all that takes time or may be wrong is behind it."""

    def __init__(self, channel: Channel) -> None:
        """Open it.

        Raises:
            ConfigurationError: Apprise does not know the URL, or it names more than one target.
        """
        import apprise

        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # what it says is told by us
        asset = apprise.AppriseAsset(app_id="listening", storage_mode="memory")
        plugin: Any = apprise.Apprise.instantiate(
            channel.url, asset=asset, suppress_exceptions=True
        )
        if plugin is None:
            raise ConfigurationError(
                "Apprise does not know this URL",
                where=f"connection {channel.name}",
                mend="github.com/caronc/apprise/wiki shows the URL of each service",
            )
        if len(plugin) > 1:
            raise ConfigurationError(
                f"it names {len(plugin)} targets, and one may fail where another does not",
                where=f"connection {channel.name}",
                mend="Make it a channel each, or a list of the service's own",
            )
        self.channel, self._plugin = channel, plugin
        self.rich = self._shows_html()  # it shows HTML, and pictures in it

    def send(self, note: Note, key: str) -> None:
        """Send a message under a key, which a webhook finds in a header and in its JSON.

        Raises:
            RefusedError: it did not arrive.
            UnansweredError: it may have arrived.
        """
        import apprise

        self._mark(note, key)
        rich = bool(note.html) and self.rich
        with tempfile.TemporaryDirectory() as folder, _Ear() as ear:
            went = self._plugin.notify(
                title=note.title,
                body=note.html if rich else f"{note.text}\n\nref {key[:12]}",
                body_format=apprise.NotifyFormat.HTML if rich else apprise.NotifyFormat.TEXT,
                attach=self._attach(note.files, Path(folder)),
            )
        if not went:
            raise self._explain(ear.heard)

    def _shows_html(self) -> bool:
        import apprise

        stated = self._plugin.notify_format
        first = stated[0] if isinstance(stated, tuple | list) else stated
        if hasattr(self._plugin, "inline"):
            self._plugin.inline = True  # pictures stand where the HTML names them by cid:
        return bool(first == apprise.NotifyFormat.HTML)

    def _mark(self, note: Note, key: str) -> None:
        headers = getattr(self._plugin, "headers", None)
        if isinstance(headers, dict):
            headers[KEY_HEADER] = key
        extras = getattr(self._plugin, "payload_extras", None)
        if isinstance(extras, dict):
            extras.update(dict(note.facts) | {KEY_FIELD: key})

    def _attach(self, files: Sequence[tuple[str, bytes]], folder: Path) -> Any:
        import apprise

        if not files or not self._plugin.attachment_support:
            return None
        attached = apprise.AppriseAttachment()
        for name, content in files:
            (folder / name).write_bytes(content)
            attached.add(str(folder / name))
        return attached

    def _explain(self, heard: str) -> ListeningError:
        """Return an error in our words: what libraries say may hold a URL, and that a token."""
        where = f"channel {self.channel.name}"
        if _UNANSWERED.search(heard):
            return UnansweredError("no answer came: it may have arrived", where=where)
        if status := _STATUS.search(heard):
            return RefusedError(f"the service answered {status[1]}", where=where)
        if _UNREACHED.search(heard):
            return RefusedError("the service could not be reached", where=where)
        return RefusedError("the service did not take it", where=where)


class _Ear(logging.Handler):
    """Listens to what Apprise says while a message is sent, and passes none of it on."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._lines: list[str] = []
        self._logger = logging.getLogger("apprise")

    @property
    def heard(self) -> str:
        return "\n".join(self._lines)

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage())

    def __enter__(self) -> Self:
        self._before = (self._logger.level, self._logger.propagate)
        self._logger.setLevel(logging.DEBUG)
        self._logger.propagate = False
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.level, self._logger.propagate = self._before
