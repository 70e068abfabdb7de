"""Database backend: SQLite with time limits, private files and tolerant reading."""
