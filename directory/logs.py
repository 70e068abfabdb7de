"""Log lines that tell of faults and never of visitors."""

from __future__ import annotations

import logging

# Loggers that put what a visitor sent into their messages.
TELLTALES = ("django.request", "django.security", "django.server")


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
        # A traceback's last line quotes the value that broke something.
        if record.exc_info and record.exc_info[0]:
            record.exc_text = _where(record)
            record.exc_info = None
        return True


def _where(record: logging.LogRecord) -> str:
    """File and line of every step of the traceback, without its values."""
    steps = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace:
        code = trace.tb_frame.f_code
        steps.append(f"  {code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return "\n".join(steps)
