"""Export the public site as plain files, rendered by several processes."""

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

import django
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.translation import override

from api.exports import DATA_FILES
from directory.export.crisis import crisis_script
from directory.export.link_rewriter import LinkRewriter, RewrittenPage
from directory.export.output import read_manifest, remove_stale_files, write_if_changed
from directory.export.render import EXPORT_PAGES, render_page
from directory.export.search_index import listings_script, places_scripts
from directory.export.url_map import ExportScope
from directory.pages.sitemaps import sitemaps
from listings.snapshot import as_snapshot
from orgs.models import Organization
from places.models import Place
from warmlines.eligibility import may_accept_callers_from
from warmlines.models import Warmline

# The number of pages that a process gets at a time.
PAGES_PER_BATCH = 25


@dataclass(frozen=True)
class ExportJob:
    """What to export, from which site and time, and to which folder."""

    folder: Path
    site: str
    at: datetime
    scope: ExportScope


@dataclass(frozen=True)
class RenderedPage:
    """The file of a page and the addresses that it links to.

    `file` is None if the site has no page at the address.
    """

    file: str | None
    written: bool = False
    pages: frozenset[str] = frozenset()
    static: frozenset[str] = frozenset()


@dataclass
class ExportResult:
    files: set[str] = field(default_factory=set)
    written: int = 0
    removed: int = 0

    def add(self, name: str, *, written: bool) -> None:
        self.files.add(name)
        self.written += written


def select_addresses(states: Iterable[str]) -> ExportScope:
    """Return the scope of the named states and all that serves them, or of everything
    if no state is named."""
    wanted = frozenset(states)
    rows: set[Organization | Warmline] = set()
    for place in Place.objects.states().in_states(wanted):
        rows |= set(Organization.objects.public().in_or_serving_state(place))
        rows |= set(Warmline.objects.public().filter(may_accept_callers_from(place)))
    rows |= set(Organization.objects.public().from_anywhere()) if wanted else set()
    return ExportScope(wanted, frozenset(row.get_absolute_url() for row in rows))


def export_site(
    job: ExportJob,
    *,
    processes: int,
    report_progress: Callable[[int, int], None] = lambda *_: None,
) -> ExportResult:
    """Write the export. `report_progress` gets the numbers of pages done and known.

    Raises UnusableFolder, OSError.
    """
    before, result = read_manifest(job.folder), ExportResult()
    seen = set(initial_addresses(job.scope))
    todo, done = sorted(seen), 0
    static: set[str] = set()
    with _render_pool(job, processes) as render:
        while todo:
            found: set[str] = set()
            for page in render(todo):
                done += 1
                found |= page.pages - seen
                static |= page.static
                if page.file:
                    result.add(page.file, written=page.written)
                report_progress(done, len(seen | found))
            seen |= found
            todo = sorted(found)
    for name, content in _other_files(job, static):
        result.add(name, written=write_if_changed(job.folder, name, content))
    result.removed = remove_stale_files(job.folder, before, result.files)
    if result.written:
        # People unplug a USB drive as soon as the command ends.
        os.sync()
    return result


def initial_addresses(scope: ExportScope) -> Iterator[str]:
    """Yield the addresses of the sitemaps, and of the pages that only an export has."""
    for language, _name in settings.LANGUAGES:
        prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
        yield from (f"{prefix}{path}" for path in EXPORT_PAGES)
        with override(language):
            for sitemap in sitemaps().values():
                for item in sitemap.items():
                    address = sitemap.location(item)
                    if (found := scope.target(address)) and found.address:
                        yield address


def _other_files(job: ExportJob, static: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for name in sorted(static):
        yield (
            name,
            _read_static(name.removeprefix(f"{settings.STATIC_URL.strip('/')}/")),
        )
    for name, file in DATA_FILES.items():
        yield f"data/{name}", b"".join(file.chunks(job.at, job.site))
    for name, script in places_scripts(job.scope.states):
        yield f"search/{name}", script
    rows = [*Organization.objects.public().for_cards().by_name()]
    lines = [*Warmline.objects.public().for_cards().by_name()]
    wanted = job.scope.listings
    rows_in_scope = [
        row
        for row in (*rows, *lines)
        if not job.scope.states or row.get_absolute_url() in wanted
    ]
    for language, _name in settings.LANGUAGES:
        with override(language), as_snapshot(job.at.date()):
            yield (
                f"search/listings-{language}.js",
                listings_script(rows_in_scope, job.at),
            )
            yield f"search/crisis-{language}.js", crisis_script(job.at)


def _read_static(name: str) -> bytes:
    """Return a static file, as collected with a hash in its name, or its source."""
    collected = Path(settings.STATIC_ROOT) / name
    found = collected if collected.is_file() else finders.find(name)
    return Path(str(found)).read_bytes()


@contextmanager
def _render_pool(
    job: ExportJob, processes: int
) -> Iterator[Callable[[list[str]], Iterator[RenderedPage]]]:
    """Yield a function that renders addresses, in this process or in several others."""
    if processes == 1:
        yield lambda todo: (_render_page(job, address) for address in todo)
        return
    # Forked children would share the parent's database connection.
    with ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=django.setup
    ) as pool:

        def render(todo: list[str]) -> Iterator[RenderedPage]:
            batches = [
                todo[i : i + PAGES_PER_BATCH]
                for i in range(0, len(todo), PAGES_PER_BATCH)
            ]
            for done in pool.map(_render_batch, [job] * len(batches), batches):
                yield from done

        yield render


def _render_batch(job: ExportJob, addresses: list[str]) -> list[RenderedPage]:
    return [_render_page(job, address) for address in addresses]


@lru_cache(maxsize=1)
def _link_rewriter(job: ExportJob) -> LinkRewriter:
    return LinkRewriter(job.scope, job.site)


def _render_page(job: ExportJob, address: str) -> RenderedPage:
    found = job.scope.target(address)
    content = render_page(job.site, address, job.at) if found else None
    if found is None or content is None:
        return RenderedPage(None)
    rewritten = RewrittenPage("")
    if found.file.endswith(".html"):
        rewritten = _link_rewriter(job).page(content.decode(), address, found.file)
        content = rewritten.text.encode()
    written = write_if_changed(job.folder, found.file, content)
    return RenderedPage(
        found.file, written, frozenset(rewritten.pages), frozenset(rewritten.static)
    )
