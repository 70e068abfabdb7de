"""Signing in: a password, a code from the phone, and no guessing."""

from __future__ import annotations

import re
import time

import pytest
from django.core.cache import cache
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.factories import person

pytestmark = pytest.mark.django_db

PASSWORD = "a long pass phrase"


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR = True
    cache.clear()


def sign_in(client, name="ada", password=PASSWORD):
    form = {"username": name, "password": password, "next": "/admin/"}
    return client.post("/admin/login/", form)


def code_of(user):
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time()
    return f"{totp.token():06}"


def test_a_password_alone_opens_nothing(client):
    person()
    sign_in(client)

    for path in ("/admin/", "/admin/orgs/organization/", "/admin/desk/suggestion/"):
        response = client.get(path, follow=True)
        assert response.redirect_chain[-1][0].startswith("/admin/second-factor/")


def test_the_first_time_the_phone_is_set_up_with_backup_codes(client):
    ada = person()
    sign_in(client)
    page = client.get("/admin/second-factor/").content.decode()
    assert "Scan this" in page
    assert "style=" not in page

    wrong = client.post("/admin/second-factor/", {"token": "000000"})
    assert "not right" in wrong.content.decode()
    TOTPDevice.objects.update(throttling_failure_count=0)
    done = client.post("/admin/second-factor/", {"token": code_of(ada)})

    codes = re.findall(r"<code>(\w+)</code>", done.content.decode())
    assert len(codes) == 10
    assert client.get("/admin/").status_code == 200

    client.logout()
    sign_in(client)
    assert client.get("/admin/").status_code == 302
    client.post("/admin/second-factor/", {"token": codes[0]})
    assert client.get("/admin/").status_code == 200

    client.logout()
    sign_in(client)
    client.post("/admin/second-factor/", {"token": codes[0]})
    assert client.get("/admin/").status_code == 302


def test_somebody_elses_session_cannot_set_a_phone_up_anew(client):
    ada = person()
    TOTPDevice.objects.create(user=ada, name="phone", confirmed=True)
    sign_in(client)

    page = client.get("/admin/second-factor/").content.decode()

    assert "Scan this" not in page


def test_it_leads_to_our_own_pages_only(client):
    ada = person()
    sign_in(client)
    client.get("/admin/second-factor/")
    device = TOTPDevice.objects.get(user=ada)
    device.confirmed = True
    device.save()

    address = "/admin/second-factor/?next=https://elsewhere.example.org/"
    response = client.post(address, {"token": code_of(ada)})

    assert response["Location"] == "/admin/"


def test_five_wrong_passwords_stop_that_name_from_that_address_only(client):
    person("ada")
    person("bo")
    for _try in range(5):
        sign_in(client, "ada", "wrong")

    refused = sign_in(client, "ada")
    assert refused.status_code == 429
    assert "wait 15 minutes" in refused.content.decode()
    assert sign_in(client, "bo").status_code == 302


def test_on_this_machine_alone_a_password_is_enough(client, settings):
    settings.SECOND_FACTOR = False
    person()
    sign_in(client)

    assert client.get("/admin/").status_code == 200
