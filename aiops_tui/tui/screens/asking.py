"""The main screen with what is typed into its last line: filters, windows, texts to find."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiops_tui.model.filters import EXPRESSION, Filter, FilterError
from aiops_tui.model.timespan import TimeError, read_window
from aiops_tui.tui import moves
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.entering import EnteringScreen
from aiops_tui.tui.session import Session
from aiops_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from aiops_tui.tui.prompt import Answered, Mistake, Prompt, Question


class AskingScreen(EnteringScreen):
    """Asks in the last line, and gives the keys back to whatever had them."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._searched: Rows | None = None

    def ask(self, question: Question, answered: Answered) -> None:
        """Show the line in which to type."""
        prompt = self.make_prompt()
        if prompt.is_mounted:
            prompt.ask(question, answered)
        else:
            self.call_after_refresh(prompt.ask, question, answered)

    def make_prompt(self) -> Prompt:
        """Return the line in which to type; to make it takes so long that it is best done before a key asks for it."""
        from aiops_tui.tui.prompt import Prompt

        known = self.query_children(Prompt)
        if known:
            return known.first()
        prompt = Prompt()
        self.mount(prompt)
        return prompt

    def on_prompt_closed(self) -> None:
        """Give the keys back."""
        self.pane.focus_first()

    def action_filter(self) -> None:
        """Ask for a filter, beginning with the one there is."""
        from aiops_tui.tui.completing import complete_filter
        from aiops_tui.tui.prompt import Question

        session = self.session
        self.ask(
            Question(
                "filter",
                str(session.view.filter),
                self._filter_mistake,
                lambda text, cursor: complete_filter(text, cursor, session.vocabulary),
                session.filters,
            ),
            self._filter_by,
        )

    def _filter_by(self, answer: str) -> None:
        entered = Filter.parse(answer)
        self.session.remember_filter(str(entered))
        self.go(moves.filtered(self.session.view, entered), into=True)

    def _filter_mistake(self, answer: str) -> Mistake | None:
        from aiops_tui.tui.prompt import Mistake

        try:
            wanted = Filter.parse(answer)
            if wanted.of((EXPRESSION,)):
                from aiops_tui.source.logs.wanted import check_expressions

                check_expressions(wanted, answer)
        except FilterError as error:
            return Mistake(host(self).look.words(error.message_id, **error.values), error.position)
        return None

    def action_time(self) -> None:
        """Ask for a window of time."""
        from aiops_tui.tui.completing import WINDOW_WORDS, complete_words
        from aiops_tui.tui.prompt import Mistake, Question

        words, zone, now = host(self).look.words, host(self).look.zone, host(self).now()

        def mistake(answer: str) -> Mistake | None:
            try:
                read_window(answer, zone, now)
            except TimeError as error:
                return Mistake(words(error.message_id, **error.values), error.position)
            return None

        offered = WINDOW_WORDS[words.language]
        question = Question("window", "", mistake, lambda text, cursor: complete_words(text, offered))
        self.ask(question, lambda answer: self._look_at(answer, zone, now))

    def _look_at(self, answer: str, zone: ZoneInfo, now: datetime) -> None:
        self.go_in_time(moves.over(self.session.view, read_window(answer, zone, now)), into=True)

    def action_timezone(self) -> None:
        """Ask for a zone to show times and days of."""
        from zoneinfo import available_timezones

        from aiops_tui.tui.completing import complete_words
        from aiops_tui.tui.prompt import Mistake, Question

        desk, zones = host(self), sorted(available_timezones())
        known = {name.casefold(): name for name in zones}

        def mistake(answer: str) -> Mistake | None:
            unknown = desk.look.words("tui.timezone.unknown", zone=answer.strip())
            return None if answer.strip().casefold() in known else Mistake(unknown)

        def chosen(answer: str) -> None:
            desk.configure(timezone=known[answer.strip().casefold()])

        self.ask(Question("timezone", "", mistake, lambda text, cursor: complete_words(text, zones)), chosen)

    def action_find(self) -> None:
        """Ask for a text to find in the list that has the keys."""
        if isinstance(self.focused, Rows):
            from aiops_tui.tui.prompt import Question

            self._searched = self.focused
            self.ask(Question("find", self.focused.needle), self._find)
        else:
            host(self).opened()

    def _find(self, needle: str) -> None:
        if self._searched is not None and not self._searched.find(needle) and needle:
            host(self).tell(host(self).look.words("tui.not_found", text=needle))

    def action_next_hit(self) -> None:
        """Go to the next place where the text was found."""
        if isinstance(self.focused, Rows):
            self.focused.hit(1)

    def action_previous_hit(self) -> None:
        """Go to the place before where the text was found."""
        if isinstance(self.focused, Rows):
            self.focused.hit(-1)
