"""PostgreSQL as Django knows it, with a limit on how long a public read may wait."""
