"""What a page shows to somebody who typed words of distress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from caching.memory_cache import MemoryCache
from listings.crisis.lines import (
    LIFELINE,
    ShownLine,
    emergency_first,
    lines_for,
    shown_lines,
)
from listings.crisis.matching import EMERGENCY, LEVELS, QUIET, Distress, Matcher
from listings.crisis.models import CrisisKind, CrisisPhrase
from places.forms import PlaceForm
from places.lookup import canonical_query
from places.states import STATES

# What a box of the site sends: a place, words, or a state.
BOXES = ("near", "q", "state")
# Somebody else does harm. It isn't the writer's fault.
HARM_BY_OTHERS = (
    CrisisKind.VIOLENCE,
    CrisisKind.SEXUAL_ASSAULT,
    CrisisKind.CHILD_ABUSE,
    CrisisKind.ELDER_ABUSE,
    CrisisKind.TRAFFICKING,
)
# How the phrases were last changed, once a version; and the matcher made of them, which
# takes a tenth of a second and outlives every edit of a listing.
_changes: MemoryCache[str, tuple[Any, ...]] = MemoryCache(4)
_matchers: MemoryCache[str, Matcher] = MemoryCache(1)


@dataclass(frozen=True)
class CrisisPanel:
    distress: Distress
    lines: list[ShownLine]
    at: datetime

    @property
    def is_quiet(self) -> bool:
        """Ordinary results come first, and one line names 988."""
        return self.distress.level == QUIET

    @property
    def comes_first(self) -> bool:
        return not self.is_quiet

    @property
    def language(self) -> str:
        """Spanish for words that are Spanish alone. A page in Spanish was chosen, so
        it answers English words in Spanish, too."""
        page = get_language() or "en"
        is_spanish = "es" in self.distress.languages
        return "es" if is_spanish and "en" not in self.distress.languages else page

    @property
    def has_lifeline(self) -> bool:
        return any(line.key == LIFELINE for line in self.lines)

    @property
    def is_overdose_now(self) -> bool:
        """Somebody may be dying, and first aid helps."""
        kinds, level = self.distress.kinds, self.distress.level
        return level == EMERGENCY and CrisisKind.OVERDOSE in kinds

    @property
    def heading(self) -> str:
        return heading(self.distress.level, self.distress.kinds[0])


def heading(level: str, kind: str) -> str:
    """A warm sentence for somebody in this kind of trouble."""
    if level == EMERGENCY:
        return _("Please call 911 now. Help can come to you.")
    if kind in HARM_BY_OTHERS:
        return _("This isn’t your fault. You can talk to someone right now.")
    return _("You don’t have to face this alone. You can talk to someone right now.")


def matcher() -> Matcher:
    """What finds the phrases in a text; no phrase is a visitor's."""
    active = CrisisPhrase.objects.active()
    change = _changes.get_or_set("phrases", lambda: _last_change(active))
    found = _matchers.get("phrases", change)
    if found is None:
        found = Matcher([row.as_phrase for row in active])
        _matchers.set("phrases", change, found)
    return found


def _last_change(rows: QuerySet[CrisisPhrase]) -> tuple[Any, ...]:
    """Another after every edit, addition or deletion of a row."""
    return tuple(rows.aggregate(Count("pk"), Max("changed_at")).values())


def distress_in(params: QueryDict) -> Distress | None:
    """The strongest that any box says; None where none does."""
    said = [text for name in BOXES for text in params.getlist(name)]
    # Most pages of one state come with its two letters, and nothing typed.
    typed = [text for text in said if text.strip() and text not in STATES]
    if not typed:
        return None
    phrases = matcher()
    found = [distress for text in typed if (distress := phrases.find(text))]
    return max(found, key=lambda one: LEVELS.index(one.level), default=None)


def is_in_distress(params: QueryDict) -> bool:
    """Are the words ones that no page should repeat to the person who typed them?"""
    distress = distress_in(params)
    return distress is not None and distress.level != QUIET


def without_words(params: QueryDict) -> QueryDict:
    """Without what was typed into any box, but for the place that it names."""
    form = PlaceForm(params)
    form.is_valid()
    states = [code for code in params.getlist("state") if code in STATES]
    carried = params.copy()
    for name in BOXES:
        carried.pop(name, None)
    if states:
        carried.setlist("state", states)
    if form.place and params.get("near"):
        carried["near"] = canonical_query(form.place)
    return carried


def carried(asked: QueryDict, understood: QueryDict | None = None) -> QueryDict:
    """What the links and hidden fields of a page carry of what it was asked.

    Words of distress would come back with them into the history of the browser.
    `understood` is the same question, its words taken apart.
    """
    params = asked if understood is None else understood
    return without_words(params) if is_in_distress(asked) else params


def panel_for(params: QueryDict, at: datetime) -> CrisisPanel | None:
    distress = distress_in(params)
    if distress is None:
        return None
    lines = shown_lines(at)
    if distress.level == QUIET:
        return CrisisPanel(distress, _quiet_lines(distress, lines), at)
    found = lines_for(distress.kinds, lines, distress.added)
    if distress.level == EMERGENCY:
        found = emergency_first(found, lines)
    return CrisisPanel(distress, found, at)


def _quiet_lines(distress: Distress, lines: list[ShownLine]) -> list[ShownLine]:
    """988, and the first line of the kind where that is another."""
    lifeline = [line for line in lines if line.key == LIFELINE]
    first = lines_for(distress.kinds[:1], lines)[:1]
    return [*lifeline, *(line for line in first if line.key != LIFELINE)]
