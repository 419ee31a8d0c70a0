"""The application: it joins session, monitor and screens, and does what keys and commands ask for."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from textual.filter import LineFilter
from textual.message import Message
from textual.screen import Screen

from aiops_tui.config import Settings, crash
from aiops_tui.config.lastsession import LastSession, keep_session, last_session
from aiops_tui.model.reopening import options_of
from aiops_tui.model.view import View
from aiops_tui.text.translations import Translator
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.filters import PrintableOnly
from aiops_tui.tui.footer import Footer
from aiops_tui.tui.keymap import remapped, textual_keymap
from aiops_tui.tui.lately import Lately, changes
from aiops_tui.tui.look import LOW, Look
from aiops_tui.tui.mouse import switch_mouse
from aiops_tui.tui.patience import Patient
from aiops_tui.tui.screens.desk import Desk
from aiops_tui.tui.session import Session
from aiops_tui.tui.sharing import Sharing
from aiops_tui.tui.starter import Factory, Failed, Published, Started, real_monitor, start_monitor
from aiops_tui.tui.styles import STYLES
from aiops_tui.tui.themes import depth_of, palettes
from aiops_tui.tui.widgets.drawn import Drawn

_FRESH_SECONDS = 3.0
"""So long after somebody came back, what was read meanwhile is as good as what there is now."""

_AT_EASE = 0.3
"""So long after the monitor runs, which has much to load at first, the screen gets ready for keys to come."""

Clock = Callable[[], datetime]


class Console(Patient):
    """The console on one database.

    ``factory`` makes the monitor, in a thread, after the first frame; ``clock`` tells this machine's time.
    """

    BINDINGS = bindings_of("everywhere")
    CSS_PATH = STYLES / "main.tcss"
    ENABLE_COMMAND_PALETTE = False
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] = [(0, "-low"), (LOW, "-high")]  # noqa: RUF012 (as Textual has it)
    ALLOW_SELECT = False
    TITLE = "aiops-tui"

    def __init__(
        self,
        settings: Settings,
        view: View,
        factory: Factory = real_monitor,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.keys, told = remapped(settings.keys)
        self.settings = replace(settings, notices=(*settings.notices, *told))
        self.session = Session(view, settings.interval)
        self.sharing = Sharing()
        self.each_second: Callable[[], None] = lambda: None
        """Called each second."""
        self.grown: Callable[[], None] = lambda: None
        """Called once all modules are loaded, and once the first figures are here: much of what there is then stays."""
        self.crash_line = ""
        self.stopping: threading.Thread | None = None
        self._factory = factory
        self._clock = clock
        self._look: Look | None = None
        self._generation = 0
        self._left_at = 0.0
        self._line_filter = PrintableOnly()
        self._words = Translator(settings.language)
        self._desk = Desk(self.session)
        self._palettes = palettes(depth_of(self.console.color_system, no_color=self.no_color))
        for palette in self._palettes.values():
            self.register_theme(palette.theme())
        self.theme = self._palettes[settings.theme].name

    # what widgets ask for

    @property
    def look(self) -> Look:
        """How everything is shown."""
        if self._look is None:
            self._look = self._make_look()
        return self._look

    @property
    def desk(self) -> Desk:
        """The screen below all others."""
        return self._desk

    def tell(self, text: str, role: str = "text", seconds: float = 8.0) -> None:
        """Say something in the last line for a while; ``seconds`` of 0 is until something else is said."""
        for footer in self._footers():
            footer.tell(text, role)
        if text and seconds:
            self.set_timer(seconds, lambda: self._hush(text))

    def now(self) -> datetime:
        """Return this machine's time."""
        return self._clock()

    def get_line_filters(self) -> list[LineFilter]:
        """Return the filters of Textual with ours behind them: nothing unprintable passes."""
        return [*super().get_line_filters(), self._line_filter]

    def get_default_screen(self) -> Desk:
        """Return the main screen."""
        return self._desk

    def copy_to_clipboard(self, text: str) -> None:
        """Put a text on the clipboard of who sits before the terminal, through tmux and screen too."""
        from aiops_tui.tui.clipboard import sequence

        self._clipboard = text
        if self._driver is not None:
            self._driver.write(sequence(text, os.environ))

    # life

    def on_mount(self) -> None:
        """Show the frame; go on once it is all on the screen."""
        self.set_keymap(textual_keymap(self.keys))
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._begin)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Begin the work behind the first frame as soon as that is on its way to the terminal."""
        super()._display(screen, renderable)
        if renderable is not None:
            self._go_on()

    def _go_on(self) -> None:
        """Begin the work, and take what was kept of earlier sessions before there are figures to hold against it."""
        if not self._generation:
            self.restart()
            self._remember()

    def _begin(self) -> None:
        self._go_on()
        self.update()
        self._desk.watch_outbox()
        if self.session.view.conversation is not None:
            self._desk.open_conversation(self.session.view.conversation)

    def _remember(self) -> None:
        """Take what was kept of earlier sessions; what of it cannot be opened any more is told."""
        last, (_, notices) = last_session(self.settings), self._desk.saved()
        self.session.lately, self.session.filters = Lately(last.glances), last.filters
        self._desk.last = self._desk.view_kept(last.view)
        self.settings = replace(self.settings, notices=(*self.settings.notices, *notices))

    def keep(self) -> None:
        """Keep for the next session what is seen in this one."""
        keep_session(self.settings, self._seen())

    def _seen(self) -> LastSession:
        session = self.session
        view = options_of(replace(session.view, conversation=None))
        return LastSession(view, session.lately.kept(), session.filters)

    def on_unmount(self) -> None:
        """Send nothing any more that waits: another console may."""
        self.sharing.stop(0)

    def restart(self) -> None:
        """Begin with a new monitor, with the settings as they are now."""
        self._generation += 1
        generation, session = self._generation, self.session
        replaced, session.monitor = session.monitor, None
        start_monitor(
            self._factory,
            self.settings,
            session.view,
            lambda snapshot, status: self._post(Published(snapshot, status, generation)),
            replaced=replaced,
            started=lambda monitor: self._post(Started(monitor, generation)),
            failed=lambda error: self._post(Failed(error)),
        )

    def _post(self, message: Message) -> None:
        if self._running:
            self.post_message(message)

    def on_started(self, message: Started) -> None:
        """Go on with the monitor, unless another one was asked for meanwhile."""
        if message.generation == self._generation and self._shown:
            self.session.attach(message.monitor)
            self.set_timer(_AT_EASE, self._desk.make_prompt)
            self._desk.retry_conversation()
            self.update()
            self.grown()
        else:
            threading.Thread(target=message.monitor.stop, args=(0.3,), daemon=True).start()

    def on_failed(self, message: Failed) -> None:
        """End: without a monitor there is nothing to show."""
        self._handle_exception(message.error)

    def on_published(self, message: Published) -> None:
        """Show what the monitor found; the age of the data alone can wait for the clock to move."""
        first = self.session.snapshot is None
        if message.generation == self._generation and self.session.publish(message.snapshot, message.status):
            self.update()
            self._tell_changes()
            if first and self.session.snapshot is not None:
                self.call_after_refresh(self.grown)

    @property
    def _shown(self) -> bool:
        """Whether there is a screen; messages can arrive after it was closed."""
        return self._desk in self.screen_stack

    def update(self) -> None:
        """Show the session as it is; draws only what has changed."""
        if self._shown:
            self._relook()
            self._desk.show(self.now())

    def _tick(self) -> None:
        self.each_second()
        if self._shown:
            self._relook()
            self._desk.tick(self.now())

    def on_app_focus(self) -> None:
        """Somebody looks at the terminal again."""
        self.session.watched(True)
        self.set_timer(_FRESH_SECONDS, self._tell_changes)

    def on_app_blur(self) -> None:
        """Nobody looks at the terminal."""
        self.session.watched(False)
        threading.Thread(target=keep_session, args=(self.settings, self._seen()), name="keep", daemon=True).start()

    def _tell_changes(self) -> None:
        """Say what changed since somebody last looked, once the figures are of now."""
        session, look = self.session, self.look
        if session.snapshot is None or session.stale:
            return
        before = session.lately.seen(session.view, session.snapshot)
        if before is not None:
            line, seconds = changes(before, session.view.tab, session.snapshot, look.words, look.zone)
            self.tell(line, "accent", seconds)

    # look

    def _make_look(self) -> Look:
        zone = ZoneInfo(self.settings.timezone)
        day = self.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return Look(self._words, zone, self._palettes[self.settings.theme], stale=self.session.stale, day=day)

    def _relook(self) -> None:
        self._look = self._make_look()

    def configure(
        self,
        *,
        language: str | None = None,
        theme: str | None = None,
        timezone: str | None = None,
        mouse: bool | None = None,
    ) -> None:
        """Take other settings and show everything by them; another zone has other days, which are summed up anew."""
        old = self.settings
        self.settings = replace(
            old,
            language=language or old.language,
            theme=theme or old.theme,
            timezone=timezone or old.timezone,
            mouse=old.mouse if mouse is None else mouse,
        )
        self._words = Translator(self.settings.language)
        self.theme = self._palettes[self.settings.theme].name
        if self.settings.timezone != old.timezone:
            self.session.set_timezone(self.settings.timezone)
        if self.settings.mouse != old.mouse:
            switch_mouse(self._driver, on=self.settings.mouse)
        self._relook()
        for screen in self.screen_stack:
            for drawn in screen.query(Drawn):
                if drawn.display:
                    drawn.redraw()
        self.update()

    def _hush(self, text: str) -> None:
        for footer in self._footers():
            if footer.message == text:
                footer.tell("")

    def _footers(self) -> Iterator[Footer]:
        return (child for screen in self.screen_stack for child in screen.children if isinstance(child, Footer))

    # what works everywhere

    def action_help(self) -> None:
        """Show all keys."""
        from aiops_tui.tui.screens.notes import help_sheet

        self.push_screen(help_sheet(self))

    def action_palette(self) -> None:
        """Ask for a command; over a sheet there is none to give."""
        from aiops_tui.tui.commands import commands
        from aiops_tui.tui.screens.palette import Palette

        if self.screen is self._desk:
            words = self.look.words
            names, settings = self._desk.saved()[0], self.settings
            listed = commands(words, settings.timezone, self.keys, names, mouse=settings.mouse)
            self.push_screen(Palette(listed), self._desk.run_command)

    def action_repaint(self) -> None:
        """Write every cell again."""
        self.refresh(repaint=True, layout=True)
        self.screen.refresh(repaint=True, layout=True)

    def action_suspend(self) -> None:
        """Hand the terminal to the shell; behind a browser there is none."""
        if self.is_web:
            self.tell(self.look.words("tui.no_suspend"))
        else:
            self.action_suspend_process()

    def action_close(self) -> None:
        """Close what is open, or go back; at the top, end."""
        if len(self.screen_stack) > 1:
            self.screen.dismiss()
        elif len(self.session.history):
            self._desk.action_go_back()
        else:
            self.leave()

    def action_leave(self) -> None:
        """End."""
        self.leave()

    # ends

    def make_way(self) -> None:
        """Let the reading of logs wait until a key is answered."""
        if self.session.monitor is not None:
            self.session.monitor.make_way()

    def leave(self) -> None:
        """End now, whatever runs; the monitor is told so meanwhile."""
        self.begin_stopping()
        self.keep()
        self.exit(0)

    def begin_stopping(self) -> threading.Thread | None:
        """Tell the monitor to end, in a thread; once."""
        monitor = self.session.monitor
        if monitor is not None and self.stopping is None:
            self.stopping = threading.Thread(target=monitor.stop, args=(0.3,), daemon=True)
            self.stopping.start()
            self._left_at = time.monotonic()
        return self.stopping

    @property
    def leaving_seconds(self) -> float:
        """How long ago the console began to end."""
        return time.monotonic() - self._left_at

    def _handle_exception(self, error: Exception) -> None:
        """Leave a file without locals, and a line for standard error, in place of Textual's crash screen."""
        self._return_code = 1
        if not self.crash_line:
            report = crash.write_report(error, self.settings.state_dir, self._secrets())
            where = str(report) if report else self._words("tui.crash.nowhere")
            self.crash_line = self._words("tui.crash", kind=type(error).__name__, where=where)
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def _secrets(self) -> list[str]:
        settings = self.settings
        secrets = (settings.database_url, settings.slack_bot_token, settings.slack_webhook_url)
        return [secret.reveal() for secret in secrets if secret is not None]
