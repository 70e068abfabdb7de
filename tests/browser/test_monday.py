"""A curator's Monday morning, in Chromium, on the site as it is deployed."""

from __future__ import annotations

import base64
import csv
import re
import subprocess
import sys

import pytest
from django_otp.oath import totp
from playwright.sync_api import expect

from orgs.importing import OrganizationImporter
from tests.browser.axe import axe_faults
from tests.conftest import ROOT

PASSWORD = "a long pass phrase"
# A curator, synthetic listings, and suggestions, in Guam and Saipan, which no other
# test uses.
BEFORE = """
from curation.models import Suggestion
from tests.factories import organization, person, place
town = place("96910")
person("ada", "Curator")
for number in range(1, 21):
    organization(at=place("96950"), name=f"Call Center {number}", slug=f"call-{number}",
        timezone="Pacific/Guam", email="a@example.org", website="https://example.org/")
ours = organization(at=town, name="Monday Said", slug="monday-said", **{
    "email": "old@example.org", "phone": "+14065550101", "timezone": "Pacific/Guam"})
Suggestion.objects.create(kind="change", listing=ours, changes={
    "phone": "+14065550160", "email": "wrong@example.org"})
Suggestion.objects.create(kind="problem", listing=ours, problem="closed")
for slug in ("monday-twin", "monday-other-twin"):
    organization(at=town, name="Monday Twin", slug=slug, phone="+14065550170")
"""


@pytest.fixture(scope="module")
def admin_page(site, site_environment, browser):
    """A browser page of Ada, who signed in with a code from her phone."""
    code = [sys.executable, "manage.py", "shell", "-v0", "-c", BEFORE]
    subprocess.run(code, cwd=ROOT, env=site_environment, check=True)
    subprocess.run(
        [sys.executable, "manage.py", "find_duplicates"],
        cwd=ROOT,
        env=site_environment,
        check=True,
    )
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto("/admin/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    key = page.locator("code").first.inner_text().replace(" ", "")
    page.get_by_label("Code from your phone").fill(code_of(key))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="I have saved them").click()
    expect(page.get_by_role("heading", name="Waiting for you")).to_be_visible()
    yield page
    context.close()


def code_of(key):
    padded = key + "=" * (-len(key) % 8)
    return f"{totp(base64.b32decode(padded)):06}"


def open_listing(page, name):
    page.goto(f"/admin/orgs/organization/?q={name.replace(' ', '+')}")
    page.locator("#result_list").get_by_role("link", name=name, exact=True).click()


def state_file(folder):
    """Write a file with four valid and three invalid rows."""
    blank = dict.fromkeys(sorted(OrganizationImporter.columns), "")
    good = blank | {
        "kind": "peer_run",
        "city": "Hagatna",
        "state": "GU",
        "zip": "96910",
        "phone": "+14065550180",
        "source_name": "A made-up list",
    }
    rows = [good | {"key": f"m{n}", "name": f"Monday Import {n}"} for n in range(4)]
    rows.append(good | {"key": "bad1", "name": "Bad Kind", "kind": "clinic"})
    rows.append(good | {"key": "bad2", "name": "Bad State", "state": "ZZ"})
    rows.append(good | {"key": "bad3", "name": ""})
    path = folder / "guam.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(blank))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_monday_morning(admin_page, tmp_path):
    page = admin_page

    # Hours past midnight, shown in words before they are saved.
    open_listing(page, "Monday Said")
    page.get_by_label("Friday").fill("8 pm-2 am")
    expect(page.locator("[data-hours-preview]")).to_contain_text("8 pm to 2 am")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()

    # One fact of a correction is accepted, the other is not.
    page.goto("/admin/")
    page.get_by_role("link", name="A change: Monday Said").click()
    page.get_by_label("E-mail").uncheck()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Accepted: Monday Said")).to_be_visible()
    page.get_by_role("link", name="A problem: Monday Said").click()
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("Please say why")).to_be_visible()
    page.get_by_label("Reason for declining").fill("They answered the phone")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("Declined.")).to_be_visible()

    # The file of a state is previewed, imported and undone.
    page.goto("/admin/curation/importrun/new/")
    page.get_by_label("Kind of file").select_option("organizations")
    page.get_by_label("File:", exact=True).set_input_files(state_file(tmp_path))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("4 would be added, 0 changed")).to_be_visible()
    expect(page.get_by_text("“clinic” is not a kind of organization")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("4 added, 0 changed, 3 refused")).to_be_visible()
    assert page.request.get("/orgs/monday-import-0/").status == 200
    page.get_by_role("button", name="Undo the whole import").click()
    expect(
        page.get_by_text("4 rows are as they were before this import.")
    ).to_be_visible()

    # Two listings are merged.
    page.goto("/admin/curation/duplicatepair/?q=&dismissed__exact=0")
    page.get_by_role("link", name="Monday Twin / Monday Twin").click()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_text("The two listings are merged")).to_be_visible()

    see_the_public_pages(page)


