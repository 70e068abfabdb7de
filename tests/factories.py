"""Made-up listings: 555-01xx numbers and example.org, never a real one."""

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

NUMBERS = itertools.count(1)


def place(code, kind=Place.Kind.ZIP):
    """A place of the real gazetteer: place("59301"), place("MT", "state")."""
    return Place.objects.select_related("county").get(kind=kind, code=code)


def state(code):
    return place(code, Place.Kind.STATE)


def county(name, code):
    return Place.objects.counties().get(name=name, state=code)


def term(kind, slug):
    return Term.objects.get(kind=kind, slug=slug)


def organization(*, at=None, service_area=(), terms=(), **facts):
    """Published, with a phone; `at` is the Place it stands in."""
    number = next(NUMBERS)
    made = Organization(
        **{
            "name": f"Example Peer Center {number}",
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
        made.set_point(at.point, Organization.Precision.ZIP)
        made.city, made.state, made.county = at.name, at.state, at.county
    made.save()
    made.service_area.set(service_area)
    made.terms.set(terms)
    return made


def warmline(*, service_area=(), terms=(), **facts):
    """Published and open day and night, in Mountain time."""
    number = next(NUMBERS)
    made = Warmline(
        **{
            "name": f"Example Warmline {number}",
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
    made.save()
    made.service_area.set(service_area)
    made.terms.set(terms)
    return made


def meeting(*, at=None, terms=(), **facts):
    """Published, online, every Thursday at 6:30 pm Pacific; `at` is where it meets."""
    number = next(NUMBERS)
    made = Meeting(
        **{
            "name": f"Example Group {number}",
            "key": f"example#{number}",
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
        made.set_point(at.point, Meeting.Precision.ZIP)
        made.city, made.state, made.county = at.name, at.state, at.county
    made.save()
    made.terms.set(terms)
    return made


def guide(**facts):
    """Published, in both languages."""
    number = next(NUMBERS)
    words = {
        "title": f"Guide {number}",
        "title_es": f"Guía {number}",
        "summary": "In short.",
        "summary_es": "En breve.",
        "body": "Some words.",
        "body_es": "Unas palabras.",
    }
    about = {"slug": f"guide-{number}", "status": Guide.Status.PUBLISHED}
    return Guide.objects.create(**{**words, **about, **facts})


def credential(**facts):
    """Offered in Montana; nothing else was found."""
    number = next(NUMBERS)
    known = {
        "name": f"Certified Example {number}",
        "key": f"credential:{number}",
        "state": "MT",
        "focus": Credential.Focus.BOTH,
        "source_name": "example.org",
        "source_url": "https://example.org/",
    }
    return Credential.objects.create(**{**known, **facts})


def person(name="ada", role="Curator", states=(), **facts):
    """Somebody of the staff with one role, and the states they keep."""
    made = get_user_model().objects.create_user(
        name, email=f"{name}@example.org", password="a long pass phrase", **facts
    )
    made.is_staff = True
    made.save()
    made.groups.add(Group.objects.get(name=role))
    profile = CuratorProfile.objects.create(user=made)
    profile.states.set(state(code) for code in states)
    return made
