"""The preview of an import: what a curator sees, chooses and gets back."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from curation.models import ImportRun
from curation.retention import delete_expired
from listings.exchange.files.writing import write_excel
from orgs.models import Organization
from tests.curation.helpers import form_values
from tests.factories import organization, place

pytestmark = pytest.mark.django_db
KIND = "exported-organizations"
HEADER = "Name,Kind,City,State,Phone,Source"
ROW = "Example Center,Peer-run organization,Circle,MT,406-555-0100,A list"


def upload(client, *lines, kind=KIND):
    content = lines[0] if isinstance(lines[0], bytes) else "\n".join(lines).encode()
    file = SimpleUploadedFile("list.csv", content)
    form = {"kind": kind, "file": file}
    response = client.post("/admin/curation/importrun/new/", form)
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def send(client, path, button, **choices):
    """Press a button of the preview, as a browser sends the form."""
    sent = form_values(client.get(path))
    values = {name: value for name, value in sent.items() if name[0] != "_"}
    return client.post(path, values | choices | {button: "1"}, follow=True)


def test_new_row_shows_its_values_and_warnings(ada):
    path = upload(ada, HEADER, ROW.replace("406-555-0100", "Office (406) 555-0100"))

    page = ada.get(path).content.decode()

    assert "<td>(406) 555-0100</td>" in page
    assert "<td>Peer-run organization</td>" in page
    assert "“Office (406) 555-0100” was read as (406) 555-0100" in page
    assert not Organization.objects.exists()


def test_column_with_another_name_can_be_chosen_and_is_remembered(ada):
    lines = (HEADER.replace("Name", "Who"), ROW)
    path = upload(ada, *lines)
    before = ada.get(path).content.decode()

    page = send(ada, path, "_review", column_0="name").content.decode()
    again = upload(ada, *lines)

    assert "The file lacks these columns: name." in before
    assert 'name="_apply"' not in before
    assert "1 would be added" in page
    assert "1 would be added" in ada.get(again).content.decode()
    send(ada, path, "_apply")
    assert Organization.objects.get().name == "Example Center"


def test_column_that_is_not_ours_is_named_and_left_out(ada):
    path = upload(ada, f"Timestamp,{HEADER}", f"11/2/2026 9:14,{ROW}")

    page = ada.get(path).content.decode()

    assert "Not imported: “Timestamp”." in page
    assert "1 would be added" in page


def test_two_columns_cannot_be_read_as_one(ada):
    path = upload(ada, f"{HEADER},Fax", f"{ROW},406-555-0199")

    page = send(ada, path, "_apply", column_6="phone").content.decode()

    assert "Two columns cannot be read as the same one." in page
    assert not Organization.objects.exists()


def test_row_without_a_source_needs_one_for_the_file(ada):
    lines = (HEADER.removesuffix(",Source"), ROW.removesuffix(",A list"))
    path = upload(ada, *lines)
    before = ada.get(path).content.decode()
    source = {"default_source_name": "County list"}
    source |= {"default_source_seen": "11/24/2026"}

    page = send(ada, path, "_review", **source).content.decode()
    send(ada, path, "_apply")

    assert "the row has no source" in before
    assert "1 would be added" in page
    listing = Organization.objects.get()
    assert (listing.source_name, listing.source_seen) == ("County list", "2026-11-24")
    remembered = form_values(ada.get(upload(ada, *lines)))
    assert remembered["default_source_name"] == ["County list"]
    assert remembered["default_source_seen"] == [""]


def test_new_listings_can_be_added_as_drafts(ada):
    path = upload(ada, HEADER, ROW)

    send(ada, path, "_review", as_drafts="on")
    send(ada, path, "_apply")

    assert Organization.objects.get().status == "draft"


def test_changed_choices_show_a_new_preview_before_anything_is_imported(ada):
    path = upload(ada, HEADER, ROW)

    page = send(ada, path, "_apply", as_drafts="on").content.decode()

    assert "Nothing was imported yet" in page
    assert not Organization.objects.exists()


@pytest.fixture
def known():
    return organization(
        at=place("59215"),
        key="made:known",
        name="The Example Center",
        city="Circle",
        state="MT",
        phone="+14065550177",
        email="known@example.org",
    )


def test_row_that_may_be_listed_already_stays_out_until_somebody_decides(ada, known):
    path = upload(ada, HEADER, ROW)

    page = ada.get(path).content.decode()
    send(ada, path, "_apply")

    assert "May be listed already" in page
    assert "0 would be added" in page
    assert "The same as The Example Center (Circle, MT; similar name)" in page
    assert [one.key for one in Organization.objects.all()] == ["made:known"]
    refused = ada.get(f"{path.replace('change', 'refused')}").content.decode()
    assert '406-555-0100,A list,"This may be listed already' in refused


def test_row_that_is_the_same_changes_the_listing_and_removes_nothing(ada, known):
    path = upload(ada, f"{HEADER},Email", f"{ROW},")

    page = send(ada, path, "_review", match_2="same|made:known").content.decode()
    send(ada, path, "_apply")

    assert "0 would be added, 1 changed" in page
    assert "<td>(406) 555-0177</td><td>(406) 555-0100</td>" in page
    known.refresh_from_db()
    assert (known.phone.as_e164, known.email) == ("+14065550100", "known@example.org")


@pytest.mark.parametrize("answer", ["branch|made:known", "different|"])
def test_row_that_is_a_branch_or_another_one_is_added(ada, known, answer):
    path = upload(ada, HEADER, ROW)

    send(ada, path, "_review", match_2=answer)
    send(ada, path, "_apply")

    added = Organization.objects.get(name="Example Center")
    assert added.parent == (known if answer.startswith("branch") else None)


@pytest.mark.parametrize(
    "facts", [{"phone": "+14065550100"}, {"website": "http://www.example.org/a/"}]
)
def test_row_with_the_same_number_or_website_may_be_listed_already(ada, facts):
    organization(name="Another name", city="Elsewhere", **facts)

    path = upload(ada, f"{HEADER},Website", f"{ROW},example.org/a")

    assert "The same as Another name" in ada.get(path).content.decode()


def test_refused_rows_come_back_with_reasons_and_can_be_mended(ada):
    bad = ROW.replace("406-555-0100", "555-0100").replace("Example", "Ångström")
    path = upload(ada, "A title", "", HEADER, ROW, bad)

    answer = ada.get(path.replace("change", "refused"))
    text = answer.content.decode("utf-8-sig")
    [header, row] = csv.reader(io.StringIO(text))

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert header == [*HEADER.split(","), "Why it was refused"]
    assert row[:2] == ["Ångström Center", "Peer-run organization"]
    assert "Add the area code" in row[-1]
    mended = upload(ada, text.replace("555-0100", "406-555-0100").encode())
    send(ada, mended, "_apply")
    assert Organization.objects.get().name == "Ångström Center"


def test_preview_can_be_discarded_and_expires(ada):
    path = upload(ada, HEADER, ROW)
    send(ada, path, "_discard")
    discarded = not ImportRun.objects.exists()
    send(ada, upload(ada, HEADER, ROW), "_apply")
    upload(ada, HEADER, ROW)

    delete_expired(timezone.now() + timedelta(days=13))
    within = ImportRun.objects.count()
    delete_expired(timezone.now() + timedelta(days=15))

    assert (discarded, within) == (True, 2)
    assert [run.state for run in ImportRun.objects.all()] == ["applied"]


def test_template_has_the_columns_and_can_be_filled_in(ada):
    upload_page = ada.get("/admin/curation/importrun/new/").content.decode()
    path = f"/admin/curation/importrun/template/?kind={KIND}"
    book = load_workbook(io.BytesIO(ada.get(path).content))
    names = [cell.value for cell in book.worksheets[0][1]]
    values = {"name": "New One", "kind": "peer_run", "phone": "+14065550100"}
    values |= {"source_name": "A list", "zip_code": "59215", "city": "Circle"}

    filled = write_excel({"Rows": [names, [values.get(n, "") for n in names]]})
    send(ada, upload(ada, filled), "_apply")

    assert path in upload_page
    listing = Organization.objects.get()
    assert (listing.name, listing.state, listing.precision) == ("New One", "MT", "zip")


def test_reader_may_see_no_part_of_an_import(client, ada):
    path = upload(ada, HEADER, ROW)
    ada.logout()

    for address in (
        path.replace("change", "refused"),
        f"/admin/curation/importrun/template/?kind={KIND}",
    ):
        assert "login" in ada.get(address)["Location"]
