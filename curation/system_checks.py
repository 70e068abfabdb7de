"""Checks of the settings of curation, for `manage.py check --deploy`."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def check_second_factor(**options: object) -> list[CheckMessage]:
    if settings.SECOND_FACTOR or not settings.IS_PUBLIC:
        return []
    return [
        Warning(
            "Staff can sign in to this public site with a password alone.",
            hint="Remove SECOND_FACTOR=0: a public site then asks for a code, too.",
            id="curation.W001",
        )
    ]
