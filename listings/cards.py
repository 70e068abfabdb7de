"""Render the card of a listing once for each revision and language, and store it.

docs/decisions/0029-rendered-cards.md says why cards are stored in a table. What depends
on the search, like a distance, is put into the slots of a card when it is shown.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.template.loader import get_template
from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from caching import content_version
from caching.memory_cache import MemoryCache
from caching.models import RenderedCard
from listings.models import Listing
from listings.querysets import COVERAGE_NAMES, revision
from listings.registry import listing_models
from listings.templatetags.listing import miles
from listings.text import squeeze
from places.nearest import SearchHit

# Marks a slot while a card is rendered. It is random, so no listing can contain it.
SLOT = mark_safe(f"[slot {secrets.token_hex(8)}]")  # noqa: S308
# A card takes about 1.5 KB. The others are read from the table.
MAX_CARDS_IN_MEMORY = 8_000
LISTINGS_AT_ONCE = 100
KEYS_AT_ONCE = 500
# A transaction with more changes is an import; rendering its cards takes too long for a
# request.
MAX_AFTER_COMMIT = 100
# The files that decide how a card looks, apart from the listing.
DIGEST_SOURCES = (
    "templates/**/*.html",
    "locale/**/*.mo",
    *(
        f"{app}/**/*.py"
        for app in ("caching", "places", "listings", "orgs", "warmlines")
    ),
)


@dataclass(frozen=True, slots=True)
class CardHtml:
    """A rendered card: the facts that lists need, and the parts around its slots."""

    facts: dict[str, str]
    parts: list[str]

    def fill(self, attributes: str, level: int, reason: str, distance: str) -> str:
        """Fill the slots; the last two are around the reason of a listing itself.

        They are for its attributes, the start and end of its heading, and the fact
        above all others. A card that shows no fact has three slots.
        """
        start, opening, heading, *rest = self.parts
        html = f"{start}{attributes}{opening}{level}{heading}{level}"
        if len(rest) < 3:
            return html + "".join(rest)
        fact = [words for words in (reason or rest[1], distance) if words]
        return f"{html}{rest[0]}{' · '.join(fact)}{''.join(rest[2:])}"


@dataclass(frozen=True, slots=True)
class Card:
    """A listing in a list, with its distance and coverage from the search."""

    hit: SearchHit
    content: CardHtml
    level: int
    # Whether it serves the requested place, in words.
    reason: str = ""

    @property
    def pk(self) -> int:
        return self.hit.pk

    @property
    def distance_miles(self) -> float | None:
        return self.hit.distance_miles

    @property
    def coverage(self) -> int | None:
        return self.hit.coverage

    @property
    def name(self) -> str:
        return self.content.facts["name"]

    @property
    def url(self) -> str:
        return self.content.facts["url"]

    @property
    def city(self) -> str:
        return self.content.facts["city"]

    @property
    def kind(self) -> str:
        return self.content.facts["kind"]

    @property
    def html(self) -> SafeString:
        attributes = ""
        if (distance := self.distance_miles) is not None:
            attributes = f' data-miles="{distance:.1f}"'
        if self.coverage is not None:
            attributes += f' data-serves="{COVERAGE_NAMES[self.coverage]}"'
        reason, miles_text = escape(self.reason), self._distance()
        # The templates have escaped the text of the listing.
        return mark_safe(  # noqa: S308
            self.content.fill(attributes, self.level, reason, miles_text)
        )

    def _distance(self) -> str:
        words = escape(miles(self.distance_miles))
        if words and self.content.facts["is_approximate"]:
            return format_html('{} <span class="soft">({})</span>', words, _("about"))
        return words


# By template, language and primary key.
_in_memory: MemoryCache[tuple[str, str, int], CardHtml]
_in_memory = MemoryCache(MAX_CARDS_IN_MEMORY)


def cards(
    model: type[Listing],
    hits: Iterable[SearchHit],
    template: str,
    level: int = 3,
    reasons: Mapping[int | None, str] | None = None,
) -> list[Card]:
    """Return the cards of the hits, in their order; `reasons` has words by coverage.

    A listing that was deleted since the search, as by undoing an import, is left out.
    """
    hits, words = list(hits), reasons or {}
    found = get_rendered(model, hits, template)
    return [
        Card(hit, found[hit.pk], level, words.get(hit.coverage, ""))
        for hit in hits
        if hit.pk in found
    ]


def get_rendered(
    model: type[Listing], hits: list[SearchHit], template: str
) -> dict[int, CardHtml]:
    """Return the card of each listing by id: from memory, from the table, or new."""
    pks = [hit.pk for hit in hits]
    now = content_version.current_or_none()
    if now is None or settings.DEBUG:
        return {pk: card for pk, _rev, card in _render(model, pks, template)}
    language = translation.get_language() or settings.LANGUAGE_CODE
    known = {hit.pk: hit.revision for hit in hits if hit.revision is not None}
    if len(known) < len(pks):
        known = model.objects.revisions(pks)
    found = {
        pk: card
        for pk, its_revision in known.items()
        if (
            card := _in_memory.get(
                (template, language, pk), (its_revision, now.global_changed_at)
            )
        )
    }
    if len(found) < len(known):
        missing = {pk: its for pk, its in known.items() if pk not in found}
        found |= _read_or_render(model, missing, template, language, now)
    return found


def _read_or_render(
    model: Any,
    revisions: dict[int, int],
    template: str,
    language: str,
    now: content_version.Version,
) -> dict[int, CardHtml]:
    """Return the cards of listings at these revisions from the table, or else new."""
    found: dict[int, CardHtml] = {}
    changed_at = now.global_changed_at
    keys = {_card_key(template, language, pk): pk for pk in revisions}
    stamps = {key: _stamp(revisions[pk], now) for key, pk in keys.items()}
    for key, card in _read_stored(stamps):
        pk = keys[key]
        _in_memory.set((template, language, pk), (revisions[pk], changed_at), card)
        found[pk] = card
    new = [pk for pk in revisions if pk not in found]
    for pk, its_revision, card in _render(model, new, template) if new else ():
        # The row may be newer or, from a replica, older; its own revision decides.
        _in_memory.set((template, language, pk), (its_revision, changed_at), card)
        found[pk] = card
    return found


def store_all() -> int:
    """Render and store every card that is missing or out of date; return how many."""
    number = 0
    used: dict[str, set[int]] = {}
    for model in listing_models():
        public = model.objects.public().order_by("pk").values_list("pk", flat=True)
        pks = list(public if model.card_templates else ())
        number += store(model, pks)
        for template in model.card_templates:
            used[template] = set(pks)
    _remove_unused(used)
    return number


def _remove_unused(used: dict[str, set[int]]) -> None:
    """Delete the cards of removed listings and of templates no longer in use."""
    unused = []
    for key in RenderedCard.objects.values_list("key", flat=True).iterator():
        template, _language, pk = key.split(" ")
        if int(pk) not in used.get(template, ()):
            unused.append(key)
    for start in range(0, len(unused), KEYS_AT_ONCE):
        some = unused[start : start + KEYS_AT_ONCE]
        RenderedCard.objects.filter(pk__in=some).delete()


def store(model: type[Listing], pks: Iterable[int]) -> int:
    """Bring the stored cards of these listings up to date; return how many changed."""
    pks = list(pks)
    starts = range(0, len(pks), LISTINGS_AT_ONCE)
    return sum(_store(model, pks[start : start + LISTINGS_AT_ONCE]) for start in starts)


def _store(model: type[Listing], pks: list[int]) -> int:
    # Read the version first, so that the rows are never older than it.
    now = content_version.current()
    revisions = model.objects.public().revisions(pks)
    keys = {key: pk for pk in pks for key in _card_keys(model, pk)}
    wanted = {
        k: _stamp(revisions[pk], now) for k, pk in keys.items() if pk in revisions
    }
    have = RenderedCard.objects.filter(pk__in=list(keys)).values_list("key", "stamp")
    outdated = wanted.items() - set(have)
    gone = keys.keys() - wanted.keys()
    new = list(_render_everywhere(model, {keys[key] for key, _s in outdated}, now))
    with transaction.atomic():
        RenderedCard.objects.filter(pk__in=gone).delete()
        RenderedCard.objects.bulk_create(
            new,
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["stamp", "content"],
        )
    return len(new)


def _render_everywhere(
    model: type[Listing], pks: Iterable[int], now: content_version.Version
) -> Iterator[RenderedCard]:
    """The cards of these listings in every template and language."""
    rows = model.objects.public().for_cards().in_bulk(list(pks))
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for template in model.card_templates:
                for pk, row in rows.items():
                    card = _render_one(row, template)
                    content = json.dumps([card.facts, card.parts], ensure_ascii=False)
                    stamp = _stamp(revision(row.changed_at), now)
                    yield RenderedCard(
                        _card_key(template, language, pk), stamp, content
                    )


def _render(
    model: type[Listing], pks: Iterable[int], template: str
) -> Iterator[tuple[int, int, CardHtml]]:
    """Yield (id, revision, card) for each listing."""
    for pk, row in model.objects.for_cards().in_bulk(list(pks)).items():
        yield pk, revision(row.changed_at), _render_one(row, template)


def _render_one(row: Listing, template: str) -> CardHtml:
    html = get_template(template).render({"organization": row, "slot": SLOT})
    return CardHtml(row.card_facts(), squeeze(html).split(SLOT))


def _read_stored(wanted: dict[str, str]) -> Iterator[tuple[str, CardHtml]]:
    """Yield (key, card) for each card in the table that has the wanted stamp."""
    rows = RenderedCard.objects.filter(pk__in=list(wanted))
    for key, stamp, content in rows.values_list("key", "stamp", "content"):
        if stamp == wanted[key]:
            yield key, CardHtml(*json.loads(content))


def _card_keys(model: type[Listing], pk: int) -> list[str]:
    return [
        _card_key(template, language, pk)
        for template in model.card_templates
        for language, _name in settings.LANGUAGES
    ]


def _card_key(template: str, language: str, pk: int) -> str:
    return f"{template} {language} {pk}"


def _stamp(its_revision: int, now: content_version.Version) -> str:
    """Combine the revision of the listing, of the shared data and of the code."""
    return f"{its_revision} {now.global_changed_at.isoformat()} {code_digest()}"


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Return a hash of the templates, translations and code that cards depend on."""
    found = hashlib.sha256()
    root: Path = settings.BASE_DIR
    for pattern in DIGEST_SOURCES:
        for path in sorted(root.glob(pattern)):
            found.update(f"{path.relative_to(root)}".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]


class _StoreSaved:
    """Store the cards of the listings saved in one transaction, after its commit.

    An import command stores its own.
    """

    def __init__(self, row: tuple[type[Listing], int]) -> None:
        self.rows = {row}

    def __call__(self) -> None:
        if len(self.rows) > MAX_AFTER_COMMIT:
            return
        for model in {model for model, _pk in self.rows}:
            store(model, [pk for its_model, pk in self.rows if its_model is model])


def connect_signals() -> None:
    """Store the card of every listing that is saved or deleted from now on."""
    for model in listing_models():
        if model.card_templates:
            post_save.connect(_store_after_commit, sender=model)
            post_delete.connect(_store_after_commit, sender=model)


def _store_after_commit(
    sender: type[Listing], instance: Listing, **_signal: Any
) -> None:
    row = (sender, instance.pk)
    pending = transaction.get_connection().run_on_commit
    for _savepoints, callback, _robust in pending:
        if isinstance(callback, _StoreSaved):
            callback.rows.add(row)
            return
    transaction.on_commit(_StoreSaved(row), robust=True)
