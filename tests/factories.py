"""Create fictional rows for tests, with 555-01xx numbers and example.org."""

from __future__ import annotations

import itertools

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from curation.models import CuratorProfile
from guides.models import Credential, Guide
from listings.models import Term
from meetings.models import Meeting
from orgs.models import Organization
from places.models import Place
from warmlines.models import Warmline

SEQUENCE = itertools.count(1)


def place(code, kind=Place.Kind.ZIP):
    """Return a Place of the real gazetteer, like place("59301")."""
    return Place.objects.select_related("county").get(kind=kind, code=code)


def state(code):
    return place(code, Place.Kind.STATE)


def county(name, code):
    return Place.objects.counties().get(name=name, state=code)


def term(kind, slug):
    return Term.objects.get(kind=kind, slug=slug)


def organization(*, at=None, service_area=(), terms=(), **facts):
    """Create a published organization with a phone; `at` is the Place it is in."""
    sequence_number = next(SEQUENCE)
    row = Organization(
        **{
            "name": f"Example Peer Center {sequence_number}",
            "kind": Organization.Kind.PEER_RUN,
            "status": Organization.Status.PUBLISHED,
            "phone": "+14065550101",
            "service_area_scope": Organization.ServiceAreaScope.PLACES
            if service_area
            else Organization.ServiceAreaScope.UNKNOWN,
            "in_person": True,
            **facts,
        }
    )
    if at is not None:
        row.set_point(at.point, Organization.Precision.ZIP)
        row.city, row.state, row.county = at.name, at.state, at.county
    row.save()
    row.service_area.set(service_area)
    row.terms.set(terms)
    return row


def warmline(*, service_area=(), terms=(), **facts):
    """Create a published nationwide warmline that is always open."""
    sequence_number = next(SEQUENCE)
    row = Warmline(
        **{
            "name": f"Example Warmline {sequence_number}",
            "status": Warmline.Status.PUBLISHED,
            "phone": "+14065550102",
            "by_phone": True,
            "hours": "24/7",
            "timezone": "America/Denver",
            "service_area_scope": Warmline.ServiceAreaScope.PLACES
            if service_area
            else Warmline.ServiceAreaScope.NATIONWIDE,
            "who_may_call": Warmline.WhoMayCall.UNKNOWN,
            **facts,
        }
    )
    row.save()
    row.service_area.set(service_area)
    row.terms.set(terms)
    return row


def meeting(*, at=None, terms=(), **facts):
    """Create a published online meeting, Thursdays at 6:30 pm Pacific time.

    `at` is the Place where it meets in person.
    """
    sequence_number = next(SEQUENCE)
    row = Meeting(
        **{
            "name": f"Example Group {sequence_number}",
            "key": f"example#{sequence_number}",
            "status": Meeting.Status.PUBLISHED,
            "website": "https://example.org/group",
            "operator": "Example Operator",
            "online": True,
            "rules": "FREQ=WEEKLY;BYDAY=TH",
            "start_time": "18:30",
            "timezone": "America/Los_Angeles",
            "source_name": "example.org",
            "source_seen": "2026-11-01",
            **facts,
        }
    )
    if at is not None:
        row.set_point(at.point, Meeting.Precision.ZIP)
        row.city, row.state, row.county = at.name, at.state, at.county
    row.save()
    row.terms.set(terms)
    return row


def guide(**facts):
    """Create a published guide in both languages."""
    sequence_number = next(SEQUENCE)
    words = {
        "title": f"Guide {sequence_number}",
        "title_es": f"Guía {sequence_number}",
        "summary": "In short.",
        "summary_es": "En breve.",
        "body": "Some words.",
        "body_es": "Unas palabras.",
    }
    about = {"slug": f"guide-{sequence_number}", "status": Guide.Status.PUBLISHED}
    return Guide.objects.create(**{**words, **about, **facts})


def credential(**facts):
    """Create a credential that is offered in Montana, with no other facts."""
    sequence_number = next(SEQUENCE)
    known = {
        "name": f"Certified Example {sequence_number}",
        "key": f"credential:{sequence_number}",
        "state": "MT",
        "focus": Credential.Focus.BOTH,
        "source_name": "example.org",
        "source_url": "https://example.org/",
    }
    return Credential.objects.create(**{**known, **facts})


def person(name="ada", role="Curator", states=(), **facts):
    """Create a staff member with one role and the states that they curate."""
    row = get_user_model().objects.create_user(
        name, email=f"{name}@example.org", password="a long pass phrase", **facts
    )
    row.is_staff = True
    row.save()
    row.groups.add(Group.objects.get(name=role))
    profile = CuratorProfile.objects.create(user=row)
    profile.states.set(state(code) for code in states)
    return row
