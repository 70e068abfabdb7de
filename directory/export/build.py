"""A copy of the whole public directory as plain files, made on every core there is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.translation import override

from api.exports import FILES
from directory.export.crisis import crisis_script
from directory.export.link_rewriter import Copier, Made
from directory.export.output import clear, files_before, put
from directory.export.render import OWN, page
from directory.export.search_index import listings_script, places_scripts
from directory.export.url_map import Addresses
from directory.pages.sitemaps import sitemaps
from listings.snapshot import frozen
from orgs.models import Organization
from places.models import Place
from warmlines.eligibility import may_take
from warmlines.models import Warmline

# Pages handed to a process at a time.
BATCH = 25


@dataclass(frozen=True)
class Job:
    """What to copy, from which site, of which moment, to where."""

    folder: Path
    site: str
    at: datetime
    addresses: Addresses


@dataclass(frozen=True)
class Done:
    """A page in the folder, or None where the site has none; and where it leads."""

    file: str | None
    written: bool = False
    pages: frozenset[str] = frozenset()
    static: frozenset[str] = frozenset()


@dataclass
class Result:
    files: set[str] = field(default_factory=set)
    written: int = 0
    removed: int = 0

    def add(self, name: str, *, written: bool) -> None:
        self.files.add(name)
        self.written += written


def addresses_of(states: Iterable[str]) -> Addresses:
    """Of the states named, with all that serves them; of none named, of everything."""
    wanted = frozenset(states)
    rows: set[Any] = set()
    for place in Place.objects.states().in_states(wanted):
        rows |= set(Organization.objects.public().reaching_state(place))
        rows |= set(Warmline.objects.public().filter(may_take(place)))
    rows |= set(Organization.objects.public().from_anywhere()) if wanted else set()
    return Addresses(wanted, frozenset(row.get_absolute_url() for row in rows))


def make(
    job: Job, *, processes: int, bar: Callable[[int, int], None] = lambda *_: None
) -> Result:
    """Write the copy; `bar` is told how many pages are done, and known.

    Raises FolderRefused, OSError.
    """
    before, result = files_before(job.folder), Result()
    seen = set(first_pages(job.addresses))
    todo, done = sorted(seen), 0
    static: set[str] = set()
    with _workers(job, processes) as render:
        while todo:
            found: set[str] = set()
            for one in render(todo):
                done += 1
                found |= one.pages - seen
                static |= one.static
                if one.file:
                    result.add(one.file, written=one.written)
                bar(done, len(seen | found))
            seen |= found
            todo = sorted(found)
    for name, content in _other_files(job, static):
        result.add(name, written=put(job.folder, name, content))
    result.removed = clear(job.folder, before, result.files)
    if result.written:
        # A stick is pulled out as soon as the command ends.
        os.sync()
    return result


def first_pages(addresses: Addresses) -> Iterator[str]:
    """What search engines are told of, and the pages that only a copy has."""
    for language, _name in settings.LANGUAGES:
        prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
        yield from (f"{prefix}{path}" for path in OWN)
        with override(language):
            for sitemap in sitemaps().values():
                for item in sitemap.items():
                    address = sitemap.location(item)
                    if (found := addresses.target(address)) and found.address:
                        yield address


def _other_files(job: Job, static: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for name in sorted(static):
        yield name, _static(name.removeprefix(f"{settings.STATIC_URL.strip('/')}/"))
    for name, file in FILES.items():
        yield f"data/{name}", b"".join(file.chunks(job.at, job.site))
    for name, script in places_scripts(job.addresses.states):
        yield f"search/{name}", script
    rows = [*Organization.objects.public().for_cards().by_name()]
    lines = [*Warmline.objects.public().for_cards().by_name()]
    wanted = job.addresses.listings
    told = [
        row
        for row in (*rows, *lines)
        if not job.addresses.states or row.get_absolute_url() in wanted
    ]
    for language, _name in settings.LANGUAGES:
        with override(language), frozen(job.at.date()):
            yield f"search/listings-{language}.js", listings_script(told, job.at)
            yield f"search/crisis-{language}.js", crisis_script(job.at)


def _static(name: str) -> bytes:
    """A static file, as collected with its hash in its name, or as it is at hand."""
    collected = Path(settings.STATIC_ROOT) / name
    found = collected if collected.is_file() else finders.find(name)
    return Path(str(found)).read_bytes()


@contextmanager
def _workers(
    job: Job, processes: int
) -> Iterator[Callable[[list[str]], Iterator[Done]]]:
    """A function that renders addresses; in this process, or in some of their own."""
    if processes == 1:
        yield lambda todo: (_render(job, address) for address in todo)
        return
    # Forked children would share the parent's database connection.
    with ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=django.setup
    ) as pool:

        def render(todo: list[str]) -> Iterator[Done]:
            batches = [todo[i : i + BATCH] for i in range(0, len(todo), BATCH)]
            for done in pool.map(_render_some, [job] * len(batches), batches):
                yield from done

        yield render


def _render_some(job: Job, addresses: list[str]) -> list[Done]:
    return [_render(job, address) for address in addresses]


@lru_cache(maxsize=1)
def _copier(job: Job) -> Copier:
    return Copier(job.addresses, job.site)


def _render(job: Job, address: str) -> Done:
    found = job.addresses.target(address)
    content = page(job.site, address, job.at) if found else None
    if found is None or content is None:
        return Done(None)
    made = Made("")
    if found.file.endswith(".html"):
        made = _copier(job).page(content.decode(), address, found.file)
        content = made.text.encode()
    written = put(job.folder, found.file, content)
    return Done(found.file, written, frozenset(made.pages), frozenset(made.static))
