"""gunicorn's own log, without the addresses and words that it would quote."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from directory.logs import NoVisitor


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's own lines: what happened to a worker, and of a request only that."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.addFilter(NoVisitor())

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """A request that is none is quoted in the message, with its address."""
        if msg.startswith("Invalid request"):
            msg, args = "Invalid request", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """What stands before the first value; NoVisitor makes the traceback safe."""
        super().exception(str(msg).partition("%")[0])
