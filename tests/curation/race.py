"""Eight people save the same few listings at once; run by test_race on its own.

Prints how many edits were asked for, how many are there in the end, and how often
somebody had to look again because another was quicker.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()

from django.db import OperationalError, connection, transaction  # noqa: E402
from django.forms import modelform_factory  # noqa: E402

from curation.forms import ListingForm  # noqa: E402
from orgs.models import Organization  # noqa: E402

PEOPLE, LISTINGS = 8, 4
EDITS = int(sys.argv[1]) // PEOPLE
NoteForm = modelform_factory(Organization, form=ListingForm, fields=["internal_note"])
again: list[int] = []


def save_once(pk, word):
    """Open the form, type a word at the end of the note, save: True if it was kept.

    A database that is busy for too long says so, and the person tries again.
    """
    try:
        return try_to_save(pk, word)
    except OperationalError:
        return False


def try_to_save(pk, word):
    opened = Organization.objects.get(pk=pk)
    data = {
        "opened_version": opened.version,
        "internal_note": f"{opened.internal_note} {word}",
    }
    with transaction.atomic():
        form = NoteForm(data, instance=Organization.objects.get(pk=pk))
        if not form.is_valid():
            return False
        form.instance.version += 1
        form.save()
    return True


def work(person, numbers):
    for edit in range(EDITS):
        # Four people at a time want the same listing.
        number = numbers[(edit + person // 4) % LISTINGS]
        while not save_once(number, f"p{person}e{edit}"):
            again.append(person)
    connection.close()


numbers = []
for number in range(LISTINGS):
    made = Organization(
        name=f"Example {number}", kind="peer_run", email="a@example.org"
    )
    made.save()
    numbers.append(made.pk)
with ThreadPoolExecutor(PEOPLE) as people:
    list(people.map(work, range(PEOPLE), [numbers] * PEOPLE))
kept = sum(len(row.internal_note.split()) for row in Organization.objects.all())
versions = sum(row.version - 1 for row in Organization.objects.all())
print(PEOPLE * EDITS, kept, versions, len(again))  # noqa: T201
