"""What an empty Textual application costs: a header, four tabs, a footer, and nothing else."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, TabbedContent, TabPane


class Bare(App[None]):
    """The least that a console of this form can be."""

    BINDINGS = [("q", "quit", "Quit"), ("question_mark", "help", "Help"), ("r", "refresh", "Refresh")]  # noqa: RUF012
    TITLE = "bare"

    def compose(self) -> ComposeResult:
        """Put a frame around nothing."""
        yield Header(show_clock=True)
        with TabbedContent():
            for name in ("Overview", "Sentiment", "Evaluation", "Logs"):
                yield TabPane(name)
        yield Footer()


if __name__ == "__main__":
    Bare().run()
