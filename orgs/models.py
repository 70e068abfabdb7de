"""The catalogue of peer-run organizations and Centers for Independent Living."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Window
from django.db.models.functions import Lower, RowNumber
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from listings.addressed import AddressedListing
from listings.models import Listing
from listings.querysets import (
    SERVES_COUNTY,
    SERVES_NATION,
    SERVES_STATE,
    ListingQuerySet,
    areas_of,
)
from listings.words import fold
from orgs import servers
from places.models import Place
from places.near import Hit, Located, LocatedQuerySet

BY_TOWN = (Lower("city"), "sort_name", "slug")


# Each parent brings its own as_manager; ours is made from both.
class OrganizationQuerySet(  # type: ignore[override]
    ListingQuerySet["Organization"], LocatedQuerySet["Organization"]
):
    def for_cards(self) -> Self:
        return super().for_cards().select_related("parent")

    def whole(self, hits: Iterable[Any]) -> list[Organization]:
        """The rows of hits or cards in their order, each with its distance; without
        what has been deleted since."""
        miles = {hit.pk: hit.distance_miles for hit in hits}
        found = self.for_cards().in_bulk(miles)
        for pk, row in found.items():
            row.distance_miles = miles[pk]
        return [found[pk] for pk in miles if pk in found]

    def for_files(self) -> Self:
        return super().for_files().select_related("parent", "county")

    def of_kinds(self, kinds: Iterable[str]) -> Self:
        return self.filter(kind__in=list(kinds))

    def cils(self) -> Self:
        return self.filter(kind=Organization.Kind.CIL)

    def in_state(self, code: str) -> Self:
        return self.filter(state=code)

    def in_states(self, codes: Iterable[str]) -> Self:
        return self.filter(state__in=list(codes))

    def kind_counts(self) -> dict[str, int]:
        return self._counts("kind")

    def state_counts(self) -> dict[str, int]:
        return self._counts("state")

    def _counts(self, field: str) -> dict[str, int]:
        numbered = self.order_by().values_list(field).annotate(models.Count("pk"))
        return dict(numbered)

    def reaching(self, place: Place) -> Self:
        """Stands in the place's state, or serves the place wherever it stands."""
        here, nation = Q(state__in=place.state_codes), Q(area=Listing.Area.NATIONWIDE)
        return self.filter(self._naming(place) | here | nation)

    def reaching_state(self, place: Place) -> Self:
        """Stands in the state, or names it or a county of it as served."""
        naming = self.naming_state(place.state).values("pk")
        return self.filter(Q(state=place.state) | Q(pk__in=naming))

    def meeting_online(self) -> Self:
        return self.filter(online=True)

    def across_a_border(self) -> Self:
        """Naming as served a county or state other than the one it stands in."""
        named = self._through("serves").exclude(place__state=OuterRef("state"))
        return self.filter(Exists(named))

    def at(self, place: Place, coverage: int) -> Self:
        """That serve the place this surely; some of them serve it more surely, too."""
        return self.filter(self._at(place, coverage))

    def at_least(self, place: Place, coverage: int) -> Self:
        """That serve a place's state as a whole, or this surely; its county or not."""
        return self.filter(self._at(place, SERVES_STATE) | self._at(place, coverage))

    def only_county(self, place: Place, coverage: int) -> Self:
        """That name the place's county and are not among at_least().

        Each of the few is asked whether it names the state too: against a list of those
        that do, PostgreSQL would hold every row.
        """
        _county, state = areas_of(place)
        wide = Q(Exists(self._areas(state))) | self._at(place, coverage)
        return self.at(place, SERVES_COUNTY).exclude(wide)

    def _at(self, place: Place, coverage: int) -> Q:
        county, state = areas_of(place)
        if coverage in (SERVES_COUNTY, SERVES_STATE):
            return self._naming_any(county if coverage == SERVES_COUNTY else state)
        if coverage == SERVES_NATION:
            return Q(area=Listing.Area.NATIONWIDE)
        return Q(area=Listing.Area.UNKNOWN, state__in=place.state_codes)

    def surest_first(self, place: Place) -> Self:
        """After covering(): by how surely it serves, then by distance, then slug."""
        if place.is_state:
            return self.order_by(servers.SURELY, *BY_TOWN)
        measured = self.measured_from(place.point)
        return measured.order_by(*servers.SUREST)

    def first_of_each_kind(self, limit: int | None) -> list[Hit]:
        """At most `limit` rows of each kind, in one query; all where it is None."""
        if limit is None:
            return self.hits()
        place_in_kind = Window(RowNumber(), partition_by="kind", order_by=list(BY_TOWN))
        return self.annotate(in_kind=place_in_kind).filter(in_kind__lte=limit).hits()

    def of_states(self, codes: Iterable[str]) -> Self:
        return self.filter(state__in=list(codes))

    def without_point(self) -> Self:
        """Of those with a town: no point yet, or a street that has only a rough one."""
        rough = Q(precision__in=[Located.Precision.CITY]) & ~Q(street="")
        missing = Q(latitude=None) & ~Q(city="")
        wanted = (rough | missing) & Q(address_withheld=False)
        return self.exclude(status="closed").filter(wanted).order_by("slug")

    def with_location(self) -> Self:
        """That stand in a town or at a point, or meet online."""
        somewhere = ~Q(city="") | Q(latitude__isnull=False)
        return self.filter(somewhere | Q(online=True))

    def named(self, names: Iterable[str]) -> Self:
        return self.filter(name__in=list(names))

    def named_like(self, words: str) -> list[Organization]:
        """Whose names are nearest to misspelt words, likeliest first."""
        names = dict(self.order_by("pk").values_list("pk", "search_text"))
        best = process.extract(
            fold(words), names, scorer=fuzz.partial_ratio, score_cutoff=80, limit=5
        )
        found = self.in_bulk([pk for _name, _score, pk in best])
        return [found[pk] for _name, _score, pk in best if pk in found]

    def by_town(self) -> Self:
        return self.order_by(*BY_TOWN)

    def serving_by_name(self, place: Place) -> Self:
        """Serves the county or state, named as such; or stands in the state
        and its area is not known. Surest first; `coverage` says which."""
        unknown_here = Q(area=Listing.Area.UNKNOWN, state__in=place.state_codes)
        return self.filter(self._naming(place) | unknown_here).covering(place)

    def from_anywhere(self, place: Place | None = None) -> Self:
        """Online, and open to the whole country or to this place."""
        everywhere = Q(area=Listing.Area.NATIONWIDE)
        if place is None:
            return self.filter(everywhere, online=True)
        return self.serving(place).filter(online=True)


