"""Timed jobs: each runs when it is due, alone, and its result is there to see."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command

from curation.models import OutgoingMail, Reminder
from directory.models import TimedJob
from directory.operations.jobs import JOBS
from tests.conftest import ROOT
from tests.factories import organization, person

MONDAY_NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
# Commands that people run, or that a start or another command runs.
BY_HAND = {
    "compile_words", "export_data", "export_site", "import_listings", "import_meetings",
    "load_guides", "load_places", "make_boundaries", "prepare", "reset_sign_in",
    "restore", "run_due",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Where backups go. A database in memory has none, so it is off."""
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.BACKUPS_KEPT = 0
    settings.SEND_REMINDERS = False
    return settings.BACKUP_DIR


@pytest.fixture
def failing_backup(settings, folder):
    settings.BACKUPS_KEPT = 14
    folder.write_text("not a folder")


class BrokenServer(BaseEmailBackend):
    """A mail library with a fault that quotes an address."""

    def send_messages(self, _mails):
        raise ValueError("ada@example.org is broken")


def run(at=MONDAY_NOON):
    """The names of the jobs that ran, some of which may have failed."""
    before = dict(TimedJob.objects.values_list("name", "started_at"))
    with time_machine.travel(at, tick=False), suppress(CommandError):
        call_command("run_due")
    after = TimedJob.objects.values_list("name", "started_at")
    return {name for name, started in after if started != before.get(name)}


def job(name):
    return TimedJob.objects.get(name=name)


def test_every_command_is_timed_or_run_by_hand():
    commands = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}

    assert commands == {job.command for job in JOBS} | BY_HAND


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours", "names"),
    [
        (0.05, set()),
        (0.1, {"send_mails"}),
        (0.95, {"send_mails"}),
        (1.05, {"send_mails", "check_links", "send_digests"}),
        (20.05, {"send_mails", "check_links", "delete_expired", "send_digests"}),
        (
            7 * 24,
            {
                "send_mails",
                "check_links",
                "delete_expired",
                "send_digests",
                "find_duplicates",
            },
        ),
    ],
)
def test_each_job_runs_when_it_is_due_and_not_before(hours, names):
    everything = {job.command for job in JOBS} - {"remind_checks", "backup"}
    assert run() == everything

    assert run(MONDAY_NOON + timedelta(hours=hours)) == names


@pytest.mark.django_db
def test_organizations_are_reminded_on_working_days_and_only_if_wanted(settings):
    organization(email="us@example.org", status="published")
    monday = MONDAY_NOON.replace(hour=16)
    friday, saturday = monday - timedelta(days=3), monday - timedelta(days=2)
    run(friday)
    assert not Reminder.objects.exists()

    settings.SEND_REMINDERS = True
    assert "remind_checks" in run(friday + timedelta(minutes=10))
    assert Reminder.objects.count() == 1
    assert "remind_checks" not in run(saturday)
    assert "remind_checks" in run(monday)


@pytest.mark.django_db
def test_a_job_that_fails_says_why_and_stops_no_other(failing_backup, folder):
    OutgoingMail.objects.create(to="us@example.org", subject="x", text="x", html="x")

    with pytest.raises(CommandError) as failure:
        call_command("run_due")

    assert str(failure.value).startswith(f"backup: {folder} cannot be written")
    assert job("backup").succeeded is False
    assert job("backup").last_success_at is None
    others = TimedJob.objects.exclude(name="backup")
    assert others.count() == len(JOBS) - 2
    assert all(row.succeeded and row.seconds is not None for row in others)
    assert job("send_mails").result == "1 mails sent, 0 wait."


@pytest.mark.django_db
def test_a_job_that_failed_is_tried_again_after_an_hour(failing_backup):
    run()

    assert "backup" not in run(MONDAY_NOON + timedelta(minutes=59))
    assert "backup" in run(MONDAY_NOON + timedelta(minutes=61))
    assert "delete_expired" not in run(MONDAY_NOON + timedelta(minutes=62))


