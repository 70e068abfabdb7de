"""The call sheet: one page to check a listing from, and the order of the calls."""
