"""The main screen with what one tells others: shares to Slack, with what became of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

from aiops_tui.text.cells import width
from aiops_tui.tui.keys import key_named
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.keeping import KeepingScreen

if TYPE_CHECKING:
    from aiops_tui.slack import Outcome, Wish
    from aiops_tui.tui.session import Session

_WAITING = "waiting"
_EXTERNAL = "slack.external"


class TellingScreen(KeepingScreen):
    """Shares at one key, or after a preview; takes back, and lists what was shared."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._warned: set[str] = set()

    class Shared(Message):
        """A share ended; an exception is one that nobody foresaw."""

        def __init__(self, result: Outcome | Exception) -> None:
            super().__init__()
            self.result = result

    def watch_outbox(self) -> None:
        """Begin to send what waits from before."""
        host(self).sharing.watch(host(self).settings, self._told)

    def action_share(self) -> None:
        """Share what is seen to Slack, one share at a time."""
        self._share(None)

    def action_share_with(self) -> None:
        """Show what would be shared, with choices."""
        session, desk = self.session, host(self)
        if session.snapshot is None or session.stale:
            desk.tell(desk.look.words("tui.share.not_yet"))
            return
        from aiops_tui.tui.screens.share import ShareSheet

        self.app.push_screen(ShareSheet(session.snapshot, session.view, self.picture, self._warned), self._share_as)

    def _share_as(self, wish: Wish | None) -> None:
        if wish is not None:
            self._share(wish)

    def _share(self, wish: Wish | None) -> None:
        session, desk = self.session, host(self)
        words = desk.look.words
        if session.snapshot is None or session.stale:
            desk.tell(words("tui.share.not_yet"))
            return
        if desk.sharing.begin(session.snapshot, session.view, desk.settings, words, self._told, wish):
            desk.tell(words("tui.share.sharing"), seconds=0)

    def picture(self, kinds: frozenset[str]) -> Callable[[], bytes | None]:
        """Return what paints this screen as it is now, without these kinds of data; the painting may take its time."""
        from aiops_tui import pictures
        from aiops_tui.slack.privacy import Veil, pseudonym_key
        from aiops_tui.tui.picture import screen_lines

        desk, session = host(self), self.session
        name = session.snapshot.source.database if session.snapshot else ""
        veil = Veil(kinds, pseudonym_key(desk.settings.state_dir))
        source = desk.settings.share.source_name or name
        lines = screen_lines(self, session.view, desk.look, veil, source)
        dark = desk.look.palette.dark

        def paint() -> bytes | None:
            if not pictures.available():
                return None
            from aiops_tui.pictures.painting import png

            return png(lines, dark=dark)

        return paint

    def action_take_back(self) -> None:
        """Take the last share back, within a minute."""
        desk = host(self)
        words = desk.look.words
        begun = desk.sharing.take_back(desk.settings, self._told)
        if begun is None:
            desk.tell(words("tui.share.nothing_to_take_back"))
        elif begun:
            desk.tell(words("tui.share.taking_back"), seconds=0)

    def action_copy(self) -> None:
        """Copy the address of what was just shared, else what has the keys."""
        link = host(self).sharing.link
        if link is None:
            super().action_copy()
        else:
            self.hand_over("link", link)

    def action_shares(self) -> None:
        """List what was shared, and what waits."""
        from aiops_tui.tui.screens.shares import SharesSheet

        self.app.push_screen(SharesSheet())

    def _told(self, result: Outcome | Exception) -> None:
        self.post_message(self.Shared(result))

    def on_telling_screen_shared(self, event: Shared) -> None:
        """Tell what became of a share."""
        event.stop()
        result, desk = event.result, host(self)
        words = desk.look.words
        if isinstance(result, Exception):
            desk.tell(words("tui.share.failed", kind=type(result).__name__), "alarm", seconds=30)
            return
        notice = words.notice(result.notice)
        if result.notice.id == _EXTERNAL:
            self._warned.add(str(result.notice.values["channel"]))
        if result.kind == "sent":
            keys = self._share_keys() if result.permalink and desk.sharing.link else ""
            # Without room for it, the address can be copied all the same.
            parts = ((notice, result.permalink, keys), (notice, keys), (notice,))
            lines = [" · ".join(filter(None, part)) for part in (parts if keys else parts[:1])]
            line = next((each for each in lines if width(each) < self.size.width), lines[-1])
            desk.tell(line, "accent", seconds=20)
        elif result.kind == "unset":
            self._explain("", notice)
        else:
            kind = _WAITING if result.kind == "not_sent" and result.share else result.kind
            self._explain(words(f"tui.share.{kind}"), notice)

    def _share_keys(self) -> str:
        copy, back = (key_named(action, host(self).keys).shown for action in ("copy", "take_back"))
        return host(self).look.words("tui.share.keys", copy=copy, back=back)

    def _explain(self, head: str, reason: str) -> None:
        """Tell why nothing was shared and what to do: in the last line, or where that is too short, on a sheet."""
        desk, line = host(self), f"{head} — {reason}"
        if head and width(line) < self.size.width:
            desk.tell(line, "alarm", seconds=60)
            return
        from aiops_tui.tui.screens.notes import text_sheet

        desk.tell(head, "alarm", seconds=60)
        self.app.push_screen(text_sheet(desk.look.words("tui.share.title"), line if head else reason))
