"""A Snapshot shared to Slack: the message, the rules that Slack has for it, and the client that posts it."""

from aiops_tui.slack.answers import Outcome
from aiops_tui.slack.sharing import USUAL, Wish, preview, preview_picture, share

__all__ = ["USUAL", "Outcome", "Wish", "preview", "preview_picture", "share"]
