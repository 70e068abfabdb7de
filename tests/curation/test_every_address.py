"""Every address of the admin: which roles may open it, and which may not."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from curation.models import (
    Check,
    DuplicatePair,
    ImportRun,
    LinkCheck,
    OptOut,
    Reminder,
    Suggestion,
)
from directory.models import TimedJob
from listings.crisis.models import CrisisLine, CrisisPhrase
from listings.models import Term
from listings.removals import RemovalRequest
from orgs.importing import OrganizationImporter
from tests.factories import (
    credential,
    guide,
    meeting,
    organization,
    person,
    place,
    state,
    warmline,
)

pytestmark = pytest.mark.django_db

ROLES = {
    "R": "Reader",
    "V": "Volunteer",
    "S": "State curator",
    "C": "Curator",
    "A": "Administrator",
}
# The roles that may open the addresses, which are written without "admin/".
ALLOWED_ROLES = {
    "RVSCA": """
        second-factor/
        second-factor/new/
        sign-out-everywhere/
        .
        login/
        password_change/
        password_change/done/
        jsi18n/
        places/area/
        places/place/
        places/area/<path:object_id>/history/
        places/place/<path:object_id>/history/
        places/area/<path:object_id>/change/
        places/place/<path:object_id>/change/
        listings/term/
        listings/term/<path:object_id>/history/
        listings/term/<path:object_id>/change/
        orgs/organization/similar/
        orgs/organization/hours/
        orgs/organization/
        orgs/organization/<path:object_id>/history/
        orgs/organization/<path:object_id>/change/
        warmlines/warmline/similar/
        meetings/meeting/similar/
        warmlines/warmline/hours/
        meetings/meeting/hours/
        meetings/meeting/schedule/
        warmlines/warmline/
        meetings/meeting/
        warmlines/warmline/<path:object_id>/history/
        meetings/meeting/<path:object_id>/history/
        warmlines/warmline/<path:object_id>/change/
        meetings/meeting/<path:object_id>/change/
        guides/guide/
        guides/guide/<path:object_id>/history/
        guides/guide/<path:object_id>/change/
        guides/credential/
        listings/crisisline/
        listings/crisisphrase/
        guides/credential/<path:object_id>/history/
        listings/crisisline/<path:object_id>/history/
        listings/crisisphrase/<path:object_id>/history/
        guides/credential/<path:object_id>/change/
        listings/crisisline/<path:object_id>/change/
        listings/crisisphrase/<path:object_id>/change/
    """,
    "": """
        autocomplete/
        r/<path:content_type_id>/<path:object_id>/
        places/area/add/
        places/place/add/
        places/area/<path:object_id>/delete/
        places/place/<path:object_id>/delete/
        curation/check/add/
        curation/check/<path:object_id>/delete/
        curation/linkcheck/add/
        curation/linkcheck/<path:object_id>/delete/
        curation/reminder/add/
        curation/reminder/<path:object_id>/delete/
        curation/suggestion/add/
        curation/suggestion/<path:object_id>/delete/
        curation/duplicatepair/add/
        curation/duplicatepair/<path:object_id>/delete/
        curation/importrun/add/
        directory/timedjob/add/
        directory/timedjob/<path:object_id>/delete/
        curation/importrun/<path:object_id>/delete/
        orgs/organization/<path:object_id>/delete/
        warmlines/warmline/<path:object_id>/delete/
        meetings/meeting/<path:object_id>/delete/
        guides/guide/<path:object_id>/delete/
        guides/credential/<path:object_id>/delete/
        listings/crisisline/<path:object_id>/delete/
        listings/crisisphrase/<path:object_id>/delete/
        ^(?P<app_label>listings|curation|places|auth|orgs|warmlines|guides|meetings|directory)/$
        (?P<url>.*)$
    """,
    "A": """
        auth/group/
        auth/group/add/
        auth/group/<path:object_id>/history/
        auth/group/<path:object_id>/delete/
        auth/group/<path:object_id>/change/
        listings/term/<path:object_id>/delete/
        listings/removalrequest/<path:object_id>/delete/
        curation/optout/<path:object_id>/delete/
        auth/user/<id>/password/
        auth/user/<int:pk>/reset-sign-in/
        auth/user/
        auth/user/add/
        auth/user/<path:object_id>/history/
        auth/user/<path:object_id>/delete/
        auth/user/<path:object_id>/change/
    """,
    "CA": """
        listings/term/add/
        listings/removalrequest/
        listings/removalrequest/add/
        listings/removalrequest/<path:object_id>/history/
        listings/removalrequest/<path:object_id>/change/
        curation/reminder/
        curation/reminder/<path:object_id>/history/
        curation/reminder/<path:object_id>/change/
        curation/optout/
        curation/optout/add/
        curation/optout/<path:object_id>/history/
        curation/optout/<path:object_id>/change/
        directory/timedjob/
        directory/timedjob/<path:object_id>/history/
        directory/timedjob/<path:object_id>/change/
        curation/importrun/new/
        curation/importrun/template/
        curation/importrun/<int:pk>/refused/
        curation/importrun/
        curation/importrun/<path:object_id>/history/
        curation/importrun/<path:object_id>/change/
        guides/guide/add/
        guides/credential/add/
        listings/crisisline/add/
        listings/crisisphrase/add/
    """,
    "VSCA": """
        curation/check/
        curation/check/<path:object_id>/history/
        curation/check/<path:object_id>/change/
        orgs/organization/start/
        orgs/organization/<int:pk>/call/
        orgs/organization/<int:pk>/start/
        orgs/organization/<int:pk>/release/
        warmlines/warmline/start/
        warmlines/warmline/<int:pk>/call/
        meetings/meeting/start/
        meetings/meeting/<int:pk>/call/
        warmlines/warmline/<int:pk>/start/
        meetings/meeting/<int:pk>/start/
        warmlines/warmline/<int:pk>/release/
        meetings/meeting/<int:pk>/release/
    """,
    "SCA": """
        curation/linkcheck/
        curation/linkcheck/<path:object_id>/history/
        curation/linkcheck/<path:object_id>/change/
        curation/suggestion/
        curation/suggestion/<path:object_id>/history/
        curation/suggestion/<path:object_id>/change/
        curation/duplicatepair/
        curation/duplicatepair/<path:object_id>/history/
        curation/duplicatepair/<path:object_id>/change/
        orgs/organization/merge/<int:one>/<int:other>/
        orgs/organization/add/
        warmlines/warmline/merge/<int:one>/<int:other>/
        meetings/meeting/merge/<int:one>/<int:other>/
        warmlines/warmline/add/
        meetings/meeting/add/
    """,
    "VA": """
        orgs/organization/<int:pk>/propose/
        warmlines/warmline/<int:pk>/propose/
        meetings/meeting/<int:pk>/propose/
    """,
}
TABLE = {
    f"admin/{address.strip('.')}": letters
    for letters, block in ALLOWED_ROLES.items()
    for address in block.split()
}
# Django's redirects to the change page of a row, and the sign-out.
REDIRECTS = re.compile(r"admin/\w+/\w+/<path:object_id>/|admin/logout/")


def addresses(patterns=None, prefix=""):
    """Return every address below /admin/ that the resolver has."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        elif path.startswith("admin/"):
            yield path


