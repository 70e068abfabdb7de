"""Rules for migrations, which run while the old release still serves requests.

An upgrade migrates the database first and then replaces the workers, so for a while the
old code writes to the new tables. A table that is locked for a second makes the site
stop for a second. Each rule says what to do instead; CONTRIBUTING has the recipes.
"""

from __future__ import annotations

import re

from django.db import models
from django.db.migrations import operations as ops

HARMLESS = (
    ops.AlterModelOptions,
    ops.AlterModelManagers,
    ops.AlterOrderWithRespectTo,
    ops.RemoveIndex,
    ops.RemoveConstraint,
    ops.RenameIndex,
    ops.AddConstraint,
    ops.AlterConstraint,
)
REMOVALS = (ops.RemoveField, ops.DeleteModel)
RENAMES = (ops.RenameField, ops.RenameModel, ops.AlterModelTable)
# Statements that lock a table for long, or that one of the databases lacks.
HEAVY_SQL = re.compile(
    r"\bLOCK\s+TABLE|\bVACUUM\b|\bCLUSTER\b|\bREINDEX\b|\bUPDATE\b|\bTYPE\b"
    r"|\bSET\s+NOT\s+NULL|\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)",
    re.IGNORECASE,
)


def find_problems(operations, state, app):
    """The problems of a migration's operations; `state` is the state before it."""
    created = {o.name_lower for o in operations if isinstance(o, ops.CreateModel)}
    others = [
        operation
        for operation in operations
        if not isinstance(operation, ops.CreateModel)
        and getattr(operation, "model_name_lower", None) not in created
    ]
    found = []
    for operation in others:
        if words := find_problem(operation, state, app):
            found.append(f"{operation.describe()}: {words}")
    is_data = [isinstance(operation, ops.RunPython) for operation in others]
    if any(is_data) and not all(is_data):
        found.append("Schema and data together: put each into a migration of its own.")
    return found


def find_problem(operation, state, app):
    """The problem of one operation on an existing table; "" if there is none."""
    if isinstance(operation, HARMLESS):
        return ""
    if isinstance(operation, REMOVALS):
        return "the old code still reads it; remove it one release later."
    if isinstance(operation, RENAMES):
        return "the old code uses the old name; add, copy, and remove it later."
    if isinstance(operation, ops.AddField):
        return check_added_field(operation.field)
    if isinstance(operation, ops.AlterField):
        model = state.models[app, operation.model_name_lower]
        return check_altered_field(model.fields[operation.name], operation.field)
    if isinstance(operation, ops.AddIndex):
        is_plain = type(operation.index) is models.Index and operation.index.fields
        return "" if is_plain else "takes long to build; create it CONCURRENTLY."
    if isinstance(operation, ops.RunPython):
        return "" if operation.reversible else "make it reversible."
    if isinstance(operation, ops.RunSQL):
        return check_sql(operation)
    return "no rule knows it; write one, or a reason in EXEMPT."


def check_added_field(field):
    has_default = field.db_default is not models.NOT_PROVIDED
    if field.null or field.many_to_many or has_default:
        return ""
    return "the old code writes rows without it; give it db_default or null=True."


def check_altered_field(old, new):
    """Accept only changes that keep the column's type or make it wider."""
    if old.get_internal_type() != new.get_internal_type():
        return (
            "rewrites the table under a lock; add a column, copy, and remove it later."
        )
    if old.null and not new.null:
        return "the old code may write NULL into it; fill it now, and tighten later."
    if (new.max_length or 0) < (old.max_length or 0):
        return "makes the column narrower, which rewrites the table under a lock."
    if old.db_column != new.db_column:
        return "the old code uses the old name of the column."
    if new.unique and not old.unique:
        return "give it a UniqueConstraint with a name instead."
    return ""


def check_sql(operation):
    if not operation.reversible:
        return "make it reversible."
    if HEAVY_SQL.search(str(operation.sql)):
        return "locks the table for long, or works on one of the databases only."
    return ""
