"""Panels drawn as lines of coloured text, by terminal cells: pure functions that know no screen."""
