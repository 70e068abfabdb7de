"""Backups of the whole database, checked when written and again when read."""
