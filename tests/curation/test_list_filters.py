"""The lists of the admin accept only the filters that they offer."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Field
from django.urls import reverse
from django.utils import timezone

from curation.base_admin import CurationAdmin
from curation.models import Check, ImportRun, Reminder, Suggestion
from listings.removals import RemovalRequest
from tests.factories import credential, guide, organization, person, warmline

pytestmark = pytest.mark.django_db

ROLES = ("Reader", "Volunteer", "State curator", "Curator", "Administrator")
# The values that pages withhold: (list, field, value). A wrong guess is "zzz".
SECRETS = [
    ("orgs_organization", "street", "4417 Hidden Hollow Rd"),
    ("orgs_organization", "zip_code", "59330"),
    ("orgs_organization", "internal_note", "secret note"),
    ("orgs_organization", "checked_by__password", "md5"),
    ("warmlines_warmline", "internal_note", "secret note"),
    ("curation_reminder", "token", "token-of-a-link"),
    ("curation_suggestion", "words", "secret words"),
    ("curation_suggestion", "sender_email", "sender@example.org"),
    ("curation_check", "note", "secret note"),
    ("curation_check", "by__password", "md5"),
    ("curation_importrun", "content", "secret file"),
    ("curation_importrun", "by__password", "md5"),
    ("auth_user", "password", "md5"),
    ("auth_user", "totpdevice__key", "ab12"),
    ("auth_user", "staticdevice__token_set__token", "ab12"),
    ("guides_credential", "checked_by__password", "md5"),
]
LOOKUPS = ("", "__startswith", "__regex", "__contains", "__in", "__gt", "__gte", "__lt")


@pytest.fixture
def rows():
    """Create a row in every list that could reveal a value."""
    ada = person()
    ours = organization(
        name="Hidden house",
        city="Glendive",
        state="MT",
        street="4417 Hidden Hollow Rd",
        zip_code="59330",
        address_withheld=True,
        internal_note="secret note",
    )
    about = {
        "content_type": ContentType.objects.get_for_model(ours),
        "object_id": ours.pk,
    }
    warmline(internal_note="secret note")
    Reminder.objects.create(token="token-of-a-link", sent_to="a@example.org", **about)
    Suggestion.objects.create(
        kind="problem",
        words="secret words",
        sender_email="sender@example.org",
        **about,
    )
    Check.objects.create(
        on=timezone.localdate(),
        how="called",
        outcome="right",
        by=ada,
        note="secret note",
        **about,
    )
    ImportRun.objects.create(
        kind="organizations", file_name="x.csv", content="secret file", by=ada
    )
    RemovalRequest.objects.create(key="gone", name="Gone")
    guide()
    credential()


def paths(model):
    """Yield (name, field) of every field of a model and of its related models."""
    for field in model._meta.get_fields(include_hidden=True):
        yield field.name, field
        if field.related_model:
            for further in field.related_model._meta.get_fields():
                yield f"{field.name}__{further.name}", further


def lookups_of(field):
    known = field.get_lookups() if isinstance(field, Field) else {"isnull", "exact"}
    return ["", *(f"__{lookup}" for lookup in known)]


def get_list(client, address):
    """Return the status of a list, and the number of its rows."""
    response = client.get(address)
    page = response.content.decode() if response.status_code == 200 else ""
    return response.status_code, re.findall(r'class="paginator".*?</', page, re.S)


def test_every_admin_has_our_base_class():
    others = [
        a for a in admin.site._registry.values() if not isinstance(a, CurationAdmin)
    ]

    assert others == []


def test_list_accepts_only_the_lookups_of_its_own_filters(rf):
    """Test every field, and every field of a relation, with every lookup."""
    request = rf.get("/")
    answered = set()
    for model, model_admin in admin.site._registry.items():
        filters = {
            item[0]
            if isinstance(item, tuple)
            else getattr(item, "parameter_name", item)
            for item in model_admin.get_list_filter(request)
        }
        for path, field in paths(model):
            for lookup in lookups_of(field):
                if model_admin.lookup_allowed(f"{path}{lookup}", "x", request):
                    answered.add((model._meta.label, path, path in filters, lookup))

    assert {row[:2] for row in answered if not row[2]} <= {
        # A filter by a user or an organization accepts only its id.
        ("orgs.Organization", "assigned_to__id"),
        ("warmlines.Warmline", "assigned_to__id"),
        ("meetings.Meeting", "assigned_to__id"),
        ("meetings.Meeting", "organization__id"),
        ("auth.User", "groups__id"),
    }
    assert {row[3] for row in answered} <= {"", "__exact", "__isnull", "__gte", "__lt"}


@pytest.mark.any_database
@pytest.mark.parametrize("role", ROLES)
def test_right_and_wrong_guess_of_a_withheld_value_get_the_same_response(
    client, rows, role
):
    client.force_login(person("member", role, ["MT"]))

    for name, field, right in SECRETS:
        address = reverse(f"admin:{name}_changelist")
        for lookup in LOOKUPS:
            guesses = [
                get_list(client, f"{address}?{field}{lookup}={guess}")
                for guess in (right, "zzz")
            ]
            assert guesses[0] == guesses[1], (field, lookup)
            assert guesses[0][0] in (400, 403), (field, lookup)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "way",
    ["?_popup=1&{}", "?_facets=True&{}", "?o=1&{}", "?_to_field=street&{}", "?q=&{}"],
)
def test_other_pages_of_a_list_reveal_no_withheld_value(client, rows, role, way):
    client.force_login(person("member", role, ["MT"]))
    address = reverse("admin:orgs_organization_changelist")

    for field in ("street__startswith=4417", "zip_code=59330"):
        response = client.get(address + way.format(field))
        assert response.status_code in (302, 400)


@pytest.mark.parametrize("role", ["Reader", "Volunteer"])
def test_search_finds_nothing_by_a_withheld_value(client, rows, role):
    client.force_login(person("member", role))
    address = reverse("admin:orgs_organization_changelist")
    suggest = reverse("admin:autocomplete")
    query = "app_label=orgs&model_name=organization&field_name=parent"

    for words in ("4417", "Hollow Rd", "59330", "secret"):
        assert get_list(client, f"{address}?q={words}") == get_list(
            client, f"{address}?q=zzz"
        )
        found = client.get(f"{suggest}?{query}&term={words}").json()["results"]
        assert found == []


@pytest.mark.parametrize("role", ROLES)
def test_export_filtered_by_a_lookup_gives_no_file(client, rows, role):
    client.force_login(person("member", role, ["MT"]))
    address = reverse("admin:orgs_organization_changelist")
    action = {
        "action": "export_selected",
        "select_across": "1",
        "_selected_action": "1",
    }

    response = client.post(f"{address}?street__startswith=4417", action)

    assert response.status_code == 400


@pytest.mark.parametrize("role", ROLES)
def test_filters_of_a_list_work(client, rows, role):
    client.force_login(person("member", role, ["MT"]))
    address = reverse("admin:orgs_organization_changelist")

    page = client.get(address).content.decode()
    offered = set(re.findall(r'href="\?([\w&;=%.-]+)"', page))

    assert len(offered) > 10
    for query in offered:
        response = client.get(f"{address}?{query.replace('&amp;', '&')}")
        assert response.status_code == 200, query