@pytest.mark.django_db
def test_a_result_repeats_nothing_of_an_unforeseen_error(settings):
    settings.EMAIL_BACKEND = f"{__name__}.BrokenServer"
    OutgoingMail.objects.create(to="ada@example.org", subject="x", text="x", html="x")

    with pytest.raises(CommandError) as failure:
        call_command("run_due")

    exposed = f"{failure.value} {[*TimedJob.objects.values_list('result', flat=True)]}"
    assert "send_mails: It failed with ValueError" in exposed
    assert "ada" not in exposed


@pytest.mark.django_db
def test_a_job_that_somebody_runs_is_left_alone_until_it_must_be_dead():
    run()
    TimedJob.objects.filter(name="send_mails").update(finished_at=None)

    assert "send_mails" not in run(MONDAY_NOON + timedelta(minutes=29))
    assert "send_mails" in run(MONDAY_NOON + timedelta(minutes=31))


@pytest.mark.django_db
def test_a_run_that_was_given_up_does_not_overwrite_the_next_one():
    run()
    row, later = job("delete_expired"), MONDAY_NOON + timedelta(days=1)
    assert row.claim(later)

    row.finish(MONDAY_NOON, later, succeeded=False, result="too late")

    assert (job("delete_expired").succeeded, job("delete_expired").finished_at) == (
        True,
        None,
    )


@contextmanager
def started(url, folder, name, *options):
    """A process of run_due that logs to a file of its own."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "LOG_FORMAT": "json",
    }
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_due", *options],
            cwd=ROOT,
            env=environment,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def url(tmp_path, own_database):
    """The address of a database of its own, with its tables."""
    with own_database(tmp_path) as address:
        yield address


def jobs_in(logs):
    """The jobs that ran, from log lines in which their seconds are numbers."""
    lines = [
        json.loads(line)
        for file in logs
        for line in file.read_text().split("\n")
        if line
    ]
    return [
        line["message"].partition(":")[0]
        for line in lines
        if isinstance(line["seconds"], float)
    ]


def test_processes_at_one_time_run_each_job_once(url, tmp_path):
    with ExitStack() as stack:
        processes = [
            stack.enter_context(started(url, tmp_path, number)) for number in range(4)
        ]
        codes = [process.wait() for process in processes]

    assert codes == [0, 0, 0, 0]
    expected = {job.command for job in JOBS} - {"remind_checks"}
    assert sorted(jobs_in(tmp_path.glob("*.log"))) == sorted(expected)
    assert len(list((tmp_path / "backups").glob("*.json"))) == 1


def test_a_stopped_loop_finishes_its_job_first(url, tmp_path):
    with started(url, tmp_path, "loop", "--loop") as loop:
        log = tmp_path / "loop.log"
        while loop.poll() is None and not log.read_text():
            time.sleep(0.05)
        loop.send_signal(signal.SIGTERM)
        code = loop.wait()

    assert code == 0
    assert "send_mails" in jobs_in([log])
    # What it had begun has its file and its line, or was not begun.
    backups = list((tmp_path / "backups").glob("*.json"))
    assert len(backups) == jobs_in([log]).count("backup")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "may"),
    [("Curator", True), ("Administrator", True), ("State curator", False)],
)
def test_staff_see_the_status_of_the_site(client, failing_backup, role, may):
    run()
    client.force_login(person("grace", role))

    response = client.get("/admin/directory/timedjob/")

    assert response.status_code == (200 if may else 403)
    if may:
        page = response.content.decode()
        row = re.search(r'<tr data-job="backup">.*?</tr>', page, re.S)[0]
        assert "<td>failed</td>" in row
        assert "cannot be written" in row
        assert "Mails that no mail server has accepted yet.</th><td>0</td>" in page
        assert "When each job last succeeded. · backup</th><td>never</td>" in page
        assert client.post("/admin/directory/timedjob/add/").status_code == 403
