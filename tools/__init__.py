"""Programs for those who work on the console: none is part of it."""
