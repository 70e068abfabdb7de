"""Signing in with a password and a code from the phone."""

from __future__ import annotations

import base64
import html
import re
import struct
import time
import zlib
from datetime import timedelta
from io import StringIO
from urllib.parse import quote, unquote

import pytest
import segno
import time_machine
from django.core.management import CommandError, call_command
from django.template import engines
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from curation.models import OutgoingMail
from tests.factories import person

pytestmark = pytest.mark.django_db

PASSWORD = "a long pass phrase"


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR = True


def sign_in(client, name="ada", password=PASSWORD):
    form = {"username": name, "password": password, "next": "/admin/"}
    return client.post("/admin/login/", form)


def code_for(key):
    totp = TOTP(key)
    totp.time = time.time()
    return f"{totp.token():06}"


def code_of(user):
    return code_for(TOTPDevice.objects.get(user=user).bin_key)


def shown_secret(client, path="/admin/second-factor/"):
    """Return the secret that the page shows below the QR code."""
    page = client.get(path).content.decode()
    text = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    return base64.b32decode(text)


def enroll(client, path="/admin/second-factor/"):
    """Enroll a phone, and return the page that follows."""
    key = shown_secret(client, path)
    return client.post(path, {"token": code_for(key)}).content.decode()


def end_waiting_time(user):
    """End the waiting time after a wrong or a used code."""
    TOTPDevice.objects.filter(user=user).update(throttling_failure_count=0, last_t=-1)
    StaticDevice.objects.filter(user=user).update(throttling_failure_count=0)


def test_password_alone_opens_no_page(client):
    person()
    sign_in(client)

    for path in ("/admin/", "/admin/orgs/organization/", "/admin/curation/suggestion/"):
        response = client.get(path, follow=True)
        assert response.redirect_chain[-1][0].startswith("/admin/second-factor/")


def test_first_sign_in_sets_up_the_phone_with_backup_codes(client):
    person()
    sign_in(client)
    page = client.get("/admin/second-factor/").content.decode()
    assert "Scan this" in page
    assert "style=" not in page

    codes = re.findall(r"<code>(\w+)</code>", enroll(client))
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


def test_right_code_after_a_wrong_one_sets_up_the_phone(client):
    person()
    sign_in(client)
    key = shown_secret(client)

    wrong = client.post("/admin/second-factor/", {"token": "000000"})
    right = client.post("/admin/second-factor/", {"token": code_for(key)})

    assert "not right" in wrong.content.decode()
    assert "backup codes" in right.content.decode()


def test_wrong_code_at_sign_in_says_how_long_to_wait(client):
    ada = person()
    sign_in(client)
    enroll(client)
    client.logout()
    sign_in(client)
    end_waiting_time(ada)
    for _try in range(3):
        client.post("/admin/second-factor/", {"token": "000000"})
        TOTPDevice.objects.update(throttling_failure_count=5)

    soon = client.post("/admin/second-factor/", {"token": code_of(ada)})
    with time_machine.travel(timezone.now() + timedelta(seconds=20), tick=False):
        later = client.post("/admin/second-factor/", {"token": code_of(ada)})

    assert re.search(r"please wait 1?\d seconds", soon.content.decode())
    assert later.status_code == 302


def test_secret_differs_in_each_request_and_session(client):
    person()
    sign_in(client)
    other = Client()
    sign_in(other)

    secrets = [shown_secret(browser) for browser in (client, other, client)]

    assert len(set(secrets)) == 3
    assert not TOTPDevice.objects.exists()
    wrong = client.post("/admin/second-factor/", {"token": "000000"}).content.decode()
    assert not re.search(r"<code>|<img", wrong)


