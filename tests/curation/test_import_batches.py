"""Imports and undos in batches: changes between two batches, and interruptions."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.errors import ActionRefused
from curation.imports import ImportRecorder, apply_import, resume_import, take_over
from curation.models import ImportRun, Suggestion
from curation.undo import undo_import
from curation.workflow import record_check
from listings.exchange.importing import ImportStep
from listings.exchange.workflow import import_rows, importers
from listings.removals import RemovalRequest
from orgs.models import Organization
from tests.curation.helpers import (
    csv_file,
    import_row,
    upload_csv,
)
from tests.factories import organization, person

pytestmark = pytest.mark.django_db

IMPORTER = importers()["organizations"]
WRITES = ("INSERT", "UPDATE", "DELETE", "SAVEPOINT")


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr("listings.exchange.workflow.BATCH_ROWS", 3)
    monkeypatch.setattr("listings.exchange.batches.BATCH_ROWS", 3)
    monkeypatch.setattr("curation.undo.BATCH_ROWS", 3)


@contextmanager
def before_the_first_write(act):
    """Run `act` after rows were compared, before their transaction begins."""
    waiting = [act]

    def wrapper(execute, sql, params, many, context):
        if waiting and sql.startswith("SAVEPOINT"):
            waiting.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield
    assert not waiting


def start_import(rows):
    return ImportRun.objects.create(
        kind="organizations",
        file_name="x.csv",
        content=csv_file(rows).read().decode(),
    )


def all_keys():
    return sorted(Organization.objects.values_list("key", flat=True))


def test_import_keeps_a_fact_that_is_checked_while_it_runs():
    listing = organization(key="a", name="Example a", phone="+14065550100")

    def check():
        record_check(
            listing, how="called", outcome="right", facts=["phone"], by=person()
        )

    with before_the_first_write(check):
        report = import_rows(
            IMPORTER, [import_row("a", website="https://example.org/")]
        )

    listing.refresh_from_db()
    assert listing.phone.as_e164 == "+14065550100"
    assert listing.website == "https://example.org/"
    assert [words.partition(",")[0] for _row, words in report.protected] == ["a: phone"]


def test_import_obeys_a_removal_request_that_comes_while_it_runs():
    def ask():
        RemovalRequest.objects.create(name="Example", phone="+14065550111")

    with before_the_first_write(ask):
        report = import_rows(IMPORTER, [import_row("a")])

    assert report.refused == [(2, "a: the organization asked not to be listed")]
    assert not Organization.objects.exists()


def test_import_gives_no_slug_that_is_taken_while_it_runs():
    def take():
        organization(name="Example a", slug="example-a")

    with before_the_first_write(take):
        report = import_rows(IMPORTER, [import_row("a"), import_row("b")])

    assert (report.added, report.refused) == (2, [])
    assert Organization.objects.get(key="a").slug == "example-a-miles-city"


def test_two_concurrent_imports_add_a_row_once():
    with before_the_first_write(lambda: organization(key="a", name="Theirs")):
        report = import_rows(IMPORTER, [import_row("a"), import_row("b")])

    assert (report.added, report.changed, report.refused) == (1, 1, [])
    assert Organization.objects.get(key="a").name == "Example a"


def test_branch_finds_its_parent_in_a_later_batch(small_batches):
    rows = [
        import_row("b", branch_of="Example p"),
        *(import_row(f"x{n}") for n in range(6)),
    ]
    run = start_import([*rows, import_row("p")])

    apply_import(run)

    branch = Organization.objects.get(key="b")
    assert branch.parent.key == "p"
    assert branch.history.first().parent_id == branch.parent_id
    run.refresh_from_db()
    assert run.summary == "8 added, 0 changed, 0 refused"
    assert undo_import(run) == (8, [])
    assert not Organization.objects.exists()


def test_undo_deletes_rows_that_are_branches_of_one_another(small_batches):
    run = start_import(
        [import_row("a", branch_of="Example b"), import_row("b", branch_of="Example a")]
    )
    apply_import(run)
    assert Organization.objects.exclude(parent=None).count() == 2

    assert undo_import(run) == (2, [])
    assert not Organization.objects.exists()


def test_undo_keeps_a_parent_whose_branch_has_a_suggestion(small_batches):
    rows = [
        import_row("p"),
        *(import_row(f"b{n}", branch_of="Example p") for n in range(4)),
    ]
    run = start_import(rows)
    apply_import(run)
    worked_on = Organization.objects.get(key="b2")
    Suggestion.objects.create(kind="problem", listing=worked_on)

    done, left = undo_import(run)

    assert (done, sorted(left)) == (3, ["Example b2", "Example p"])
    assert all_keys() == ["b2", "p"]
    run.refresh_from_db()
    assert (run.state, run.rows.count()) == ("applied", 2)


def test_process_that_takes_over_an_import_stops_the_former_one(small_batches):
    rows = [import_row(f"k{number}") for number in range(8)]
    run = start_import(rows)
    recorder = ImportRecorder(take_over(run, "applying", only_if=["previewed"]))

    def record(steps, last_row):
        if last_row > 4:
            take_over(run, "applying", only_if=["applying"])
        recorder(steps, last_row)

    with pytest.raises(ActionRefused):
        import_rows(IMPORTER, rows, record=record)

    run.refresh_from_db()
    assert all_keys() == ["k0", "k1", "k2"]
    assert (run.state, run.last_written_row, run.rows.count()) == ("applying", 4, 3)


def interrupted_import(ada, rows):
    """Return an import whose first batch is written, and its page."""
    run, path = upload_csv(ada, rows)
    recorder = ImportRecorder(take_over(run, "applying", only_if=["previewed"]))
    import_rows(IMPORTER, rows[:3], record=recorder)
    return run, path


def test_interrupted_import_can_be_finished_on_its_page(ada, small_batches):
    rows = [import_row(f"k{number}") for number in range(5)]
    run, path = interrupted_import(ada, [*rows, import_row("bad", kind="clinic")])
    changed = Organization.objects.get(key="k1")
    changed.summary, changed.version = "Written at the desk", changed.version + 1
    changed.save()

    page = ada.get(path).content.decode()
    assert "up to row 4 of the file are in" in page
    assert 'name="_resume"' in page
    assert 'name="_undo"' in page
    ada.post(path, {"_resume": "1"})

    run.refresh_from_db()
    assert (run.state, run.summary) == ("applied", "5 added, 0 changed, 1 refused")
    assert all_keys() == ["k0", "k1", "k2", "k3", "k4"]


def test_interrupted_import_can_be_undone_on_its_page(ada, small_batches):
    run, path = interrupted_import(
        ada, [import_row(f"k{number}") for number in range(5)]
    )

    page = ada.post(path, {"_undo": "1"}, follow=True).content.decode()

    assert "3 rows are as they were before this import." in page
    assert not Organization.objects.exists()
    run.refresh_from_db()
    assert run.state == "undone"
    with pytest.raises(ActionRefused):
        resume_import(run)


def test_viewing_a_preview_writes_nothing(ada):
    organization(key="a", name="Example a", phone="+14065550100")
    _run, path = upload_csv(
        ada, [import_row("a"), import_row("b"), import_row("c", kind="clinic")]
    )

    with CaptureQueriesContext(
        connection,
    ) as seen:
        page = ada.get(path).content.decode()

    assert "1 would be added, 1 changed" in page
    assert [q["sql"] for q in seen if q["sql"].startswith(WRITES)] == []


def count_queries(act):
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


def test_import_and_undo_run_the_same_number_of_queries_for_more_rows():
    few = start_import([import_row(f"a{n}") for n in range(5)])
    many = start_import([import_row(f"b{n}") for n in range(45)])

    added = [count_queries(lambda run=run: apply_import(run)) for run in (few, many)]
    undone = []
    for run in (few, many):
        run.refresh_from_db()
        undone.append(count_queries(lambda run=run: undo_import(run)))

    assert added[1] - added[0] < 20
    assert undone[1] - undone[0] < 20


def test_import_by_the_command_can_be_undone_in_the_admin(ada, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(csv_file([import_row("a"), import_row("b")]).read())

    call_command("import_listings", "organizations", path, quiet=True)
    call_command("import_listings", "organizations", path, quiet=True)

    # The second import changed nothing.
    run = ImportRun.objects.get()
    assert (run.file_name, run.state, run.by) == ("rows.csv", "applied", None)
    ada.post(f"/admin/curation/importrun/{run.pk}/change/", {"_undo": "1"})
    assert not Organization.objects.exists()


def test_imported_row_has_the_fields_of_a_step():
    run = start_import([import_row("a")])
    ImportRecorder(run)([ImportStep(2, 1, "Example a", added=True, version=1)], 2)

    imported = run.rows.get()
    assert (imported.row, imported.name, imported.added, run.last_written_row) == (
        2,
        "Example a",
        True,
        2,
    )
