"""Geocode addresses of listings by our gazetteer, or by an optional street service.

Only addresses of listings come here. What a visitor types goes to places.lookup alone.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from django.conf import settings
from geopy.adapters import URLLibAdapter
from geopy.exc import GeopyError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim, Photon
from geopy.geocoders.base import Geocoder
from geopy.location import Location
from geopy.point import Point as GeopyPoint

from places.geo import Point, miles_between
from places.lookup import Problem, look_up, nearest_zip
from places.models import Place
from places.nearest import LocatedModel

Precision = LocatedModel.Precision
USER_AGENT = "peer-support-directory"
# The usage policy of the public services.
MIN_SECONDS_BETWEEN_REQUESTS = 1.0
# GeopyError means down, slow or refusing; geopy raises the others for a bad response.
SERVICE_ERRORS = (GeopyError, AttributeError, KeyError, TypeError, ValueError)
# A street farther from its ZIP code or city is another street of the same name.
MAX_MILES_FROM_CITY = 60


class GazetteerGeocoder(Geocoder):  # type: ignore[misc]  # geopy has no types
    """The geopy interface to our own tables: no network, no key, no rate limit."""

    def geocode(self, query: str, **_options: object) -> Location | None:
        """Return the place that the text means, or None if there is none or several."""
        place = look_up(query, with_areas=False).place
        return _location(place) if place else None

    def reverse(self, query: object, **_options: object) -> Location | None:
        """Return the ZIP code whose center is nearest to a point, or None."""
        point = GeopyPoint(query)
        place = nearest_zip(Point(point.latitude, point.longitude))
        return _location(place) if place else None


def _location(place: Place) -> Location:
    where = (place.latitude, place.longitude)
    return Location(place.label, where, {"kind": place.kind, "code": place.code})


@dataclass(frozen=True)
class GeocodeResult:
    """The point of an address, its precision, and the place of its ZIP code or city."""

    point: Point
    precision: str
    place: Place
    street_failed: bool = False

    @property
    def is_approximate(self) -> bool:
        return self.precision != Precision.ADDRESS


@lru_cache(maxsize=4)
def _street_geocoder(
    name: str, domain: str, scheme: str, timeout: float
) -> RateLimiter | None:
    """Return the rate-limited street geocoder of the settings, or None."""
    services = {"nominatim": Nominatim, "photon": Photon}
    if name not in services:
        return None
    where = {"domain": domain} if domain else {}
    geocoder = services[name](
        user_agent=USER_AGENT,
        scheme=scheme,
        timeout=timeout,
        # geopy would retry twice if `requests` were installed.
        adapter_factory=URLLibAdapter,
        **where,
    )
    return RateLimiter(
        geocoder.geocode,
        min_delay_seconds=0
        if domain.startswith("127.")
        else MIN_SECONDS_BETWEEN_REQUESTS,
        max_retries=0,
        swallow_exceptions=False,
    )


def locate_address(
    *, street: str, city: str, state: str, zip_code: str
) -> GeocodeResult | None:
    """Return the best point for an address: of its street, ZIP code or city.

    If the street service is down, the result is approximate. Never raises for that.
    """
    place = find_place(city, state, zip_code)
    if place is None:
        return None
    is_zip = place.kind == Place.Kind.ZIP
    near = GeocodeResult(
        place.point, Precision.ZIP if is_zip else Precision.CITY, place
    )
    geocode = _street_geocoder(
        settings.GEOCODER,
        settings.GEOCODER_DOMAIN,
        settings.GEOCODER_SCHEME,
        settings.GEOCODER_TIMEOUT,
    )
    if not street or geocode is None:
        return near
    return _locate_street(geocode, f"{street}, {city}, {state} {zip_code}", near)


def _find_city(words: str) -> Place | None:
    """Look up part of an address; a city wins over a county of the same name."""
    result = look_up(words, with_areas=False)
    cities = [one for one in result.candidates if one.kind == Place.Kind.CITY]
    is_clear = result.problem == Problem.AMBIGUOUS and len(cities) == 1
    return cities[0] if is_clear else result.place


def find_place(city: str, state: str, zip_code: str) -> Place | None:
    """Return the ZIP code or city of an address, or None if neither is known."""
    for words in (zip_code, f"{city}, {state}" if city else "", state):
        place = _find_city(words) if words else None
        if place is not None and not place.is_state:
            return place
    return None


class _GeocodeNeeded(Exception):
    """A street must be geocoded before the transaction starts again."""


# Responses by address during geocode_before_transaction(); None outside of it.
_street_answers: ContextVar[dict[str, Location | Exception | None] | None] = ContextVar(
    "answers", default=None
)
Result = TypeVar("Result")


def geocode_before_transaction(act: Callable[[], Result]) -> Result:
    """Run `act`, a transaction that may need the point of a street.

    A request to a service must not hold a database lock. So if a street is needed, the
    transaction is rolled back, the street is geocoded, and `act` runs again.
    """
    answers: dict[str, Location | Exception | None] = {}
    token = _street_answers.set(answers)
    try:
        while True:
            try:
                return act()
            except _GeocodeNeeded as wanted:
                geocode, address = wanted.args
                answers[address] = _geocode(geocode, address)
    finally:
        _street_answers.reset(token)


def _geocode(geocode: RateLimiter, address: str) -> Location | Exception | None:
    try:
        return geocode(address)
    except SERVICE_ERRORS as error:
        return error


def _locate_street(
    geocode: RateLimiter, address: str, near: GeocodeResult
) -> GeocodeResult:
    answers = _street_answers.get()
    if answers is None:
        location = _geocode(geocode, address)
    elif address in answers:
        location = answers[address]
    else:
        raise _GeocodeNeeded(geocode, address)
    if isinstance(location, Exception):
        return GeocodeResult(near.point, near.precision, near.place, street_failed=True)
    if location is None:
        return near
    point = Point(location.latitude, location.longitude)
    return (
        near
        if _is_far(point, near.point)
        else GeocodeResult(point, "address", near.place)
    )


def _is_far(one: Point, other: Point) -> bool:
    return miles_between(one, other) > MAX_MILES_FROM_CITY
