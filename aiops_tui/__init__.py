"""A live terminal console for operators of an AI chat service."""

__version__ = "0.1.0"
