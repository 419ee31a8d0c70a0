"""Rows of the database as logs: tables that a program logs to, conversations and evaluations as they come in."""
