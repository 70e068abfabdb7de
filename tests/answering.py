"""A small HTTP server beside a test, in a thread of its own."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Thread

# Python looks twice a second whether the server is to end; that would be a wait each.
SECONDS_BETWEEN_LOOKS = 0.01


@contextmanager
def answering(server):
    """The server while it answers; it has ended when the block is left."""
    thread = Thread(target=server.serve_forever, args=[SECONDS_BETWEEN_LOOKS])
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
