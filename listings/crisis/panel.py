"""Choose what a page shows to a visitor who typed words of distress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from caching.memory_cache import MemoryCache
from listings.crisis.lines import (
    LIFELINE,
    VisibleCrisisLine,
    emergency_first,
    lines_for_kinds,
    visible_crisis_lines,
)
from listings.crisis.matching import EMERGENCY, LEVELS, QUIET, Distress, PhraseMatcher
from listings.crisis.models import CrisisKind, CrisisPhrase
from places.forms import PlaceForm
from places.lookup import canonical_query
from places.states import STATES

# The parameters that contain what a visitor typed or chose.
TEXT_PARAMETERS = ("near", "q", "state")
# The kinds of trouble in which another person does harm.
HARM_BY_OTHERS = (
    CrisisKind.VIOLENCE,
    CrisisKind.SEXUAL_ASSAULT,
    CrisisKind.CHILD_ABUSE,
    CrisisKind.ELDER_ABUSE,
    CrisisKind.TRAFFICKING,
)
# The last change of the phrases, read once for each content version, and the matcher
# built from them. Building takes 0.1 seconds, so edits of listings do not repeat it.
_changes: MemoryCache[str, tuple[Any, ...]] = MemoryCache(4)
_matchers: MemoryCache[str, PhraseMatcher] = MemoryCache(1)


@dataclass(frozen=True)
class CrisisPanel:
    distress: Distress
    lines: list[VisibleCrisisLine]
    at: datetime

    @property
    def is_quiet(self) -> bool:
        """Whether ordinary results come first, with 988 in one line."""
        return self.distress.level == QUIET

    @property
    def comes_first(self) -> bool:
        return not self.is_quiet

    @property
    def language(self) -> str:
        """The language of the panel: that of the page, or Spanish for Spanish words.

        A page in Spanish was chosen, so it also answers English words in Spanish.
        """
        page = get_language() or "en"
        is_spanish = "es" in self.distress.languages
        return "es" if is_spanish and "en" not in self.distress.languages else page

    @property
    def has_lifeline(self) -> bool:
        return any(line.key == LIFELINE for line in self.lines)

    @property
    def is_overdose_now(self) -> bool:
        """Whether someone may be dying of an overdose, so that first aid can help."""
        kinds, level = self.distress.kinds, self.distress.level
        return level == EMERGENCY and CrisisKind.OVERDOSE in kinds

    @property
    def heading(self) -> str:
        return heading(self.distress.level, self.distress.kinds[0])


def heading(level: str, kind: str) -> str:
    """Return a warm sentence for a person in this kind of trouble."""
    if level == EMERGENCY:
        return _("Please call 911 now. Help can come to you.")
    if kind in HARM_BY_OTHERS:
        return _("This isn’t your fault. You can talk to someone right now.")
    return _("You don’t have to face this alone. You can talk to someone right now.")


def phrase_matcher() -> PhraseMatcher:
    """Return the matcher for the active phrases, cached until a phrase changes."""
    change = _changes.get_or_set("phrases", _last_change)
    found = _matchers.get("phrases", change)
    if found is None:
        rows = CrisisPhrase.objects.active()
        found = PhraseMatcher([row.as_phrase for row in rows])
        _matchers.set("phrases", change, found)
    return found


def _last_change() -> tuple[Any, ...]:
    """Return a value that differs after every edit, addition or deletion of a row."""
    rows = CrisisPhrase.objects.active()
    return tuple(rows.aggregate(Count("pk"), Max("changed_at")).values())


def distress_in(params: QueryDict) -> Distress | None:
    """Return the strongest distress in any text parameter, or None."""
    typed_texts = [text for name in TEXT_PARAMETERS for text in params.getlist(name)]
    # A page of a state often has only its two-letter code, which nobody typed.
    typed = [text for text in typed_texts if text.strip() and text not in STATES]
    if not typed:
        return None
    phrases = phrase_matcher()
    found = [distress for text in typed if (distress := phrases.find(text))]
    return max(found, key=lambda one: LEVELS.index(one.level), default=None)


def is_in_distress(params: QueryDict) -> bool:
    """Say whether the words are such that no page should repeat them."""
    distress = distress_in(params)
    return distress is not None and distress.level != QUIET


def without_words(params: QueryDict) -> QueryDict:
    """Return the parameters without typed text, except for a place that it names."""
    form = PlaceForm(params)
    form.is_valid()
    states = [code for code in params.getlist("state") if code in STATES]
    carried = params.copy()
    for name in TEXT_PARAMETERS:
        carried.pop(name, None)
    if states:
        carried.setlist("state", states)
    if form.place and params.get("near"):
        carried["near"] = canonical_query(form.place)
    return carried


def parameters_to_carry(
    params: QueryDict, parsed: QueryDict | None = None
) -> QueryDict:
    """Return the parameters for the links and hidden fields of a page.

    Words of distress are removed, because links would write them into the history of
    the browser. `parsed` are the same parameters after their words were parsed.
    """
    carried = params if parsed is None else parsed
    return without_words(carried) if is_in_distress(params) else carried


def panel_for(params: QueryDict, at: datetime) -> CrisisPanel | None:
    distress = distress_in(params)
    if distress is None:
        return None
    lines = visible_crisis_lines(at)
    if distress.level == QUIET:
        return CrisisPanel(distress, _quiet_lines(distress, lines), at)
    found = lines_for_kinds(distress.kinds, lines, distress.added)
    if distress.level == EMERGENCY:
        found = emergency_first(found, lines)
    return CrisisPanel(distress, found, at)


def _quiet_lines(
    distress: Distress, lines: list[VisibleCrisisLine]
) -> list[VisibleCrisisLine]:
    """Return 988 and, if it is another line, the first line for the kind."""
    lifeline = [line for line in lines if line.key == LIFELINE]
    first = lines_for_kinds(distress.kinds[:1], lines)[:1]
    return [*lifeline, *(line for line in first if line.key != LIFELINE)]
