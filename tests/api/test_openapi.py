"""Check the API against its OpenAPI file: parameters and responses."""

from __future__ import annotations

import json
from functools import cache

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from api.api import api
from tests.factories import organization, place, state, term, warmline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cast", "in_process")]


@cache
def site():
    """The whole site with its middleware, created once static files exist."""
    return get_wsgi_application()


description = json.loads(json.dumps(api.get_openapi_schema()))
schema = schemathesis.openapi.from_dict(description)
schema.config.update(base_url="http://testserver")
schema.app = lambda *request: site()(*request)
# Random cases per operation, in addition to the limits of its parameters.
EXAMPLES = 10


@pytest.fixture
def cast():
    """One of each kind of object that a response can have."""
    facts = {"service_area": [state("MT")], "terms": [term("language", "en")]}
    organization(at=place("59301"), street="1 Main Street", zip_code="59301", **facts)
    organization(online=True, status="closed", closure_reason="Sold")
    warmline(hours="Mo-Fr 17:00-02:00", operator="Example Peers", **facts)
    warmline(
        status="temporarily_closed", closure_reason="Flood", public_warning="Call."
    )


@pytest.fixture
def in_process(settings):
    """Keep the connection of the test open, as Django's test client does."""
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_api_follows_its_openapi_file(case):
    # Within the process, nothing would decompress the response.
    case.call_and_validate(headers={"Accept-Encoding": "identity"})
