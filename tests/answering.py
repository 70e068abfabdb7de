"""Run a small HTTP server in a thread during a test."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Thread

# By default, Python checks only twice a second whether the server has to stop.
SECONDS_BETWEEN_LOOKS = 0.01


@contextmanager
def answering(server):
    """Run the server until the block ends."""
    thread = Thread(target=server.serve_forever, args=[SECONDS_BETWEEN_LOOKS])
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