@pytest.fixture
def rows():
    """Return the id of a row of each model, by the name of the model in addresses."""
    here = place("59301")
    ours, other = organization(at=here), organization(at=here)
    kind = ContentType.objects.get_for_model(ours)
    ada = person()
    about = {"content_type": kind, "object_id": ours.pk}
    rows_by_name = {
        "organization": ours,
        "other": other,
        "warmline": warmline(service_area=[state("MT")]),
        "other_line": warmline(service_area=[state("MT")]),
        "meeting": meeting(at=here),
        "other_meeting": meeting(at=here),
        "guide": guide(),
        "credential": credential(),
        "crisisline": CrisisLine.objects.create(
            name="Line", name_es="Línea", phone="911", phone_display="911", order=1
        ),
        "crisisphrase": CrisisPhrase.objects.create(phrase="help"),
        "suggestion": Suggestion.objects.create(kind="problem", **about),
        "check": Check.objects.create(
            on=timezone.localdate(), how="called", outcome="right", by=ada, **about
        ),
        "linkcheck": LinkCheck.objects.create(checked_at=timezone.now(), **about),
        "reminder": Reminder.objects.create(sent_to="a@example.org", **about),
        "optout": OptOut.objects.create(email="b@example.org"),
        "duplicatepair": DuplicatePair.objects.create(
            content_type=kind, first_id=ours.pk, second_id=other.pk
        ),
        "importrun": ImportRun.objects.create(
            kind="organizations",
            file_name="x.csv",
            content="key\n",
            by=ada,
            preview={"columns": {"key": "key"}, "refused": []},
        ),
        "term": Term.objects.first(),
        "removalrequest": RemovalRequest.objects.create(
            key="gone", name="Gone", reason="asked"
        ),
        "place": here,
        "timedjob": TimedJob.objects.create(name="backup"),
        "group": Group.objects.first(),
        "user": ada,
    }
    return {name: row.pk for name, row in rows_by_name.items()}


