"""A form that is sent after the session has ended is restored."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from curation.models import Check, UnsentForm
from listings.models import Term
from orgs.models import Organization
from tests.curation.helpers import (
    change_form_data,
    change_path,
)
from tests.factories import organization, person, place

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PASSWORD = "a long pass phrase"
TYPED = "Typed during a long call"


@pytest.fixture
def tab():
    """Return a client that checks CSRF tokens and sends the Origin, like a browser."""
    person("ada")
    person("bo")
    browser = Client(
        enforce_csrf_checks=True, headers={"sec-fetch-site": "same-origin"}
    )
    sign_in(browser)
    return browser


def sign_in(tab, name="ada", onward="/admin/"):
    page = tab.get(f"/admin/login/?next={onward}")
    form = {"username": name, "password": PASSWORD, "next": onward}
    return tab.post("/admin/login/", form | token_in(page))


def token_in(page):
    name = "csrfmiddlewaretoken"
    found = re.search(rf'name="{name}" value="(\w+)"', page.content.decode())
    return {name: found[1]} if found else {}


def opened(tab, listing):
    """Return the data of the change form with a typed summary."""
    page = tab.get(change_path(listing)).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    return change_form_data(tab, listing) | hidden | {"summary": TYPED}


def later(**time):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def summary_of(listing):
    return Organization.objects.get(pk=listing.pk).summary


@pytest.fixture
def listing():
    return organization(at=place("59301"), name="Ours")


def test_form_is_restored_after_the_session_has_ended(tab, listing):
    typed = opened(tab, listing)

    with later(minutes=31):
        sent = tab.post(change_path(listing), typed, follow=True)
        assert "nothing is saved yet" in sent.content.decode()
        onward = sign_in(tab, onward=change_path(listing))
        assert onward["Location"] == change_path(listing)
        page = tab.get(change_path(listing))

        assert TYPED in page.content.decode()
        assert "signed out before this was saved" in page.content.decode()
        assert summary_of(listing) == ""
        again = opened(tab, listing) | token_in(page)
        assert tab.post(change_path(listing), again).status_code == 302
    assert summary_of(listing) == TYPED


def test_form_is_restored_once(tab, listing):
    typed = opened(tab, listing)
    with later(minutes=31):
        tab.post(change_path(listing), typed)
        sign_in(tab)

        shown = [tab.get(change_path(listing)).content.decode() for _look in "12"]

    assert [TYPED in page for page in shown] == [True, False]


def test_stored_form_expires_after_an_hour(tab, listing):
    typed = opened(tab, listing)
    with later(minutes=31):
        tab.post(change_path(listing), typed)
    with later(minutes=92):
        sign_in(tab)
        assert TYPED not in tab.get(change_path(listing)).content.decode()


def test_expired_forms_are_deleted(tab, listing):
    typed = opened(tab, listing)
    with later(minutes=31):
        tab.post(change_path(listing), typed)
    assert UnsentForm.objects.count() == 1

    with later(minutes=92):
        call_command("delete_expired")

    assert not UnsentForm.objects.exists()


def test_another_user_does_not_get_the_form(tab, listing):
    typed = opened(tab, listing)
    with later(minutes=31):
        tab.post(change_path(listing), typed)
        sign_in(tab, "bo")
        assert TYPED not in tab.get(change_path(listing)).content.decode()

        theirs = Client()
        sign_in(theirs)
        assert TYPED in theirs.get(change_path(listing)).content.decode()


def test_stored_form_is_encrypted(tab, listing):
    typed = opened(tab, listing)
    with later(minutes=31):
        tab.post(change_path(listing), typed)

    row = UnsentForm.objects.get()
    assert TYPED not in row.content
    assert "Ours" not in row.content


def test_sign_out_in_another_tab_loses_nothing(tab, listing):
    typed = opened(tab, listing)
    page = tab.get("/admin/")
    tab.post("/admin/logout/", token_in(page))
    # The response clears the cookies, including the one with the CSRF token.
    tab.cookies.clear()

    sent = tab.post(change_path(listing), typed, follow=True)
    assert "nothing is saved yet" in sent.content.decode()
    sign_in(tab, onward=change_path(listing))

    assert TYPED in tab.get(change_path(listing)).content.decode()
    assert summary_of(listing) == ""


def test_new_sign_in_in_another_tab_loses_nothing(tab, listing):
    typed = opened(tab, listing)
    page = tab.get("/admin/")
    tab.post("/admin/logout/", token_in(page))
    tab.cookies.clear()
    sign_in(tab)

    page = tab.post(change_path(listing), typed, follow=True)

    assert page.redirect_chain == [(change_path(listing), 302)]
    assert TYPED in page.content.decode()
    assert summary_of(listing) == ""


def test_form_from_another_site_is_refused_and_not_stored(tab, listing):
    typed = opened(tab, listing)
    tab.cookies.clear()
    sign_in(tab)

    sent = tab.post(
        change_path(listing), typed, headers={"sec-fetch-site": "cross-site"}
    )

    assert sent.status_code == 403
    assert not UnsentForm.objects.exists()


def test_form_without_a_signed_owner_is_not_stored(client, listing):
    sent = client.post(change_path(listing), {"summary": TYPED, "_owner": "1:x:y"})

    assert sent["Location"].startswith("/admin/login/")
    assert not UnsentForm.objects.exists()


def test_call_sheet_is_restored_and_not_saved(tab, listing):
    path = f"/admin/orgs/organization/{listing.pk}/call/"
    page = tab.get(path).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    typed = {"how": "called", "outcome": "right", "facts": "phone", "note": TYPED}

    with later(minutes=31):
        today = {"on": timezone.localdate().isoformat()}
        tab.post(path, hidden | typed | today)
        sign_in(tab, onward=path)
        page = tab.get(path).content.decode()

    assert f'value="{TYPED}"' in page
    assert re.search(r'value="called"[^>]* checked', page)
    assert not Check.objects.exists()


def test_form_of_django_is_restored(tab):
    term = Term.objects.first()
    path = f"/admin/listings/term/{term.pk}/change/"
    page = tab.get(path).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    typed = {"kind": term.kind, "slug": term.slug, "label": TYPED, "order": 1}

    with later(minutes=31):
        tab.post(path, hidden | typed)
        sign_in(tab, onward=path)
        page = tab.get(path).content.decode()

    assert f'value="{TYPED}"' in page
    assert not Term.objects.filter(label=TYPED).exists()


def test_action_is_asked_again_and_not_run(tab, listing):
    path = "/admin/orgs/organization/"
    action = {"action": "close_selected", "_selected_action": listing.pk}
    page = tab.post(path, action | token_in(tab.get(path))).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))

    with later(minutes=31):
        tab.post(path, hidden | action | {"closure_reason": TYPED})
        sign_in(tab, onward=path)
        page = tab.get(path).content.decode()

    assert f'value="{TYPED}"' in page
    assert Organization.objects.get(pk=listing.pk).status == "published"


def test_passwords_and_codes_are_not_stored(tab):
    path = "/admin/listings/term/add/"
    page = tab.get(path)
    note = re.search(r'name="_owner" value="([^"]+)"', page.content.decode())[1]
    secret = {"password1": "secret-one", "otp_token": "123456", "label": TYPED}

    with later(minutes=31):
        tab.post(path, secret | {"_owner": note} | token_in(page))
        sign_in(tab)
        typed = tab.get(path).context["adminform"].form.data

    assert typed["label"] == TYPED
    assert not {"password1", "otp_token", "csrfmiddlewaretoken"} & set(typed)
