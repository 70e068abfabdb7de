"""The static export: complete, dated, and without anything that is not public."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from directory.export.build import ExportJob, export_site, select_addresses
from directory.export.link_rewriter import LinkRewriter
from directory.export.output import MANIFEST_NAME, UnusableFolder
from directory.export.search_index import places_scripts
from directory.export.url_map import ExportScope, ExportTarget
from places.models import Area, AreaName, Place
from places.name_keys import place_key
from tests.factories import meeting, organization, place, state, warmline
from warmlines.models import Warmline

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SITE = "https://directory.example.org"
MORNING = datetime(2026, 11, 24, 17, tzinfo=UTC)
OFF_THE_DISK = re.compile(r"[a-z]+:|#")


def fill():
    """Public listings, one with a withheld street, and listings that are not public."""
    facts = {"at": place("59301"), "timezone": "America/Denver", "hours": "24/7"}
    ours = {"slug": "ours", "name": "Our Center", "service_area": [state("MT")]}
    host = organization(**ours, **facts)
    meeting(name="Thursday Circle", rules="FREQ=MONTHLY;BYDAY=2TH", organization=host)
    withheld = {"venue": "Hidden Lane Hall", "address_withheld": True, "state": "MT"}
    meeting(name="Montana Room", in_person=True, online=None, **withheld)
    meeting(name="Unseen meeting", status="draft")
    warmline(slug="line", hours="Mo-Fr 09:00-17:00", service_area=[state("MT")])
    warmline(slug="other-line", who_may_call="anyone")
    house = organization(slug="house", street="13 Hidden Lane", at=place("59301"))
    house.zip_code, house.address_withheld = "59301", True
    house.clean()
    house.save()
    gone = {"status": "closed", "closure_reason": "The house was sold"}
    for make_one in (organization, warmline):
        make_one(slug="draft", name="Unseen draft", status="draft", key="made:draft")
        make_one(slug="gone", name="Unseen gone", key="made:gone", **gone)
    organization(slug="far", name="Far Center", at=place("10027"))


def copy_into(folder, at=MORNING):
    return export_site(
        ExportJob(folder, SITE, at, select_addresses(["MT"])), processes=1
    )


def pages_of(folder):
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.html")
    }


@pytest.fixture(scope="module")
def copied(django_db_setup, django_db_blocker, tmp_path_factory):
    """An export, built once; tests of it need no database."""
    folder = tmp_path_factory.mktemp("copy")
    with django_db_blocker.unblock(), transaction.atomic():
        fill()
        copy_into(folder)
        transaction.set_rollback(True)
    return folder


def dead_links(folder):
    for name, page in pages_of(folder).items():
        for tag in re.findall(
            r'<(?!link rel="(?:canonical|alternate))[a-z][^>]*>', page
        ):
            for link in re.findall(r'\s(?:href|src|action)="([^"]*)"', tag):
                path = re.split(r"[?#]", html.unescape(link))[0]
                there = (folder / name).parent / path
                if not OFF_THE_DISK.match(link) and not there.is_file():
                    yield name, link


def test_export_has_each_page_and_each_link_leads_to_a_file(copied):
    pages = pages_of(copied)

    for name in (
        "index.html",
        "find/index.html",
        "copy/index.html",
        "states/mt/index.html",
        "states/mt/map/index.html",
        "states/mt/print/index.html",
        "orgs/ours/index.html",
        "warmlines/line/index.html",
        "become-a-peer-supporter/index.html",
        "privacy/index.html",
        "meetings/index.html",
    ):
        assert name in pages
        assert f"es/{name}" in pages
    assert (copied / "orgs/ours/contact.vcf").is_file()
    assert (copied / "static/css/site.css").is_file()
    assert (copied / "data/organizations.csv").is_file()
    assert list(dead_links(copied)) == []


def test_exported_pages_show_their_date_and_no_current_status(copied):
    pages = pages_of(copied)

    for name, page in pages.items():
        assert not re.search(r"[Oo]pen now|Closed now|data-open=\"(yes|no)", page), name
        assert not re.search(r'aria-current="date"|type="module"|data-suggest', page)
        day = (
            "24 de noviembre de 2026" if name.startswith("es/") else "November 24, 2026"
        )
        assert day in page, name
    assert "Hours: Mon–Fri 9 am to 5 pm, Mountain time" in pages["index.html"] or (
        "Hours: Mon–Fri 9 am to 5 pm, Mountain time" in pages["states/mt/index.html"]
    )
    assert "Hours: Day and night" in pages["orgs/ours/index.html"]


def test_exported_meetings_are_listed_by_weekday_without_dates(copied):
    page = pages_of(copied)["meetings/index.html"]
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())

    thursday, montana = page.index("<h3>Thursday</h3>"), page.index("<h3>Montana</h3>")
    assert thursday < page.index("Thursday Circle") < montana
    assert montana < page.index("Montana Room")
    assert "2nd Thursday of the month, 6:30 pm, Pacific time" in text
    assert "<time" not in page
    assert (
        'href="../../meetings/index.html"' in pages_of(copied)["orgs/ours/index.html"]
    )
    assert "Segundo jueves del mes" in pages_of(copied)["es/meetings/index.html"]


def test_export_contains_nothing_that_is_not_public(copied):
    for path in copied.rglob("*"):
        if path.is_file() and path.suffix != ".zip":
            text = path.read_text(encoding="utf-8")
            for hidden in ("Hidden Lane", "Unseen", "made:draft", "house was sold"):
                assert hidden not in text, path


def test_export_keeps_only_the_search_form(copied):
    pages = pages_of(copied)

    assert 'action="find/index.html"' in pages["index.html"]
    assert "<form" not in pages["warmlines/index.html"]
    assert "filters" not in pages["states/mt/index.html"]
    report = re.search(
        r'<a href="([^"]*)"[^>]*>Report a problem', pages["orgs/ours/index.html"]
    )
    assert report[1] == "../../copy/index.html#report"
    assert SITE in pages["copy/index.html"]


def test_export_of_some_states_links_to_the_site_for_the_rest(copied):
    assert not (copied / "orgs/far").exists()
    assert not (copied / "states/ny").exists()
    assert f'href="{SITE}/states/ny/"' in pages_of(copied)["states/index.html"]


def test_second_export_only_writes_changes_and_removes_old_files(tmp_path):
    fill()
    copy_into(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.html")}

    assert copy_into(tmp_path).written == 0

    organization(slug="new", name="New Center", at=place("59301"))
    gone = Warmline.objects.get(slug="other-line")
    gone.close(reason="It stopped")
    result = copy_into(tmp_path)

    assert (tmp_path / "orgs/new/index.html").is_file()
    assert not (tmp_path / "warmlines/other-line").exists()
    assert result.removed == 4  # page and card, in each language
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.html")}
    page = tmp_path / "privacy/index.html"
    assert after[page] == before[page]
    assert list(dead_links(tmp_path)) == []


def test_export_never_touches_other_files_in_the_folder(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(UnusableFolder, match="other things"):
        copy_into(tmp_path)

    (tmp_path / "letter.txt").unlink()
    copy_into(tmp_path)
    (tmp_path / "letter.txt").write_text("mine")
    copy_into(tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_export_needs_a_public_site_url(tmp_path):
    with pytest.raises(CommandError, match="SITE_URL"):
        call_command("export_site", tmp_path)
    with pytest.raises(CommandError, match="No state has this code: ZZ"):
        call_command("export_site", tmp_path, states=["zz"])


@pytest.mark.parametrize(
    ("address", "file", "suffix", "source"),
    [
        ("/", "index.html", "", "/"),
        ("/es/", "es/index.html", "", "/es/"),
        ("/states/mt/#lines", "states/mt/index.html", "#lines", "/states/mt/"),
        ("/orgs/?page=2", "orgs/page-2.html", "", "/orgs/?page=2"),
        ("/orgs/?page=../../x", "orgs/index.html", "", "/orgs/"),
        ("/orgs/x/?kind=cil", "orgs/x/index.html", "", "/orgs/x/"),
        (
            "/states/ny/?page=2&kind=cil",
            "states/ny/kind-cil-page-2.html",
            "",
            "/states/ny/?kind=cil&page=2",
        ),
        ("/find/?near=59301", "find/index.html", "?near=59301", ""),
        ("/es/find/?state=MT", "es/states/mt/index.html", "", "/es/states/mt/"),
        ("/warmlines/?state=MT", "states/mt/index.html", "#lines", "/states/mt/"),
        ("/warmlines/?open_now=1", "warmlines/index.html", "", "/warmlines/"),
        ("/warmlines/?near=59301", "find/index.html", "?near=59301", ""),
        ("/meetings/?how=online", "meetings/index.html", "", "/meetings/"),
        ("/es/orgs/x/meetings/", "es/meetings/index.html", "", ""),
        ("/online/?state=MT", "online/index.html", "", "/online/"),
        ("/orgs/x/contact.vcf", "orgs/x/contact.vcf", "", "/orgs/x/contact.vcf"),
        ("/es/orgs/x/report/", "es/copy/index.html", "#report", ""),
        ("/suggest/?what=warmline", "copy/index.html", "#report", ""),
        ("/static/css/site.css", "static/css/site.css", "", ""),
        ("/data/warmlines.csv", "data/warmlines.csv", "", ""),
    ],
)
def test_address_maps_to_its_file(address, file, suffix, source):
    assert ExportScope().target(address) == ExportTarget(file, suffix, source)


@pytest.mark.parametrize(
    "address", ["/api/", "/admin/", "/embed/", "/saved/", "/find/map/?near=1", "/none/"]
)
def test_pages_that_need_a_server_have_no_file(address):
    assert ExportScope().target(address) is None


def test_links_are_rewritten_to_relative_files():
    page = (
        '<link rel="canonical" href="https://directory.example.org/orgs/x/">'
        '<a href="../?page=2">2</a> <a href="/embed/?a=1&amp;b=2">frame</a>'
        '<a href="https://directory.example.org/states/mt/">MT</a>'
        '<a href="tel:988">988</a> href="/orgs/"'
    )

    rewritten = LinkRewriter(ExportScope(), SITE).page(
        page, "/orgs/x/", "orgs/x/index.html"
    )

    assert rewritten.text == (
        '<link rel="canonical" href="https://directory.example.org/orgs/x/">'
        '<a href="../page-2.html">2</a> '
        '<a href="https://directory.example.org/embed/?a=1&amp;b=2">frame</a>'
        '<a href="../../states/mt/index.html">MT</a>'
        '<a href="tel:988">988</a> href="/orgs/"'
    )
    assert rewritten.pages == {"/orgs/?page=2", "/states/mt/"}


def read_shards(*states):
    """Yield (first letter, places, areas) of each script."""
    for name, script in places_scripts(frozenset(states)):
        text = script.decode().removeprefix("copy.places(").removesuffix(");\n")
        [first, places, areas] = json.loads(text.join("[]"))
        assert name == f"{first}.js"
        yield first, places, areas


def test_export_index_has_every_area_by_each_of_its_names():
    found, labels = set(), set()
    for first, _places, areas in read_shards():
        for line in filter(None, areas.split("\n")):
            keys, _kind, label, *_rest = line.split("|")
            labels.add(label)
            for key in keys.split(";"):
                assert key.startswith(first)
                found.add(key)

    points = [area for area in Area.objects.all() if area.as_place()]
    names = AreaName.objects.filter(area__in=points)
    assert found == set(names.values_list("key", flat=True))
    assert {"Navajo Nation, Arizona, New Mexico, Utah"} <= labels
    # Some names are only for searching, and never shown.
    hidden = set(names.filter(is_suggested=False).values_list("key", flat=True))
    assert hidden <= found
    assert hidden.isdisjoint(place_key(label) for label in labels)


def test_export_index_has_every_place_near_its_position():
    found = 0
    for _first, lines, _areas in read_shards("MT"):
        for line in filter(None, lines.split("\n")):
            head, *entries = line.split("|")
            _fips, code, south, east, _name = head.split(",")
            assert code == "MT"
            for entry in entries:
                place_name, up, right = entry.split(",")[:3]
                if place_name == "59301":
                    latitude = (int(south) + int(up)) / 100
                    longitude = (int(east) + int(right)) / 100
                    real = place("59301")
                    assert abs(latitude - real.latitude) <= 0.005
                    assert abs(longitude - real.longitude) <= 0.005
                found += 1
    assert found >= Place.objects.without_states().in_state("MT").count()


def test_interrupted_export_can_be_repeated(tmp_path):
    (tmp_path / MANIFEST_NAME).write_text("[]")
    (tmp_path / "index.html").write_text("half")

    copy_into(tmp_path)

    assert "half" not in (tmp_path / "index.html").read_text()
    assert "index.html" in json.loads((tmp_path / MANIFEST_NAME).read_text())
