"""A few groups that meet online about each subject, for the find page."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from directory.pages.sections import Subject
from listings.cards import cards
from listings.filters import term_choices
from orgs.models import Organization
from places.models import Place
from search import relevance
from search.index import SearchIndex
from search.query import Query


def all_online_url(place: Place | None, subject: str = "") -> str:
    """Return the address of every group that meets online, or those of a subject."""
    state = [f"state={place.state}"] if place else []
    query = "&".join([*state, *([f"condition={subject}"] if subject else [])])
    return f"{reverse('online')}?{query}" if query else reverse("online")


def list_subjects(
    index: SearchIndex, query: Query, limit: int, reasons: Mapping[int | None, str]
) -> tuple[list[Subject], int]:
    """Return up to `limit` groups by subject, and the number of all groups."""
    found = relevance.first_online_of_each_subject(index, query, limit)
    labels = dict(term_choices().get("condition", []))
    subjects = [
        Subject(
            label=labels.get(slug) or _("Other subjects"),
            total=results.total,
            url=all_online_url(query.place, slug),
            cards=cards(
                Organization, results.hits, "orgs/_card.html", level=4, reasons=reasons
            ),
        )
        for slug, results in found.items()
        if results.hits
    ]
    return subjects, relevance.online(index, query, 0).total