class Organization(AddressedListing):
    """A peer-run organization, a respite, a Center for Independent Living …"""

    class Kind(models.TextChoices):
        PEER_RUN = "peer_run", _("Peer-run organization")
        CIL = "cil", _("Center for Independent Living")
        PEER_RESPITE = "peer_respite", _("Peer respite")
        DROP_IN_CENTER = "drop_in_center", _("Drop-in or recovery learning center")
        RECOVERY_COMMUNITY = (
            "recovery_community",
            _("Recovery community organization"),
        )
        STATEWIDE_NETWORK = "statewide_network", _("Statewide network")
        ONLINE_COMMUNITY = "online_community", _("Online community")

    class RunBy(models.TextChoices):
        """Who runs it, where a source says so; empty is not known."""

        PEERS = "peers", _("Run by peers")
        LARGER_ORGANIZATION = (
            "larger_organization",
            _("Peer program of a larger organization"),
        )
        CLUBHOUSE = "clubhouse", _("Clubhouse: members and staff run it together")

    catalogue = "org"
    importers = {
        "cils": "orgs.importing.CilImporter",
        "organizations": "orgs.importing.OrganizationImporter",
        "exported-organizations": "orgs.exported.ExportedOrganizations",
    }
    hsds_importer = "orgs.hsds.HsdsOrganizations"
    card_templates = ("orgs/_card.html", "orgs/_row.html", "orgs/_catalogue_row.html")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    run_by = models.CharField(
        _("who runs it"),
        max_length=20,
        choices=RunBy,
        blank=True,
        default="",
        db_default="",
        help_text=_("Only where a source or they themselves say so."),
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("branch of"),
        on_delete=models.SET_NULL,
        related_name="branches",
        null=True,
        blank=True,
    )
    host = models.CharField(
        _("host"),
        max_length=200,
        blank=True,
        help_text=_("The organization it is part of, if that is not listed here."),
    )
    # Miles from the place asked for, where a page measures them.
    distance_miles: float | None = None
    # Set by covering(): how surely it serves the place asked for.
    coverage: int | None = None

    objects: ClassVar[OrganizationQuerySet] = OrganizationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(AddressedListing.Meta):
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        indexes = [
            *AddressedListing.Meta.indexes,
            models.Index(fields=["state", "kind"], name="organization_state_kind"),
            models.Index(fields=["area", "state"], name="organization_area_state"),
            models.Index(fields=["sort_name", "slug"], name="organization_sort_name"),
            # A kind within a distance, the filter most used.
            models.Index(
                fields=["kind", "latitude", "longitude"], name="organization_kind_point"
            ),
        ]

    @property
    def kind_label(self) -> str:
        """As get_kind_display(), which makes the list of all kinds first."""
        known = self.kind in self.Kind.values
        return str(self.Kind(self.kind).label if known else self._meta.verbose_name)

    def get_absolute_url(self) -> str:
        return reverse("organization", args=[self.address_slug])

    def card_facts(self) -> dict[str, str]:
        return {
            **super().card_facts(),
            "city": self.city,
            "kind": self.kind,
            "town_line": self.town_line,
            "is_approximate": "yes" if self.point_is_approximate else "",
        }

    def searched_words(self) -> list[str]:
        return [*super().searched_words(), self.host]
