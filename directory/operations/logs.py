"""Logging without any data about visitors."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

# Loggers whose messages contain what a visitor sent.
UNSAFE_LOGGERS = ("django.request", "django.security", "django.server")
# gunicorn's log has useful messages about its workers. Messages that begin with these
# words contain what a visitor sent.
GUNICORN_LOGGER = "gunicorn.error"
UNSAFE_MESSAGES = ("Invalid request", "Error handling request")
# What the access log says about a request → gunicorn's letter for it.
ACCESS_FIELDS = {"method": "m", "status": "s", "bytes": "B", "microseconds": "D"}


class RedactRequestFilter(logging.Filter):
    """Remove the request and every text from it: addresses, headers and values."""

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", "")
        if hasattr(record, "request"):
            del record.request
        if record.name.startswith(UNSAFE_LOGGERS):
            kind = record.exc_info[0] if record.exc_info else None
            record.msg = f"{status} {kind.__name__ if kind else record.name}"
            record.args = ()
        elif record.name == GUNICORN_LOGGER:
            for words in UNSAFE_MESSAGES:
                if str(record.msg).startswith(words):
                    record.msg, record.args = words, ()
        # The last line of a traceback may quote the value that caused the error.
        if record.exc_info and record.exc_info[0]:
            record.exc_text = _traceback_locations(record)
            record.exc_info = None
        return True


class JsonFormatter(logging.Formatter):
    """Format each record as a JSON object on one line, for log collectors."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        if record.name == "gunicorn.access" and isinstance(record.args, dict):
            line |= {
                name: record.args[letter] for name, letter in ACCESS_FIELDS.items()
            }
            # gunicorn passes text. Log collectors need a number to compare.
            line["status"] = int(line["status"])
        else:
            line["message"] = record.getMessage()
            line |= getattr(record, "numbers", {})
        if record.exc_text:
            line["where"] = [step.strip() for step in record.exc_text.splitlines()]
        return json.dumps(line, ensure_ascii=False)


def logging_settings(log_format: str, *, debug: bool = False) -> dict[str, Any]:
    """The logging configuration for Django and gunicorn.

    `log_format` is "text" or "json". In debug mode, which only works on the developer's
    own machine, the development server also prints the path of each request.
    """
    formatters: dict[str, dict[str, Any]] = {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "bare": {"format": "{message}", "style": "{"},
    }
    if log_format == "json":
        formatters = {
            name: {"()": "directory.operations.logs.JsonFormatter"}
            for name in formatters
        }
    console = {"class": "logging.StreamHandler", "filters": ["no_visitor"]}
    handlers = {
        "console": console | {"formatter": "line"},
        "access": console | {"formatter": "bare", "stream": "ext://sys.stdout"},
    }
    if debug:
        handlers["requests"] = {"class": "logging.StreamHandler", "formatter": "bare"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "no_visitor": {"()": "directory.operations.logs.RedactRequestFilter"}
        },
        "formatters": formatters,
        "handlers": handlers,
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "django": _logger("WARNING", "console"),
            "django.server": _logger("INFO", "requests" if debug else "console"),
            # Its warnings name the user and the address of each failed sign-in.
            "axes": _logger("CRITICAL"),
            GUNICORN_LOGGER: _logger("INFO", "console"),
            "gunicorn.access": _logger("INFO", "access"),
            # Logs one line for each timed job that ran.
            "directory.operations": _logger("INFO", "console"),
        },
    }


def _logger(level: str, *handlers: str) -> dict[str, Any]:
    return {"handlers": list(handlers), "level": level, "propagate": False}


def _traceback_locations(record: logging.LogRecord) -> str:
    """The file, line and function of each step of the traceback, without values."""
    steps = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace:
        code = trace.tb_frame.f_code
        steps.append(f"  {code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return "\n".join(steps)
