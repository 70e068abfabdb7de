"""Every answer for the whole starter data holds to HSDS 3.0, formats checked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api import rows
from api.entities import (
    ORGANIZATION,
    SERVICE,
    SERVICE_AT_LOCATION,
)
from api.hsds import Frame
from api.operators import Operators
from api.rows import Wish
from tests.api.shapes import faults, nulls

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]

AT = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)


@pytest.fixture
def frame(starter):
    return Frame(AT, "https://directory.example.org", Operators.now(), {})


def wrong(entity, answers):
    return [
        (answer["id"], fault)
        for answer in answers
        for fault in [*faults(entity, answer), *nulls(answer)]
    ]


def test_services(frame):
    found = rows.service_rows(Wish(), frame.operators)

    whole = list(rows.told(found.batches(), frame, SERVICE.whole))

    assert wrong("service", whole) == []
    assert len(whole) == found.count() > 1_000


def test_organizations(frame):
    found = rows.organization_rows(Wish(), frame.operators)

    whole = list(rows.told(found.batches(), frame, ORGANIZATION.whole))

    assert wrong("organization", whole) == []
    assert len({one["id"] for one in whole}) == len(whole) > 1_000


def test_services_at_locations(frame):
    found = rows.service_at_location_rows(Wish())

    whole = list(rows.told(found.batches(), frame, SERVICE_AT_LOCATION.whole))

    assert wrong("service_at_location", whole) == []
    assert len(whole) == found.count() > 800
