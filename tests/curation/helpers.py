"""Forms and files of curation, as a browser sends them."""

from __future__ import annotations

import csv
import io
import itertools
import re
from html.parser import HTMLParser

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from curation.anonymous_forms import SIGNER
from curation.models import ImportRun
from orgs.importing import OrganizationImporter

IMPORT_COLUMNS = sorted(OrganizationImporter.columns)
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
_nonces = itertools.count()


def change_path(listing):
    opts = listing._meta
    return f"/admin/{opts.app_label}/{opts.model_name}/{listing.pk}/change/"


def change_form_data(client, listing):
    """Return what the change form of a listing sends if nothing is edited."""
    form = client.get(change_path(listing)).context["adminform"].form
    data = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False:
            data[bound.html_name] = (
                "unknown"
                if bound.field.widget.__class__.__name__ == "NullBooleanSelect"
                else ""
            )
            if value is False and data[bound.html_name] == "unknown":
                data[bound.html_name] = "false"
        elif value is True:
            data[bound.html_name] = "true"
        else:
            data[bound.html_name] = value
    for name in ("address_withheld", "looked"):
        if not data.get(name):
            data.pop(name, None)
    return {name: getattr(v, "as_e164", v) for name, v in data.items()}


def post_change_form(client, listing, data):
    return client.post(change_path(listing), data)


def form_stamp(seconds_ago=10):
    """Return the stamp of a public form that was opened some seconds ago."""
    with time_machine.travel(timezone.now() - timezone.timedelta(seconds=seconds_ago)):
        return SIGNER.sign(f"form {next(_nonces)}")


def send_public_form(client, path, headers=SAME_ORIGIN, **form):
    """Send a public form that was opened just before."""
    form = {"stamp": form_stamp(), **form}
    return client.post(path, form, headers=headers)


def submitted_data(page, **changed):
    """Return what the public form of a page sends, ten seconds after it was opened."""
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: getattr(v, "as_e164", v) for name, v in data.items()}
    data = {name: "" if v is None else v for name, v in data.items() if v is not False}
    stamped = SIGNER.unsign(page.context["stamp"])
    with time_machine.travel(timezone.now() - timezone.timedelta(seconds=10)):
        return data | {"trap": "", "stamp": SIGNER.sign(stamped)} | changed


def import_row(key, **facts):
    """Return a row of a file of organizations."""
    blank = dict.fromkeys(IMPORT_COLUMNS, "")
    return blank | {
        "key": key,
        "name": f"Example {key}",
        "kind": "peer_run",
        "city": "Miles City",
        "state": "MT",
        "zip": "59301",
        "phone": "+14065550111",
        "source_name": "A list",
        **facts,
    }


def csv_file(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, IMPORT_COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("state.csv", text.getvalue().encode())


def upload_csv(client, rows):
    """Upload a file of organizations. Return the run and the address of its preview."""
    form = {"kind": "organizations", "file": csv_file(rows)}
    response = client.post("/admin/curation/importrun/new/", form)
    assert response.status_code == 302, response.content.decode()
    return ImportRun.objects.latest("created_at"), response["Location"]


class _FormValues(HTMLParser):
    """Collects what a browser would send of the last form of a page."""

    def __init__(self):
        super().__init__()
        self.values, self.select, self.text_area = {}, None, None

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        name, value = found.get("name"), found.get("value") or ""
        if tag == "form":
            self.values = {}
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in found:
            self.values.setdefault(self.select, []).append(value)
        elif tag == "textarea":
            self.text_area = name
            self.values[name] = [""]
        elif tag == "input" and name:
            is_box = found.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in found:
                self.values.setdefault(name, []).append(value or "on" * is_box)

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        if tag == "textarea":
            self.text_area = None

    def handle_data(self, data):
        if self.text_area:
            self.values[self.text_area][0] += data.removeprefix("\n")


def form_values(page, form=-1):
    """Return what a browser sends of a form of a page, by default of the last one."""
    forms = re.findall(r"<form.*?</form>", page.content.decode(), re.DOTALL)
    reader = _FormValues()
    reader.feed(forms[form])
    return reader.values
