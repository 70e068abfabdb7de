"""Delete what the nightly commands found about listings that close or are deleted."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q

from curation.models import DuplicatePair, LinkCheck


def delete_nightly_findings(model: type[Model], pks: Collection[int]) -> None:
    """Delete the link checks and the duplicate pairs of these listings."""
    kind = ContentType.objects.get_for_model(model)
    LinkCheck.objects.filter(content_type=kind, object_id__in=pks).delete()
    in_pair = Q(first_id__in=pks) | Q(second_id__in=pks)
    DuplicatePair.objects.filter(in_pair, content_type=kind).delete()
