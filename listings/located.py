"""Listings that have a street address and a point on the map."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caching.unreadable_values import Placeholders
from listings.models import Listing
from places.geocoders import GeocodeResult, locate_address
from places.models import Place
from places.nearest import LocatedModel
from places.states import STATES
from places.zip_codes import ZipField, check_zip


class AddressedListing(Listing, LocatedModel):
    """Abstract listing with an address, which may be withheld, and a point."""

    identifying_facts: ClassVar[tuple[str, ...]] = ("city", "state")

    street = models.CharField(_("street"), max_length=200, blank=True)
    city = models.CharField(_("town"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=2, blank=True)
    zip_code = ZipField(_("ZIP code"), max_length=10, blank=True)
    county = models.ForeignKey(
        Place,
        verbose_name=_("county"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    address_withheld = models.BooleanField(
        _("address withheld"),
        default=False,
        help_text=_("The street and the exact point are then shown to nobody."),
    )

    # If the stored value cannot be read, treat the street as withheld.
    placeholders: ClassVar[Placeholders] = {
        **Listing.placeholders,
        "address_withheld": lambda _row: True,
    }
    # The Place of the ZIP code, where an import has already looked it up.
    zip_place: Place | None = None

    class Meta(Listing.Meta):
        abstract = True
        constraints = [
            *Listing.Meta.constraints,
            *LocatedModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(address_withheld=False)
                | Q(precision__in=["", LocatedModel.Precision.COUNTY]),
                name="%(app_label)s_%(class)s_withheld_point_is_coarse",
                violation_error_message=_(
                    "A withheld address may have the middle of its county as point, "
                    "and nothing more exact."
                ),
            ),
            models.CheckConstraint(
                condition=Q(state="") | Q(state__in=list(STATES)),
                name="%(app_label)s_%(class)s_state_known",
                violation_error_message=_("Write the state with two letters, like MT."),
            ),
        ]
        indexes = [
            *Listing.Meta.indexes,
            *LocatedModel.Meta.indexes,
            # Few addresses are withheld.
            models.Index(
                fields=["street"],
                condition=Q(address_withheld=True),
                name="%(class)s_withheld",
            ),
        ]

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Check that the ZIP code is in the state.

        It is checked here because forms, imports and the API all call clean_fields().
        """
        super().clean_fields(exclude=exclude)
        if self.zip_code and not {"zip_code", "state"} & set(exclude or ()):
            check_zip(self.zip_code, self.state, self.city, self.zip_place)

    def clean(self) -> None:
        super().clean()
        if self.address_withheld:
            self._hide_point()

    @property
    def public_street(self) -> str:
        return "" if self.address_withheld else self.street

    @property
    def public_zip_code(self) -> str:
        return "" if self.address_withheld else self.zip_code

    @property
    def state_name(self) -> str:
        known = STATES.get(self.state)
        return known.name if known else ""

    @property
    def city_line(self) -> str:
        """The known and public city, state and ZIP code: "Glendive, MT 59330"."""
        if not self.city:
            return f"{self.state_name} {self.public_zip_code}".strip()
        town = ", ".join(part for part in (self.city, self.state) if part)
        return f"{town} {self.public_zip_code}".strip()

    @property
    def has_approximate_point(self) -> bool:
        return self.precision != LocatedModel.Precision.ADDRESS

    def geocode(self) -> GeocodeResult | None:
        """Set point, county and time zone from the address; return what was found.

        A withheld address gets the center of its county. Without a match the listing
        has no point.
        """
        found = locate_address(
            street=self.street,
            city=self.city,
            state=self.state,
            zip_code=self.zip_code,
        )
        if found is None:
            self.clear_point()
            self.county = None
            return None
        self.county = found.place.own_county
        self.set_point(found.point, found.precision)
        if self.address_withheld:
            self._hide_point()
        self.timezone = self.timezone or found.place.timezone
        return found

    def _hide_point(self) -> None:
        """Replace the point with the center of the county, or remove it."""
        if self.county is not None:
            self.set_point(self.county.point, self.Precision.COUNTY)
        else:
            self.clear_point()

    def searchable_texts(self) -> list[str]:
        return [*super().searchable_texts(), self.city, self.state_name]

    def lookup_texts(self) -> list[str]:
        return [*super().lookup_texts(), self.public_street, self.public_zip_code]

    def slug_qualifiers(self) -> list[str]:
        return [part for part in (self.city, self.state) if part]
