"""Labels and explanations of the kinds of organization."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from orgs.models import Organization

Kind = Organization.Kind


@dataclass(frozen=True)
class KindLabels:
    plural: Promise
    explained: Promise


# In the order of the page of a state.
KIND_LABELS: dict[str, KindLabels] = {
    Kind.PEER_RUN: KindLabels(
        _("Peer-run organizations"),
        _(
            "Run by people who have lived with mental health or substance use "
            "troubles themselves. You can talk, listen and be yourself."
        ),
    ),
    Kind.DROP_IN_CENTER: KindLabels(
        _("Drop-in and recovery learning centers"),
        _(
            "Places you can walk into during the day: company, groups, "
            "often coffee, and people who have been there."
        ),
    ),
    Kind.PEER_RESPITE: KindLabels(
        _("Peer respites and living rooms"),
        _(
            "Homelike places to stay for some nights, or a living room for some "
            "hours, when life gets too much. Staff have been there themselves."
        ),
    ),
    Kind.RECOVERY_COMMUNITY: KindLabels(
        _("Recovery community organizations"),
        _(
            "Led by people in recovery from alcohol or drugs. They welcome "
            "people at any point, and often their families."
        ),
    ),
    Kind.CIL: KindLabels(
        _("Centers for Independent Living"),
        _(
            "Run by people with disabilities, and a mental health condition "
            "counts. By law each one offers peer support, and help with "
            "housing, benefits and getting around. Most serve several counties."
        ),
    ),
    Kind.STATEWIDE_NETWORK: KindLabels(
        _("Statewide networks"),
        _(
            "They join peer groups across the state, and can tell you what is "
            "there that we have not listed."
        ),
    ),
    Kind.ONLINE_COMMUNITY: KindLabels(
        _("Online communities"),
        _("They meet mainly online, so you can join from home."),
    ),
}


def get_plural_label(kind: str) -> str:
    """Return "Peer respites and living rooms", or "Organizations" if unknown."""
    known = KIND_LABELS.get(kind)
    return str(
        known.plural if known else capfirst(Organization._meta.verbose_name_plural)
    )
