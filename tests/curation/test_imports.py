"""Imports in the admin: preview, apply and undo."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from openpyxl import load_workbook

from curation import workflow
from curation.imports import apply_import
from curation.models import ImportRun
from curation.undo import undo_import
from listings.field_values import apply_facts
from orgs.models import Organization
from tests.curation.helpers import (
    import_row,
    upload_csv,
)
from tests.factories import organization, place

pytestmark = pytest.mark.django_db


def test_preview_shows_changes_and_refused_rows_and_writes_nothing(ada):
    organization(key="a", name="Example a", phone="+14065550100")
    rows = [
        import_row("a"),
        import_row("b"),
        import_row("c", kind="clinic"),
        import_row("d", state="ZZ"),
        import_row(""),
    ]

    run, path = upload_csv(ada, rows)
    page = ada.get(path).content.decode()

    assert run.state == "previewed"
    assert "1 would be added, 1 changed" in page
    assert "3 refused" in page
    assert "“clinic” is not a kind of organization" in page
    assert "(406) 555-0100" in page
    assert "(406) 555-0111" in page
    assert Organization.objects.count() == 1


def open_transactions(*acts):
    """Return how many transactions are nested while rows are written."""
    depths = set()

    def note(execute, sql, params, many, context):
        if "orgs_organization" in sql and sql.startswith(("INSERT", "DELETE")):
            depths.add(len(connection.savepoint_ids))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        for act in acts:
            act()
    return depths


def test_admin_adds_no_transaction_around_the_batches_of_an_import(ada):
    """Otherwise its locks would be held until the end of the import."""
    rows = [import_row("a"), import_row("b")]
    run, _path = upload_csv(ada, rows)
    alone = open_transactions(lambda: apply_import(run), lambda: undo_import(run))
    run, path = upload_csv(ada, rows)

    in_the_admin = open_transactions(
        lambda: ada.post(path, {"_apply": "1"}), lambda: ada.post(path, {"_undo": "1"})
    )

    run.refresh_from_db()
    assert run.state == "undone"
    assert in_the_admin == alone != set()


def test_undo_restores_what_the_import_changed(ada):
    before = organization(key="a", name="Example a", phone="+14065550100")
    facts = Organization.objects.values().get()
    run, path = upload_csv(ada, [import_row("a"), import_row("b")])

    ada.post(path, {"_apply": "1"})
    assert Organization.objects.count() == 2
    before.refresh_from_db()
    assert before.phone.as_e164 == "+14065550111"
    ada.post(path, {"_undo": "1"})

    run.refresh_from_db()
    assert run.state == "undone"
    now = Organization.objects.values().get()
    moved = {"version", "changed_at", "search_text"}
    assert {k: v for k, v in now.items() if k not in moved} == {
        k: v for k, v in facts.items() if k not in moved
    }


def test_undo_leaves_rows_that_a_curator_changed_since(ada):
    _run, path = upload_csv(ada, [import_row("a"), import_row("b")])
    ada.post(path, {"_apply": "1"})
    touched = Organization.objects.get(key="a")
    workflow.record_check(
        touched, how="called", outcome="right", facts=["phone"], by=ada.user
    )

    page = ada.post(path, {"_undo": "1"}, follow=True).content.decode()

    assert "1 rows are as they were before this import." in page
    assert "1 rows were changed or checked since, and stay: Example a" in page
    assert [o.key for o in Organization.objects.all()] == ["a"]


def test_undo_leaves_a_new_listing_that_was_edited_since(ada):
    run, path = upload_csv(ada, [import_row("a"), import_row("b")])
    ada.post(path, {"_apply": "1"})
    apply_facts(Organization.objects.get(key="a"), {"email": "new@example.org"})

    run.refresh_from_db()
    _done, skipped = undo_import(run)

    assert skipped == ["Example a"]
    assert [o.email for o in Organization.objects.all()] == ["new@example.org"]


def test_import_keeps_and_names_a_checked_fact(ada):
    listing = organization(key="a", name="Example a", phone="+14065550100")
    workflow.record_check(
        listing, how="called", outcome="right", facts=["phone"], by=ada.user
    )

    _run, path = upload_csv(ada, [import_row("a", website="https://example.org/")])
    page = ada.get(path).content.decode()
    ada.post(path, {"_apply": "1"})

    listing.refresh_from_db()
    assert "Kept, because a curator checked it" in page
    assert listing.phone.as_e164 == "+14065550100"
    assert listing.website == "https://example.org/"


def test_import_is_applied_once(ada):
    run, path = upload_csv(ada, [import_row("a")])
    ada.post(path, {"_apply": "1"})

    with pytest.raises(workflow.ActionRefused):
        apply_import(run)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,2\n", "The file lacks these columns"),
        (b"\xff\xfe\x00", "neither a spreadsheet nor text"),
        (b"", "empty"),
    ],
)
def test_unreadable_file_has_an_error_at_the_field(ada, content, words):
    file = SimpleUploadedFile("x.csv", content)

    page = ada.post(
        "/admin/curation/importrun/new/", {"kind": "organizations", "file": file}
    ).content.decode()

    assert words in page
    assert not ImportRun.objects.exists()


def test_import_is_in_the_audit_trail(ada):
    _run, path = upload_csv(ada, [import_row("a")])
    ada.post(path, {"_apply": "1"})

    listing = Organization.objects.get()
    assert listing.history.get().history_change_reason.startswith("import ")


def test_export_contains_no_formula_for_a_spreadsheet(ada):
    listing = organization(name="=HYPERLINK(1)", phone="+14065550100", summary="@x")
    action = {"action": "export_selected", "_selected_action": [listing.pk]}

    answer = ada.post("/admin/orgs/organization/", action)
    content = b"".join(answer.streaming_content)
    text = content.decode("utf-8-sig")
    [line] = csv.DictReader(io.StringIO(text))

    assert line["name"] == "'=HYPERLINK(1)"
    assert line["phone"] == "+14065550100"
    assert line["summary"] == "'@x"
    assert content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer["Content-Disposition"]


def test_excel_export_is_text_and_comes_back_unchanged(ada):
    listing = organization(
        at=place("02139"),
        key="made:café",
        name="=Café",
        state="MA",
        zip_code="02139",
        source_name="A list",
        source_seen="2026-11",
        phone="+14065550100",
    )
    action = {"action": "export_selected_to_excel", "_selected_action": [listing.pk]}

    content = ada.post("/admin/orgs/organization/", action).content
    sheet = load_workbook(io.BytesIO(content)).active
    header, cells = ([cell.value for cell in row] for row in sheet)
    row = dict(zip(header, cells, strict=True))
    form = {"kind": "exported-organizations"}
    form["file"] = SimpleUploadedFile("x.xlsx", content)
    page = ada.post("/admin/curation/importrun/new/", form, follow=True)

    assert (row["zip_code"], row["phone"]) == ("02139", "+14065550100")
    assert (row["name"], row["source_seen"]) == ("'=Café", "2026-11")
    assert "0 would be added, 0 changed, 1 stay" in page.content.decode()


def test_parent_and_host_are_in_preview_counts_and_undo(ada):
    parent = organization(key="p", name="Old parent")
    for key in "ab":
        organization(key=key, name=f"Example {key}", parent=parent)
    _first, path = upload_csv(ada, [import_row("a"), import_row("b")])
    ada.post(path, {"_apply": "1"})
    versions = dict(Organization.objects.values_list("key", "version"))

    rows = [
        import_row("new", name="New parent", phone="+14065550199"),
        import_row("a", branch_of="New parent"),
    ]
    run, path = upload_csv(ada, [*rows, import_row("b", branch_of="A county agency")])
    preview = ada.get(path).content.decode()
    ada.post(path, {"_apply": "1"})
    run.refresh_from_db()

    assert "1 would be added, 2 changed, 0 stay as they are" in preview
    for words in ("Old parent", "New parent", "A county agency"):
        assert words in preview
    assert run.summary == "1 added, 2 changed, 0 refused"
    now = {one.key: one for one in Organization.objects.all()}
    assert (now["a"].parent, now["b"].host) == (now["new"], "A county agency")
    assert now["a"].version > versions["a"]

    page = ada.post(path, {"_undo": "1"}, follow=True).content.decode()

    assert "3 rows are as they were before this import." in page
    now = {one.key: one for one in Organization.objects.all()}
    assert "new" not in now
    assert [(now[k].parent, now[k].host) for k in "ab"] == [(parent, "")] * 2
    run.refresh_from_db()
    assert run.state == "undone"


def test_undo_that_left_rows_says_so_and_can_be_repeated(ada):
    listing = organization(key="a", name="Example a", phone="+14065550100")
    run, path = upload_csv(ada, [import_row("a"), import_row("b")])
    ada.post(path, {"_apply": "1"})
    apply_facts(Organization.objects.get(key="a"), {"phone": "+14065550199"})

    first = ada.post(path, {"_undo": "1"}, follow=True).content.decode()
    run.refresh_from_db()
    state = run.state
    apply_facts(Organization.objects.get(key="a"), {"phone": "+14065550111"})
    second = ada.post(path, {"_undo": "1"}, follow=True).content.decode()

    assert "1 rows were changed or checked since, and stay: Example a" in first
    assert state == "applied"
    assert "1 rows are as they were before this import." in second
    listing.refresh_from_db()
    assert listing.phone.as_e164 == "+14065550100"
    run.refresh_from_db()
    assert run.state == "undone"
