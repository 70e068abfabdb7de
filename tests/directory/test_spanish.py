"""Every public string is translated into Spanish."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import polib
import pytest

from places.states import STATES
from tests.conftest import ROOT
from tests.factories import credential, guide, organization, place, state, warmline

pytestmark = pytest.mark.any_database

WORDS = polib.pofile(str(ROOT / "locale/es/LC_MESSAGES/django.po"))
# The admin is only in English.
ADMIN_SOURCE = re.compile(
    r"curation/(?!views|visitors|mail|public)|\w+/admin(?:\.py|/)|templates/curation/(?!public|mail)"
    r"|templates/\w+/change_form|templates/(?:meetings/)?admin/|directory/(models|operations/)"
)
HOLES = re.compile(r"%\(\w+\)s|\{\w+\}|<[^>]+>")
# Spanish is longer, so narrow screens hide these words.
ONLY_WIDE = re.compile(r'<span class="if-wide">(.*?)</span>')
PAGES = [
    "/",
    "/find/",
    "/find/?near=59301",
    "/find/map/?near=59301",
    "/find/?near=Springfield",
    "/find/?near=zzzz&radius=-5&kind=cil&kind=none",
    "/states/",
    "/states/mt/",
    "/states/mt/map/",
    "/states/mt/print/",
    "/online/",
    "/online/?state=MT",
    "/warmlines/",
    "/warmlines/?near=59301",
    "/warmlines/line/",
    "/warmlines/line/report/",
    "/orgs/",
    "/orgs/?q=zebra",
    "/orgs/center/",
    "/orgs/center/report/",
    "/orgs/center/suggest/",
    "/orgs/closed/",
    "/centers-for-independent-living/",
    "/centers-for-independent-living/?near=59301",
    "/guides/ours/report/",
    "/states/mt/report/",
    "/suggest/",
    "/suggest/?what=warmline",
    "/guides/",
    "/guides/ours/",
    "/become-a-peer-supporter/",
    "/become-a-peer-supporter/?state=MT&other=GU",
    "/about/",
    "/contact/",
    "/privacy/",
    "/accessibility/",
    "/freshness/",
    "/leaving/",
    "/data/",
    "/embed/",
    "/embed/?near=59301",
    "/api/docs/",
    "/saved/",
    "/nowhere/",
]
# Names of places and licenses are the same in both languages.
STATE = "|".join(re.escape(state.name) for state in STATES.values())
SHARED = re.compile(
    rf"({STATE})(, 0| \(0\))?|[A-Z]{{2}} \d, ({STATE})|(· )?Miles City(, MT)?"
    rf"|Springfield, .*({STATE})"
    r"|CC BY 4\.0|geonames\.org|Great Falls"
)


def public(entry):
    return not entry.occurrences or any(
        not ADMIN_SOURCE.match(path) for path, _line in entry.occurrences
    )


def test_every_public_string_is_translated():
    asked = [entry for entry in WORDS if public(entry)]
    missing = [entry.msgid for entry in asked if not entry.translated()]

    assert len(asked) > 500
    assert missing == []


def test_translations_keep_every_placeholder():
    for entry in WORDS:
        said = [entry.msgstr, *entry.msgstr_plural.values()]
        for words in filter(None, said):
            # In Spanish, a text to 988 starts with AYUDA.
            same = words.replace("sms:988?&amp;body=AYUDA", "sms:988")
            same = ONLY_WIDE.sub(r"\1", same)
            # A singular may leave out its number: "every week".
            forms = (entry.msgid, entry.msgid_plural or entry.msgid)
            forms = tuple(ONLY_WIDE.sub(r"\1", form) for form in forms)
            wanted = [set(HOLES.findall(form)) for form in forms]
            assert set(HOLES.findall(same)) in wanted, words


class Texts(HTMLParser):
    """Return the text, labels and descriptions of a page in its own language."""

    SPOKEN = ("aria-label", "title", "placeholder", "alt")
    # Shown by a script.
    DATA = ("two", "one", "copied", "since", "saved", "removed", "remove", "failed")
    VOID = {"meta", "link", "input", "img", "br", "path", "rect", "circle"}

    def __init__(self):
        super().__init__()
        self.said, self.quiet = set(), []

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        foreign = facts.get("lang", "es") != "es" and tag != "html"
        if tag not in self.VOID:
            self.quiet.append(foreign or tag in ("script", "style"))
        described = facts.get("name") == "description"
        spoken = [*self.SPOKEN, *(f"data-{name}" for name in self.DATA)]
        for name in [*spoken, "content"] if described else spoken:
            self.keep(facts.get(name) or "")

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            self.quiet.pop()

    def handle_data(self, data):
        self.keep(data)

    def keep(self, words):
        words = " ".join(words.split())
        if not any(self.quiet) and len(re.findall(r"[A-Za-z]{2,}", words)) > 1:
            self.said.add(words)


def said_on(client, path):
    reader = Texts()
    reader.feed(client.get(path).content.decode())
    return reader.said


@pytest.fixture
def listings(db):
    """Names that are the same in any language."""
    spot = {"at": place("59301"), "timezone": "America/Denver"}
    organization(
        slug="center", name="Zzz1", kind="cil", hours="Mo-Fr 09:00-17:00", **spot
    )
    organization(slug="second", name="Zzz2", online=True, hours="24/7", **spot)
    organization(slug="closed", name="Zzz3", status="closed", closure_reason="Zzz")
    guide(slug="ours", searches="Zzz | Zzz | find?kind=cil")
    credential(name="Zzz6", training_hours=40, source_name="Zzz")
    credential(name="Zzz7", status="planned", source_name="Zzz")
    warmline(service_area=[state("MT")], slug="line", name="Zzz4")
    warmline(slug="other", name="Zzz5", hours="Mo 09:00-10:00", who_may_call="anyone")


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", PAGES)
def test_no_english_is_left_on_a_page(client, path):
    left = said_on(client, f"/es{path}") & said_on(client, path)

    assert {words for words in left if not SHARED.fullmatch(words)} == set()


@pytest.mark.django_db
def test_english_text_would_be_found_on_a_page(client):
    assert len(said_on(client, "/about/") & said_on(client, "/about/")) > 20
