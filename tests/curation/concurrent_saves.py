"""Save the same few listings in eight threads. Run by test_concurrent_saves.

It prints the number of edits, of edits that were saved, of versions, and of attempts
that were refused because another thread had saved before.
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

THREADS, LISTINGS = 8, 4
EDITS = int(sys.argv[1]) // THREADS
NoteForm = modelform_factory(Organization, form=ListingForm, fields=["internal_note"])
refused: list[int] = []


def save_once(pk, word):
    """Add a word to the note in the form, and return whether it was saved.

    If the database is busy for too long, it was not.
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


def work(thread, pks):
    for edit in range(EDITS):
        # All threads save the same listing.
        pk = pks[edit % LISTINGS]
        while not save_once(pk, f"t{thread}e{edit}"):
            refused.append(thread)
    connection.close()


pks = []
for number in range(LISTINGS):
    listing = Organization(
        name=f"Example {number}", kind="peer_run", email="a@example.org"
    )
    listing.save()
    pks.append(listing.pk)
with ThreadPoolExecutor(THREADS) as executor:
    list(executor.map(work, range(THREADS), [pks] * THREADS))
saved = sum(len(row.internal_note.split()) for row in Organization.objects.all())
versions = sum(row.version - 1 for row in Organization.objects.all())
print(THREADS * EDITS, saved, versions, len(refused))  # noqa: T201