def test_secret_that_was_shown_but_not_confirmed_is_worthless(client):
    """Somebody who knew the password saw a secret. Later the owner enrolled, and
    changed the password."""
    ada = person()
    thief = Client()
    sign_in(thief)
    seen = shown_secret(thief)
    sign_in(client)
    enroll(client)
    ada.set_password("another long pass phrase")
    ada.save()

    thief.post("/admin/second-factor/", {"token": code_for(seen)})
    late = Client()
    sign_in(late, password="another long pass phrase")
    end_waiting_time(ada)
    late.post("/admin/second-factor/", {"token": code_for(seen)})

    assert thief.get("/admin/").status_code == 302
    assert late.get("/admin/").status_code == 302
    assert TOTPDevice.objects.get(user=ada).bin_key != seen


def test_earlier_enrollment_cannot_finish_after_the_owner_enrolled(client):
    ada = person()
    thief = Client()
    sign_in(thief)
    seen = shown_secret(thief)
    sign_in(client)
    enroll(client)

    thief.post("/admin/second-factor/", {"token": code_for(seen)})

    assert thief.get("/admin/").status_code == 302
    assert TOTPDevice.objects.get(user=ada).bin_key != seen


def test_qr_code_encodes_the_key(client):
    ada = person()
    sign_in(client)
    page = client.get("/admin/second-factor/").content.decode()
    source = re.search(r'<img src="data:image/png;base64,([^"]+)" alt="[^"]+"', page)[1]
    text = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")

    address = f"otpauth://totp/{ada.username}?secret={text}&algorithm=SHA1"
    expected = segno.make(f"{address}&digits=6&period=30").matrix
    assert modules(base64.b64decode(html.unescape(unquote(source)))) == [
        [bool(module) for module in row] for row in expected
    ]


