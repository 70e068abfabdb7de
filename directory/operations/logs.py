"""Log lines that tell of faults and never of visitors."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

# Loggers that put what a visitor sent into their messages.
TELLTALES = ("django.request", "django.security", "django.server")
# gunicorn's log tells of its workers too; these lines of it quote a visitor.
GUNICORN = "gunicorn.error"
QUOTING = ("Invalid request", "Error handling request")
# What the access log says of a request, and gunicorn's letters for it.
ACCESS = {"method": "m", "status": "s", "bytes": "B", "microseconds": "D"}


class NoVisitor(logging.Filter):
    """Drops the request, and the words of loggers that quote addresses or headers."""

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", "")
        if hasattr(record, "request"):
            del record.request
        if record.name.startswith(TELLTALES):
            kind = record.exc_info[0] if record.exc_info else None
            record.msg = f"{status} {kind.__name__ if kind else record.name}"
            record.args = ()
        elif record.name == GUNICORN:
            for words in QUOTING:
                if str(record.msg).startswith(words):
                    record.msg, record.args = words, ()
        # A traceback's last line quotes the value that broke something.
        if record.exc_info and record.exc_info[0]:
            record.exc_text = _where(record)
            record.exc_info = None
        return True


class JsonLine(logging.Formatter):
    """One JSON object a line, for machines that gather logs."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        if record.name == "gunicorn.access" and isinstance(record.args, dict):
            line |= {name: record.args[letter] for name, letter in ACCESS.items()}
            # gunicorn gives it as text; a number can be compared and counted.
            line["status"] = int(line["status"])
        else:
            line["message"] = record.getMessage()
            line |= getattr(record, "numbers", {})
        if record.exc_text:
            line["where"] = [step.strip() for step in record.exc_text.splitlines()]
        return json.dumps(line, ensure_ascii=False)


def logging_settings(log_format: str) -> dict[str, Any]:
    """For Django and gunicorn alike; `log_format` is "text" or "json"."""
    formatters: dict[str, dict[str, Any]] = {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "bare": {"format": "{message}", "style": "{"},
    }
    if log_format == "json":
        formatters = {
            name: {"()": "directory.operations.logs.JsonLine"} for name in formatters
        }
    console = {"class": "logging.StreamHandler", "filters": ["no_visitor"]}
    handlers = {
        "console": console | {"formatter": "line"},
        "access": console | {"formatter": "bare", "stream": "ext://sys.stdout"},
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"no_visitor": {"()": "directory.operations.logs.NoVisitor"}},
        "formatters": formatters,
        "handlers": handlers,
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "django": _logger("WARNING", "console"),
            # Its warnings quote who tried to sign in, and from where.
            "axes": _logger("CRITICAL"),
            GUNICORN: _logger("INFO", "console"),
            "gunicorn.access": _logger("INFO", "access"),
            # One line for each timed job that ran.
            "directory.operations": _logger("INFO", "console"),
        },
    }


def _logger(level: str, *handlers: str) -> dict[str, Any]:
    return {"handlers": list(handlers), "level": level, "propagate": False}


def _where(record: logging.LogRecord) -> str:
    """File and line of every step of the traceback, without its values."""
    steps = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace:
        code = trace.tb_frame.f_code
        steps.append(f"  {code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return "\n".join(steps)
