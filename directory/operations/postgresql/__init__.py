"""Database backend: PostgreSQL with time limits and tolerant reading."""