def modules(png, scale=5, border=4):
    """Return the dark modules of a QR code in a PNG with one bit per pixel."""
    width, height, depth = struct.unpack(">IIB", png[16:25])
    assert depth == 1
    chunks, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IDAT":
            chunks += png[at + 8 : at + 8 + length]
        at += length + 12
    rows = zlib.decompress(chunks)
    stride = (width + 7) // 8 + 1
    found = []
    for y in range(border * scale, height - border * scale, scale):
        row = rows[y * stride : (y + 1) * stride]
        assert row[0] == 0, "a filter that this reader does not know"
        pixels = range(border * scale, width - border * scale, scale)
        found.append([not row[1 + x // 8] >> (7 - x % 8) & 1 for x in pixels])
    return found


def test_replacing_the_phone_asks_for_the_password_and_mails_the_owner(client):
    ada = person()
    sign_in(client)
    enroll(client)
    before = TOTPDevice.objects.get(user=ada).bin_key
    mails = len(outbox())
    new = "/admin/second-factor/new/"

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        page = client.get(new).content.decode()
        wrong = client.post(new, {"password": "wrong"}).content.decode()
        client.post(new, {"token": code_for(before)})
        assert TOTPDevice.objects.get(user=ada).bin_key == before
        client.post(new, {"password": PASSWORD})
        codes = enroll(client, new)

    assert "<img" not in page
    assert "not your password" in wrong
    assert "backup codes" in codes
    assert TOTPDevice.objects.get(user=ada).bin_key != before
    assert [m.to for m in outbox()[mails:]] == ["ada@example.org"]


def outbox():
    return list(OutgoingMail.objects.order_by("pk"))


def test_password_alone_does_not_replace_the_phone(client):
    ada = person()
    sign_in(client)
    enroll(client)
    client.logout()
    sign_in(client)

    response = client.get("/admin/second-factor/new/")

    assert response.status_code == 302
    assert TOTPDevice.objects.filter(user=ada).count() == 1


@pytest.mark.parametrize(
    "onward", ["https://evil.example/phish", "//evil.example/", "javascript:alert(1)"]
)
def test_enrollment_links_only_to_our_site(client, onward):
    person()
    sign_in(client)
    path = f"/admin/second-factor/?next={quote(onward)}"

    page = enroll(client, path)

    assert "backup codes" in page
    assert "evil" not in page
    assert "javascript:" not in page


def test_enrollment_leads_to_the_requested_page(client):
    person()
    sign_in(client)

    page = enroll(client, "/admin/second-factor/?next=/admin/orgs/organization/")

    assert 'href="/admin/orgs/organization/"' in page


def test_administrator_resets_the_sign_in_of_a_colleague(client, settings, monkeypatch):
    # Django's own page of a user has an undefined variable.
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")
    bo = person("bo")
    theirs = Client()
    sign_in(theirs, "bo")
    enroll(theirs)
    settings.SECOND_FACTOR = False
    client.force_login(person("root", "Administrator"))
    address = f"/admin/auth/user/{bo.pk}/change/"

    page = client.get(address).content.decode()
    key = TOTPDevice.objects.get(user=bo).bin_key
    client.post(f"/admin/auth/user/{bo.pk}/reset-sign-in/")

    assert "Reset sign-in" in page
    assert base64.b32encode(key).decode() not in page
    assert not TOTPDevice.objects.filter(user=bo).exists()
    settings.SECOND_FACTOR = True
    assert theirs.get("/admin/").status_code == 302
    sign_in(theirs, "bo")
    assert "backup codes" in enroll(theirs)


@pytest.mark.parametrize("role", ["Reader", "Volunteer", "State curator", "Curator"])
def test_other_roles_cannot_reset_a_sign_in(client, settings, role):
    bo = person("bo")
    TOTPDevice.objects.create(user=bo, name="phone")
    settings.SECOND_FACTOR = False
    client.force_login(person("member", role))

    client.post(f"/admin/auth/user/{bo.pk}/reset-sign-in/")

    assert TOTPDevice.objects.filter(user=bo).exists()


def test_administrator_cannot_reset_a_superuser(client, settings):
    root = person("root", "Administrator", is_superuser=True)
    TOTPDevice.objects.create(user=root, name="phone")
    settings.SECOND_FACTOR = False
    client.force_login(person("bo", "Administrator"))

    client.post(f"/admin/auth/user/{root.pk}/reset-sign-in/")

    assert TOTPDevice.objects.filter(user=root).exists()


def test_command_resets_the_sign_in_of_the_only_administrator(client):
    person("root", "Administrator")
    sign_in(client, "root")
    enroll(client)
    client.logout()
    for _try in range(5):
        sign_in(client, "root", "wrong")

    call_command("reset_sign_in", "root", stdout=StringIO())

    assert sign_in(client, "root").status_code == 302
    assert "Scan this" in client.get("/admin/second-factor/").content.decode()
    with pytest.raises(CommandError, match="nobody"):
        call_command("reset_sign_in", "nobody")


def test_session_without_the_second_factor_cannot_replace_the_phone(client):
    ada = person()
    TOTPDevice.objects.create(user=ada, name="phone", confirmed=True)
    sign_in(client)

    page = client.get("/admin/second-factor/").content.decode()

    assert "Scan this" not in page


def test_second_factor_redirects_only_to_our_site(client):
    ada = person()
    sign_in(client)
    enroll(client)
    client.logout()
    sign_in(client)
    end_waiting_time(ada)

    address = "/admin/second-factor/?next=https://elsewhere.example.org/"
    response = client.post(address, {"token": code_of(ada)})

    assert response["Location"] == "/admin/"


def test_five_wrong_passwords_lock_only_that_name_from_that_address(client):
    person("ada")
    person("bo")
    for _try in range(5):
        sign_in(client, "ada", "wrong")

    refused = sign_in(client, "ada")
    assert refused.status_code == 429
    assert "wait 15 minutes" in refused.content.decode()
    assert sign_in(client, "bo").status_code == 302


def test_password_is_enough_on_a_site_that_is_not_public(client, settings):
    settings.SECOND_FACTOR = False
    person()
    sign_in(client)

    assert client.get("/admin/").status_code == 200
