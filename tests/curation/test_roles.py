"""What each role may do in the admin, also by guessed addresses."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from curation.models import Suggestion
from orgs.models import Organization
from tests.factories import organization, person, place, state, warmline

pytestmark = pytest.mark.django_db

ROLES = ("Reader", "Volunteer", "State curator", "Curator", "Administrator")
# The status that each role gets at each address, in the order of ROLES.
TABLE = {
    "/admin/": (200, 200, 200, 200, 200),
    "/admin/orgs/organization/": (200, 200, 200, 200, 200),
    "/admin/orgs/organization/add/": (403, 403, 200, 200, 200),
    "/admin/orgs/organization/{mt}/change/": (200, 200, 200, 200, 200),
    "/admin/orgs/organization/{mt}/history/": (200, 200, 200, 200, 200),
    "/admin/orgs/organization/{mt}/call/": (403, 200, 200, 200, 200),
    "/admin/orgs/organization/{mt}/propose/": (403, 200, 403, 403, 200),
    "/admin/orgs/organization/{mt}/delete/": (403, 403, 403, 403, 403),
    "/admin/orgs/organization/{wy}/change/": (200, 200, 302, 200, 200),
    "/admin/orgs/organization/{wy}/history/": (200, 200, 404, 200, 200),
    "/admin/orgs/organization/{wy}/call/": (403, 200, 404, 200, 200),
    "/admin/orgs/organization/merge/{mt}/{mt2}/": (403, 403, 200, 200, 200),
    "/admin/orgs/organization/merge/{mt}/{wy}/": (403, 403, 404, 200, 200),
    "/admin/warmlines/warmline/{line}/change/": (200, 200, 200, 200, 200),
    "/admin/warmlines/warmline/{line_wy}/change/": (200, 200, 302, 200, 200),
    "/admin/curation/suggestion/": (403, 403, 200, 200, 200),
    "/admin/curation/suggestion/{says_mt}/change/": (403, 403, 200, 200, 200),
    "/admin/curation/suggestion/{says_wy}/change/": (403, 403, 404, 200, 200),
    "/admin/curation/importrun/new/": (403, 403, 403, 200, 200),
    "/admin/curation/check/": (403, 200, 200, 200, 200),
    "/admin/auth/user/": (403, 403, 403, 403, 200),
    "/admin/listings/removalrequest/": (403, 403, 403, 200, 200),
    "/admin/listings/term/": (200, 200, 200, 200, 200),
}


@pytest.fixture
def numbers():
    mt, wy = place("59301"), place("82801")
    rows = {
        "mt": organization(at=mt, name="Montana One"),
        "mt2": organization(at=mt, name="Montana Two"),
        "wy": organization(at=wy, name="Wyoming One"),
        "line": warmline(service_area=[state("MT")], name="Montana Line"),
        "line_wy": warmline(service_area=[state("WY")], name="Wyoming Line"),
    }
    for name in ("mt", "wy"):
        facts = {"kind": "problem", "problem": "closed", "listing": rows[name]}
        rows[f"says_{name}"] = Suggestion.objects.create(**facts)
    return {name: row.pk for name, row in rows.items()}


def member(role):
    states = ["MT"] if role == "State curator" else []
    return person(role.replace(" ", "-").lower(), role, states)


@pytest.mark.parametrize("column", range(len(ROLES)), ids=ROLES)
def test_role_gets_the_expected_status_at_each_address(client, numbers, column):
    client.force_login(member(ROLES[column]))

    got = {path: client.get(path.format(**numbers)).status_code for path in TABLE}

    assert got == {path: expected[column] for path, expected in TABLE.items()}


def test_visitors_and_users_without_staff_status_are_asked_to_sign_in(client, numbers):
    plain = person("plain", "Curator")
    plain.is_staff = False
    plain.save()

    for user in (None, plain):
        if user:
            client.force_login(user)
        for path in TABLE:
            response = client.get(path.format(**numbers))
            assert response.status_code == 302, path
            assert response["Location"].startswith("/admin/login/")


def test_state_curator_sees_only_their_state_everywhere(client, numbers):
    client.force_login(member("State curator"))

    pages = [
        "/admin/",
        "/admin/orgs/organization/",
        "/admin/orgs/organization/?q=Wyoming",
        "/admin/warmlines/warmline/",
        "/admin/curation/suggestion/",
        "/admin/autocomplete/?app_label=orgs&model_name=organization&field_name=parent",
    ]
    shown = "".join(client.get(path).content.decode() for path in pages)

    assert "Montana One" in shown
    assert "Wyoming One" not in shown
    assert "Wyoming Line" not in shown


def test_actions_and_exports_of_a_state_curator_stay_in_their_state(client, numbers):
    client.force_login(member("State curator"))
    ids = [numbers["mt"], numbers["wy"]]
    action = {"_selected_action": ids}

    exported = client.post(
        "/admin/orgs/organization/", action | {"action": "export_selected"}
    )
    lines = b"".join(exported.streaming_content).decode()
    closing = {"action": "close_selected", "_sent": "1", "closure_reason": "Moved away"}
    client.post("/admin/orgs/organization/", action | closing)

    assert "Montana One" in lines
    assert "Wyoming One" not in lines
    assert Organization.objects.get(pk=numbers["mt"]).status == "closed"
    assert Organization.objects.get(pk=numbers["wy"]).status == "published"


def test_state_curator_without_states_sees_nothing(client, numbers):
    client.force_login(person("none", "State curator"))

    page = client.get("/admin/orgs/organization/").content.decode()

    assert "Montana One" not in page
    assert "Wyoming One" not in page


def test_curator_who_is_also_a_state_curator_sees_every_state(client, numbers):
    both = person("both", "State curator", states=["MT"])
    both.groups.add(Group.objects.get(name="Curator"))
    client.force_login(both)

    page = client.get("/admin/orgs/organization/").content.decode()

    assert "Montana One" in page
    assert "Wyoming One" in page


def test_reader_and_volunteer_cannot_save(client, numbers):
    path = f"/admin/orgs/organization/{numbers['mt']}/change/"

    for role in ("Reader", "Volunteer"):
        client.force_login(member(role))
        client.post(path, {"name": "Changed", "opened_version": 1})
        client.post(
            "/admin/orgs/organization/",
            {"action": "publish_selected", "_selected_action": [numbers["mt"]]},
        )

    assert Organization.objects.get(pk=numbers["mt"]).name == "Montana One"


def test_change_by_a_volunteer_waits_for_a_curator(client, numbers):
    client.force_login(member("Volunteer"))
    path = f"/admin/orgs/organization/{numbers['mt']}/propose/"
    form = client.get(path).context["form"]
    data = {bound.html_name: bound.value() for bound in form}
    data = {
        k: getattr(v, "as_e164", v) for k, v in data.items() if v not in (None, False)
    }

    sent = client.post(path, data | {"email": "new@example.org"})

    assert sent.status_code == 302
    assert Organization.objects.get(pk=numbers["mt"]).email == ""
    waiting = Suggestion.objects.get(kind="change")
    assert waiting.changes == {"email": "new@example.org"}
    assert waiting.proposed_by.username == "volunteer"


def test_deactivated_user_is_signed_out_at_once(client, numbers):
    ada = person()
    client.force_login(ada)
    assert client.get("/admin/orgs/organization/").status_code == 200

    ada.is_active = False
    ada.save()

    assert client.get("/admin/orgs/organization/").status_code == 302


def test_state_curator_sees_reports_about_their_state_page_only(client):
    for code in ("MT", "WY"):
        facts = {"kind": "problem", "problem": "missing", "listing": state(code)}
        Suggestion.objects.create(**facts)
    client.force_login(member("State curator"))

    page = client.get("/admin/curation/suggestion/").content.decode()

    assert "Montana" in page
    assert "Wyoming" not in page
