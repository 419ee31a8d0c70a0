"""The main screen with what is kept: views saved by name, and the last session's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aiops_tui.config.savedviews import LONGEST, delete_view, save_view, saved_views, view_name
from aiops_tui.model.panels import Notice
from aiops_tui.model.reopening import ViewError, options_of, view_of
from aiops_tui.model.view import View
from aiops_tui.tui.keys import key_named
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.handing import HandingScreen


class KeepingScreen(HandingScreen):
    """Saves, opens and deletes views."""

    last: View | None = None
    """The view that the last session on this database ended with."""

    def saved(self) -> tuple[dict[str, View | None], tuple[Notice, ...]]:
        """Return the saved views, None for those that cannot be opened any more, and what there is to tell of them."""
        found, notices = saved_views(host(self).settings.state_dir)
        views: dict[str, View | None] = dict.fromkeys(found)
        words = host(self).look.words
        for name, options in found.items():
            try:
                views[name] = view_of(options)
            except ViewError as error:
                notices += (Notice("tui.view.broken", {"name": name, "reason": words.notice(error.notice)}),)
        return views, notices

    def view_kept(self, options: Mapping[str, str]) -> View | None:
        """Return the view that options open, None if there are none or they open nothing any more."""
        try:
            return view_of(options) if options else None
        except ViewError:
            return None

    def action_save_view(self) -> None:
        """Ask for a name to save this view under."""
        from aiops_tui.tui.completing import complete_words
        from aiops_tui.tui.prompt import Mistake, Question

        words, known = host(self).look.words, self.saved()[0]
        seen: list[str] = []

        def mistake(answer: str) -> Mistake | None:
            name = view_name(answer)
            if not name:
                return Mistake(words("tui.save_view.no_name"))
            if len(name) < len(" ".join(answer.split())):
                return Mistake(words("tui.save_view.too_long", most=LONGEST))
            if name in known and name not in seen:
                seen.append(name)
                return Mistake(words("tui.save_view.again", name=name))
            return None

        self.ask(Question("save_view", "", mistake, lambda text, cursor: complete_words(text, known)), self._save)

    def _save(self, answer: str) -> None:
        view = replace(self.session.view, conversation=None)
        name, desk = view_name(answer), host(self)
        try:
            save_view(desk.settings.state_dir, name, options_of(view))
        except OSError as error:
            self._not_kept(error)
        else:
            desk.tell(desk.look.words("tui.save_view.done", name=name, key=key_named("palette", desk.keys).shown))

    def open_saved(self, name: str) -> None:
        """Open a saved view."""
        view = self.saved()[0].get(name)
        if view is not None:
            self.go_in_time(view, into=True)

    def delete_saved(self, name: str) -> None:
        """Delete a saved view."""
        desk = host(self)
        try:
            delete_view(desk.settings.state_dir, name)
        except OSError as error:
            self._not_kept(error)
        else:
            desk.tell(desk.look.words("tui.view.deleted", name=name))

    def action_resume_view(self) -> None:
        """Open the view that the last session ended with."""
        if self.last is not None:
            self.go_in_time(self.last, into=True)
        else:
            host(self).tell(host(self).look.words("tui.view.no_last"))

    def _not_kept(self, error: OSError) -> None:
        from aiops_tui.output.files import problem

        desk = host(self)
        notice = problem(desk.settings.state_dir / "views.json", error)
        reason = desk.look.words.notice(notice)
        desk.tell(desk.look.words("tui.save_view.failed", reason=reason), "alarm", seconds=60)
