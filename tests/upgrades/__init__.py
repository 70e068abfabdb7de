"""Recorded databases of earlier releases, which tests upgrade."""
