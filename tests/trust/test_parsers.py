"""Every parser returns a value for any text, or raises its documented error."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from phonenumber_field.phonenumber import to_python

from curation.anonymous_forms import SIGNER, AnonymousForm
from curation.audit_trail import parse_row_id
from curation.link_checker import is_public
from directory.pages.forms import FindForm
from guides import link_lines, markdown
from listings import service_areas, weekly_hours_form
from listings.exchange.csv_export import format_cell
from listings.exchange.csv_rows import FORMULA_SIGNS, FileError, read_rows
from listings.exchange.files.reading import read_content
from listings.facet_panel import page_number
from listings.hours import Hours, InvalidHours, validate_hours
from listings.rate_limit import client_network
from listings.vcard import build_vcard
from orgs.models import Organization
from places.autocomplete import autocomplete_places
from places.lookup import LookupResult, look_up
from places.models import Place
from tests.trust.hostile import odd, often

TAGS = ["h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "em", "strong", "a", "br"]
AT = datetime(2026, 11, 24, 17, tzinfo=UTC)
TOWNS = st.sampled_from(
    ["Miles City", "59301", "St. Paul", "Springfield", "MT", "Guam"]
)
OSM_WORDS = [
    "Mo",
    "Tu",
    "Su",
    "PH",
    "SH",
    "-",
    ":",
    ",",
    ";",
    "09:00",
    "17:00",
    "26:00",
    "24/7",
    "off",
    "unknown",
    "open",
    "||",
    '"',
    "week",
    "53",
    "2026",
    "Jan",
    "Feb",
    "29",
    "easter",
    "sunrise",
    "sunset",
    "+",
    "[1]",
    "[-1]",
    "/2",
    "(",
    ")",
    "9999",
    "days",
]
OSM = st.lists(st.sampled_from(OSM_WORDS), max_size=12).map(" ".join)


@pytest.mark.django_db
@often
@given(st.tuples(TOWNS, odd).map(" ".join) | odd)
def test_place_lookup_survives_any_text(text):
    answer = look_up(text)

    assert isinstance(answer, LookupResult)
    assert (answer.place is None) == (answer.problem is not None)
    assert all(isinstance(place, Place) for place in autocomplete_places(text))


@often
@given(OSM | odd)
def test_hours_survive_any_text(text):
    try:
        spec = validate_hours(text)
    except InvalidHours:
        return
    hours = Hours(spec, "America/Denver")
    hours.status(AT)
    # Unknown hours have no week table.
    assert len(hours.week(AT)) == (7 if spec else 0)
    weekly_hours_form.parse_week(spec)


@often
@given(odd)
def test_day_field_survives_any_text(text):
    try:
        spans = weekly_hours_form.parse_day(text)
    except weekly_hours_form.InvalidSpan:
        return
    times = [time for span in spans for time in span]
    assert all(re.fullmatch(r"\d\d:\d\d", time) for time in times)


@often
@given(st.text(alphabet="+0123456789()- .x;=tel:", max_size=40) | odd)
def test_phone_survives_any_text(text):
    number = to_python(text)

    if number and number.is_valid():
        assert re.fullmatch(r"\+[0-9]{7,15}", number.as_e164)


@pytest.mark.django_db
@often
@given(st.lists(st.sampled_from(["Montana", "Wyoming: Park"]) | odd, max_size=3))
def test_service_areas_survive_any_text(parts):
    text = "\n".join(parts)
    try:
        found = service_areas.from_text(text)
    except service_areas.UnknownArea:
        return
    assert {p.pk for p in service_areas.from_text(service_areas.to_text(found))} == {
        p.pk for p in found
    }


@often
@given(st.lists(odd, min_size=1, max_size=4).map(" | ".join))
def test_guide_links_survive_any_text(text):
    for read in (link_lines.parse_searches, link_lines.parse_sources):
        try:
            read(text)
        except ValidationError:
            continue


@often
@given(
    st.lists(
        st.sampled_from(["[a](", ")", "**", "# ", "- ", "<", "&", "\\"]) | odd
    ).map("".join)
)
def test_markdown_produces_allowed_tags_only(text):
    html = str(markdown.render(text))

    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z!?][\w-]*)", html))
    assert tags <= set(TAGS)
    for address in re.findall(r'href="([^"]*)"', html):
        # "[a]()" links to the page itself, which is harmless.
        assert not address or re.match(
            r"/(?![/\\])|#|https?:|tel:|sms:|mailto:", address
        )


@often
@given(st.binary(max_size=300) | odd.map(str.encode))
def test_csv_reader_survives_any_bytes(content):
    try:
        rows = read_rows(read_content(content).text, frozenset({"key"}))
    except FileError:
        return
    assert all(isinstance(cell, str) for row in rows for cell in row.values())


CELLS = st.sampled_from([*FORMULA_SIGNS, "\0", "\0=", " =", "\n=", "'=", '"=']).flatmap(
    lambda sign: odd.map(lambda text: sign + text)
)


@often
@given(CELLS | odd | st.lists(CELLS, max_size=2))
def test_exported_cell_is_no_formula(cell):
    text = format_cell(cell)

    assert not text.startswith(("=", "+", "-", "@", "\t", "\r", "\0"))
    assert "\0" not in text


@often
@given(odd | st.text(alphabet=":form0123456789abcXYZ-_", max_size=60))
def test_only_signed_form_tokens_are_accepted(text):
    form = AnonymousForm({"stamp": text})
    form.is_valid()
    request = _from("127.0.0.1", Origin="http://testserver")

    assert form.rejection_reason(request) != ""
    assert SIGNER.sign("form") != text


def _from(address, **headers):
    return RequestFactory().post("/suggest/", headers=headers, REMOTE_ADDR=address)


@often
@given(odd.filter(lambda text: text.isprintable()))
def test_client_network_survives_any_address(text):
    found = client_network(_from(text))

    assert found is None or is_public(found) in (True, False)


@often
@given(odd)
def test_page_and_row_numbers_survive_any_text(text):
    params = QueryDict(mutable=True)
    params["page"] = text

    assert 1 <= page_number(params) < 100_000
    number = parse_row_id(text)
    assert number is None or 0 <= number < 2**63


@pytest.mark.django_db
@often
@given(
    st.dictionaries(
        st.sampled_from(
            ["near", "state", "lat", "lon", "radius", "open_now", "q", "page"]
        ),
        st.lists(odd, max_size=3),
    )
)
def test_find_form_survives_any_parameters(values):
    params = QueryDict(mutable=True)
    for name, several in values.items():
        params.setlist(name, several)
    form = FindForm(params)
    form.is_valid()

    assert form.place is None or isinstance(form.place, Place)
    assert isinstance(form.problem, str)


@pytest.mark.django_db
@often
@given(odd, odd)
def test_contact_card_has_no_injected_line(name, city):
    listing = Organization(name=name, city=city, state="MT", phone="+14065550101")
    card = build_vcard(listing, "https://example.org/orgs/x/")

    known = "BEGIN VERSION FN N ORG TEL;TYPE=VOICE ADR;TYPE=WORK NOTE UID END"
    for line in card.split("\r\n")[:-1]:
        assert line.startswith(" ") or line.partition(":")[0] in known.split()
