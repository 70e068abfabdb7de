"""The catalog of peer-run organizations and Centers for Independent Living."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from listings.located import AddressedListing
from listings.models import Listing
from listings.querysets import ListingQuerySet
from listings.text import fold
from places.models import Place
from places.nearest import LocatedModel, LocatedQuerySet, Ranked

CITY_ORDER = (Lower("city"), "sort_name", "slug")


# Both parents define as_manager(); the first one is used.
class OrganizationQuerySet(  # type: ignore[override]
    ListingQuerySet["Organization"], LocatedQuerySet["Organization"]
):
    def for_cards(self) -> Self:
        return super().for_cards().select_related("parent")

    def hydrate(self, hits: Iterable[Ranked]) -> list[Organization]:
        """Return the rows of search hits in their order, each with its distance.

        Rows that have been deleted since the search are left out.
        """
        miles = {hit.pk: hit.distance_miles for hit in hits}
        found = self.for_cards().in_bulk(miles)
        for pk, row in found.items():
            row.distance_miles = miles[pk]
        return [found[pk] for pk in miles if pk in found]

    def for_export(self) -> Self:
        return super().for_export().select_related("parent", "county")

    def of_kinds(self, kinds: Iterable[str]) -> Self:
        return self.filter(kind__in=list(kinds))

    def in_state(self, code: str) -> Self:
        return self.filter(state=code)

    def in_or_serving_state(self, place: Place) -> Self:
        """Located in the state, or serving it or a county of it."""
        naming = self.serving_state_by_name(place.state).values("pk")
        return self.filter(Q(state=place.state) | Q(pk__in=naming))

    def in_states(self, codes: Iterable[str]) -> Self:
        return self.filter(state__in=list(codes))

    def without_point(self) -> Self:
        """Rows to geocode: without a point, or with a street and a city's point."""
        rough = Q(precision__in=[LocatedModel.Precision.CITY]) & ~Q(street="")
        missing = Q(latitude=None) & ~Q(city="")
        wanted = (rough | missing) & Q(address_withheld=False)
        return self.exclude(status="closed").filter(wanted).order_by("slug")

    def with_known_location(self) -> Self:
        """Rows with a city or a point, or that meet online."""
        somewhere = ~Q(city="") | Q(latitude__isnull=False)
        return self.filter(somewhere | Q(online=True))

    def with_names(self, names: Iterable[str]) -> Self:
        return self.filter(name__in=list(names))

    def with_similar_name(self, words: str) -> list[Organization]:
        """Return rows with names similar to misspelled text, most similar first."""
        names = dict(self.order_by("pk").values_list("pk", "search_text"))
        best = process.extract(
            fold(words), names, scorer=fuzz.partial_ratio, score_cutoff=80, limit=5
        )
        found = self.in_bulk([pk for _name, _score, pk in best])
        return [found[pk] for _name, _score, pk in best if pk in found]

    def by_city(self) -> Self:
        return self.order_by(*CITY_ORDER)

    def from_anywhere(self) -> Self:
        """Online and open to the whole country."""
        return self.filter(
            online=True, service_area_scope=Listing.ServiceAreaScope.NATIONWIDE
        )


class Organization(AddressedListing):
    """A peer-run organization, peer respite or Center for Independent Living."""

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
        """Who runs it, as far as a source says so; "" is unknown."""

        PEERS = "peers", _("Run by peers")
        LARGER_ORGANIZATION = (
            "larger_organization",
            _("Peer program of a larger organization"),
        )
        CLUBHOUSE = "clubhouse", _("Clubhouse: members and staff run it together")

    catalog = "org"
    importers = {
        "cils": "orgs.importing.CilImporter",
        "organizations": "orgs.importing.OrganizationImporter",
        "exported-organizations": "orgs.csv_import.ExportedOrganizationImporter",
    }
    hsds_importer = "orgs.hsds.HsdsOrganizationImporter"
    card_templates = ("orgs/_card.html", "orgs/_row.html", "orgs/_catalog_row.html")

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
    # Miles from the requested place; set by a search.
    distance_miles: float | None = None
    # How surely it serves the requested place; set by covering().
    coverage: int | None = None

    objects: ClassVar[OrganizationQuerySet] = OrganizationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(AddressedListing.Meta):
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        indexes = [
            *AddressedListing.Meta.indexes,
            models.Index(fields=["state", "kind"], name="organization_state_kind"),
            models.Index(
                fields=["service_area_scope", "state"], name="organization_area_state"
            ),
            models.Index(fields=["sort_name", "slug"], name="organization_sort_name"),
            # For one kind within a distance, the most frequent filter.
            models.Index(
                fields=["kind", "latitude", "longitude"], name="organization_kind_point"
            ),
        ]

    @property
    def kind_label(self) -> str:
        """The same as get_kind_display(), without building the list of all kinds."""
        known = self.kind in self.Kind.values
        return str(self.Kind(self.kind).label if known else self._meta.verbose_name)

    @property
    def is_center(self) -> bool:
        return self.kind == self.Kind.CIL

    @property
    def badge(self) -> str:
        """What it is and who runs it, like "Peer respite · Run by peers"."""
        if self.kind == self.Kind.PEER_RUN and self.run_by:
            return self.run_by_label
        return " · ".join(filter(None, [self.kind_label, self.run_by_label]))

    @property
    def run_by_label(self) -> str:
        """Who runs it, by name for a program of an organization; "" if unknown."""
        if self.run_by not in self.RunBy.values:
            return ""
        larger = self.host or (self.parent.name if self.parent else "")
        if self.run_by == self.RunBy.LARGER_ORGANIZATION and larger:
            return gettext("Peer program of %(name)s") % {"name": larger}
        return str(self.RunBy(self.run_by).label)

    def get_absolute_url(self) -> str:
        return reverse("organization", args=[self.url_slug])

    def card_facts(self) -> dict[str, str]:
        return {
            **super().card_facts(),
            "city": self.city,
            "kind": self.kind,
            "city_line": self.city_line,
            "is_approximate": "yes" if self.has_approximate_point else "",
        }

    def searchable_texts(self) -> list[str]:
        return [*super().searchable_texts(), self.host]
