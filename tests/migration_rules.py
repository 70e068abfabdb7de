"""Which migrations may run while the site answers, beside the code of before.

A release is migrated first and its workers are renewed then: for a while the old code
writes to the new tables. And a lock of a second on 100,000 rows is a second of silence.
Each rule names what to do instead; CONTRIBUTING has the recipes and the figures.
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
# Statements that hold a table for long, or are nothing for both databases.
HEAVY_SQL = re.compile(
    r"\bLOCK\s+TABLE|\bVACUUM\b|\bCLUSTER\b|\bREINDEX\b|\bUPDATE\b|\bTYPE\b"
    r"|\bSET\s+NOT\s+NULL|\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)",
    re.IGNORECASE,
)


def find_problems(operations, state, app):
    """What is wrong with a migration's operations; `state` is that before it."""
    made = {o.name_lower for o in operations if isinstance(o, ops.CreateModel)}
    others = [
        operation
        for operation in operations
        if not isinstance(operation, ops.CreateModel)
        and getattr(operation, "model_name_lower", None) not in made
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
    """Why one operation on a table that exists is refused; "" if it is not."""
    if isinstance(operation, HARMLESS):
        return ""
    if isinstance(operation, REMOVALS):
        return "the code of before still reads it; take it out one release later."
    if isinstance(operation, RENAMES):
        return "the code of before has the old name; add, copy, and take out later."
    if isinstance(operation, ops.AddField):
        return check_added_field(operation.field)
    if isinstance(operation, ops.AlterField):
        model = state.models[app, operation.model_name_lower]
        return check_altered_field(model.fields[operation.name], operation.field)
    if isinstance(operation, ops.AddIndex):
        is_plain = type(operation.index) is models.Index and operation.index.fields
        return "" if is_plain else "takes long to build; do it CONCURRENTLY."
    if isinstance(operation, ops.RunPython):
        return "" if operation.reversible else "give it a way back."
    if isinstance(operation, ops.RunSQL):
        return check_sql(operation)
    return "no rule knows it; write one, or a reason in EXEMPT."


def check_added_field(field):
    has_default = field.db_default is not models.NOT_PROVIDED
    if field.null or field.many_to_many or has_default:
        return ""
    return "the code of before writes rows without it; give it db_default, or null."


def check_altered_field(old, new):
    """Only what leaves the column as it is, or wider."""
    if old.get_internal_type() != new.get_internal_type():
        return (
            "rewrites the table under a lock; add a new column, copy, take out later."
        )
    if old.null and not new.null:
        return "the code of before may write nothing into it; fill it, tighten later."
    if (new.max_length or 0) < (old.max_length or 0):
        return "makes the column narrower, which rewrites the table under a lock."
    if old.db_column != new.db_column:
        return "the code of before has the old name of the column."
    if new.unique and not old.unique:
        return "give it a UniqueConstraint with a name instead."
    return ""


def check_sql(operation):
    if not operation.reversible:
        return "give it a way back."
    if HEAVY_SQL.search(str(operation.sql)):
        return "holds the table for long, or is nothing for both databases."
    return ""
