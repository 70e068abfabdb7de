"""Faults made on purpose; long, so they run by “make chaos” and not in the gate."""