def filled(address, rows):
    found = re.match(r"admin/\w+/(\w+)/", address)
    mine = rows.get(found[1], 1) if found else 1
    of_catalog = {"warmline": "other_line", "meeting": "other_meeting"}
    other = rows[of_catalog.get(found[1] if found else "", "other")]
    path = address.replace("<int:other>", str(other))
    path = re.sub(r"\^\(.*|\(\?P<url>.*", "nowhere/", path)
    return "/" + re.sub(r"<[^>]+>", str(mine), path)


@pytest.fixture(autouse=True)
def variables_that_django_leaves_out(monkeypatch):
    """Allow the undefined variable in Django's own page of a user."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


def test_table_names_every_address():
    found = {path for path in addresses() if not REDIRECTS.fullmatch(path)}

    assert found == set(TABLE)


@pytest.mark.any_database
@pytest.mark.parametrize("letter", ROLES, ids=ROLES.values())
def test_role_gets_the_expected_status_at_each_address(client, rows, letter):
    states = ["MT"] if letter == "S" else []
    client.force_login(person("member", ROLES[letter], states))

    got = {path: client.get(filled(path, rows)).status_code for path in TABLE}

    wrong = {
        path: status
        for path, status in got.items()
        if (status in (200, 302)) is not (letter in TABLE[path])
        or status not in (200, 302, 403, 404)
    }
    assert wrong == {}


WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|SAVEPOINT)\b|.*\bFOR UPDATE\b", re.S)


def test_get_requests_write_nothing_and_hold_no_lock(client, rows):
    """On SQLite a transaction would block every other writer."""
    client.force_login(person("member", "Administrator"))
    # The preview of an import must not be computed again.
    ImportRun.objects.update(content=",".join(sorted(OrganizationImporter.columns)))
    # The time of the last request is saved at most once a minute.
    client.get("/admin/")
    found = {}
    for path in TABLE:
        with CaptureQueriesContext(connection) as queries:
            client.get(filled(path, rows))
        if seen := [q["sql"] for q in queries if WRITES.match(q["sql"])]:
            found[path] = seen

    assert found == {}


@pytest.mark.any_database
@pytest.mark.parametrize("letter", ROLES, ids=ROLES.values())
def test_user_who_is_turned_away_cannot_post_either(client, rows, letter):
    states = ["MT"] if letter == "S" else []
    client.force_login(person("member", ROLES[letter], states))

    shut = [path for path, letters in TABLE.items() if letter not in letters]
    got = {path: client.post(filled(path, rows)).status_code for path in shut}

    assert {path: status for path, status in got.items() if status < 400} == {}


@pytest.mark.parametrize("is_known", [False, True], ids=["stranger", "not staff"])
def test_other_users_are_asked_to_sign_in(client, rows, is_known):
    if is_known:
        plain = person("plain", "Curator")
        plain.is_staff = False
        plain.save()
        client.force_login(plain)

    for path in set(addresses()) - {"admin/login/", "admin/logout/"}:
        answer = client.get(filled(path, rows))
        assert (answer.status_code, answer["Location"][:13]) == (302, "/admin/login/")


def test_password_alone_opens_no_address(client, rows, settings):
    settings.SECOND_FACTOR = True
    client.force_login(person("bo", "Administrator"))

    open_to_all = {"admin/login/", "admin/logout/", "admin/second-factor/"}
    for path in set(addresses()) - open_to_all:
        answer = client.get(filled(path, rows))
        assert (answer.status_code, answer["Location"][:13]) == (302, "/admin/login/")