def see_the_public_pages(page):
    """Check that exactly what was accepted is public."""
    page.goto("/orgs/monday-said/")
    expect(page.get_by_role("link", name=re.compile("Call .*555-0160"))).to_be_visible()
    expect(page.get_by_text("old@example.org")).to_be_attached()
    assert "wrong@example.org" not in page.content()
    expect(page.get_by_text("8 pm to 2 am")).to_be_visible()
    assert page.request.get("/orgs/monday-import-0/").status == 404
    page.goto("/orgs/monday-other-twin/")
    assert page.url.endswith("/orgs/monday-twin/")


class Hand:
    """Counts what a curator clicks and how many pages load."""

    def __init__(self, page):
        self.page, self.clicks, self.loads = page, 0, 0
        page.on("load", self._count_load)

    def _count_load(self, _page):
        self.loads += 1

    def click(self, locator):
        self.clicks += 1
        locator.click()

    def spent(self):
        """Return the clicks and loads since the last time."""
        found = self.clicks, self.loads
        self.clicks = self.loads = 0
        return found


def make_call(hand, new_phone=""):
    """Check the listing of the open sheet, and return (clicks, loads)."""
    page = hand.page
    before = page.url
    if new_phone:
        box = page.get_by_label("Phone:", exact=True)
        hand.click(box)
        box.fill(new_phone)
    hand.click(page.get_by_label("All facts are as shown"))
    hand.click(page.get_by_label("Right", exact=True))
    hand.click(page.get_by_role("button", name="Save and next due"))
    page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state("load")
    return hand.spent()


def test_twenty_listings_are_checked_in_a_few_clicks_and_one_load_each(admin_page):
    page, hand = admin_page, Hand(admin_page)
    page.goto("/admin/orgs/organization/?q=Call+Center&queue=due&state=MP")
    page.get_by_role("button", name="Start with the first").click()
    page.wait_for_url("**/call/**")
    hand.spent()

    spent = [make_call(hand) for _number in range(8)]
    corrected = [make_call(hand, "(406) 555-0150") for _number in range(2)]
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    spent += [make_call(hand) for _number in range(7)]
    corrected += [make_call(hand, "(406) 555-0151") for _number in range(2)]
    page.set_viewport_size({"width": 1280, "height": 900})
    call_by_keyboard(page)

    assert set(spent) == {(3, 1)}
    assert set(corrected) == {(4, 1)}
    expect(page.get_by_text("No other listing of this list is left")).to_be_visible()
    page.goto("/orgs/call-3/")
    expect(page.get_by_text(re.compile("Checked on .* by calling"))).to_be_visible()


def call_by_keyboard(page):
    page.get_by_role("link", name="Go to the result").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")


# Django's markup surrounds ours, so best practices are not checked.
LEVELS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
OURS = [
    "/admin/",
    "/admin/curation/importrun/new/",
    "/admin/orgs/organization/{pk}/call/",
    "/admin/orgs/organization/{pk}/history/",
    "/admin/orgs/organization/{pk}/change/",
    "/admin/orgs/organization/",
]


def test_admin_pages_of_our_own_have_no_axe_violation(admin_page):
    open_listing(admin_page, "Call Center 1")
    pk = re.search(r"/(\d+)/change/", admin_page.url)[1]
    faults = []
    for path in OURS:
        admin_page.goto(path.format(pk=pk), wait_until="networkidle")
        faults += [(path, *fault) for fault in axe_faults(admin_page, LEVELS)]

    assert faults == []
