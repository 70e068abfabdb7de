"""Crisis lines are imported, checked by curators and shown in order."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth import get_user_model
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from listings.crisis.lines import essential_lines, lines_for_kinds, visible_crisis_lines
from listings.crisis.models import CrisisKind, CrisisLine, CrisisPhrase
from listings.exchange.csv_rows import FileError
from listings.exchange.workflow import import_text
from tests.conftest import ROOT
from tests.listings.crisis.conftest import file_rows

# A Monday at noon in the East, and the night after.
NOON = datetime(2026, 11, 30, 17, tzinfo=UTC)
NIGHT = datetime(2026, 12, 1, 8, tzinfo=UTC)
# The line to show first for each kind, by day.
FIRST = {
    "emergency": "crisis:911",
    "suicide": "crisis:988-lifeline",
    "self_harm": "crisis:988-lifeline",
    "overdose": "crisis:911",
    "poison": "crisis:poison-help",
    "substance_use": "crisis:988-lifeline",
    "eating": "crisis:988-lifeline",
    "violence": "crisis:domestic-violence-hotline",
    "sexual_assault": "crisis:rainn",
    "child_abuse": "crisis:childhelp",
    "elder_abuse": "crisis:eldercare-locator",
    "trafficking": "crisis:human-trafficking-hotline",
    "runaway_youth": "crisis:runaway-safeline",
    "lgbtq_youth": "crisis:trevor-project",
    "trans": "crisis:988-lifeline",
    "maternal": "crisis:maternal-mental-health",
    "veterans": "crisis:veterans-crisis-line",
    "native": "crisis:stronghearts",
    "harm_to_others": "crisis:988-lifeline",
    # Its own line is held back until a curator has tried it.
    "disaster": "crisis:988-lifeline",
}
# Under "Try these first" in the README of the data.
UNTRIED = (
    "sms:64673",
    "678678",
    "chat.988lifeline.org",
    "hotline.rainn.org",
    "800-484-3731",
    "HOLA",
    "435748",
    "66008",
    "985-5990",
    "484-2846",
    "from a videophone. TTY: relay",
)


def lines_file(**changes):
    """Return the shipped file with some cells of the row of 988 changed."""
    rows = file_rows("crisis_lines.csv")
    rows[0] |= changes
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def rendered(source, **context):
    return Template("{% load crisis %}" + source).render(Context(context))


@pytest.mark.usefixtures("crisis")
def test_shipped_files_are_imported_completely():
    assert CrisisLine.objects.count() == 23
    assert CrisisPhrase.objects.count() == 1712
    lifeline = CrisisLine.objects.get(key="crisis:988-lifeline")
    row = file_rows("crisis_lines.csv")[0]
    for name in row.keys() - {"order", "note"}:
        assert getattr(lifeline, name) == row[name]
    assert (lifeline.order, lifeline.internal_note) == (10, row["note"])
    assert lifeline.history.count() == 1


@pytest.mark.usefixtures("crisis")
def test_second_import_of_crisis_files_changes_nothing():
    text = (ROOT / "fixtures/crisis_lines.csv").read_text(encoding="utf-8")

    report = import_text("crisis_lines", text)

    assert (report.added, report.changed, report.unchanged) == (0, 0, 23)


@pytest.mark.usefixtures("crisis")
def test_newer_file_does_not_change_a_checked_line(django_user_model):
    curator = django_user_model.objects.create(username="ann")
    lifeline = CrisisLine.objects.get(key="crisis:988-lifeline")
    lifeline.mark_checked(on=date(2026, 11, 30), by=curator)

    report = import_text("crisis_lines", lines_file(name="Another name", order="11"))

    lifeline.refresh_from_db()
    assert (lifeline.name, lifeline.order) == ("988 Suicide & Crisis Lifeline", 10)
    assert len(report.protected) == 2


@pytest.mark.usefixtures("crisis")
def test_newer_file_changes_an_unchecked_line_and_leaves_untried_facts_hidden():
    import_text("crisis_lines", lines_file(name="Another name"))

    lifeline = CrisisLine.objects.get(key="crisis:988-lifeline")
    assert lifeline.name == "Another name"
    assert lifeline.untried == ["chat_url", "tty_or_asl"]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["crisis_lines", "crisis_phrases"])
def test_unknown_column_is_an_error(kind):
    name = {"crisis_lines": "crisis_lines", "crisis_phrases": "trigger_words"}[kind]
    text = (ROOT / f"fixtures/{name}.csv").read_text(encoding="utf-8")
    header, rest = text.split("\n", 1)
    text = f"{header.strip()},whatsapp\n{rest}"

    with pytest.raises(FileError, match="whatsapp"):
        import_text(kind, text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("phone", "12345"),
        ("text_number", "one two three"),
        ("for_what", "suicide;loneliness"),
        ("languages", "en;klingon"),
        ("hours", "always"),
        ("timezone", "Mars/Olympus"),
        ("order", "first"),
        ("name_es", ""),
        ("source_seen", "yesterday"),
    ],
)
def test_invalid_cell_refuses_only_its_row(cell, value):
    CrisisLine.objects.all().delete()

    report = import_text("crisis_lines", lines_file(**{cell: value}))

    assert report.added == 22
    assert [number for number, _words in report.refused] == [2]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "value"),
    [("level", "loud"), ("match", "fuzzy"), ("for_what", "sadness"), ("phrase", "…")],
)
def test_a_phrase_with_an_unknown_word_is_refused(cell, value):
    row = {
        "key": "trigger:test",
        "for_what": "suicide",
        "language": "en",
        "phrase": "test words",
        "level": "first",
        "match": "phrase",
        "note": "",
    }
    row[cell] = value

    text = f"{','.join(row)}\n{','.join(row.values())}\n"
    report = import_text("crisis_phrases", text)

    assert len(report.refused) == 1


@pytest.mark.usefixtures("crisis")
@pytest.mark.parametrize("kind", CrisisKind.values)
def test_the_right_line_comes_first_for_each_kind(kind):
    # Trans Lifeline opens at 10 am Pacific, in an hour, so 988 comes before it.
    found = lines_for_kinds([kind], visible_crisis_lines(NOON))

    assert found[0].key == FIRST[kind]


@pytest.mark.usefixtures("crisis")
@pytest.mark.parametrize("kind", ["trans", "elder_abuse"])
def test_988_comes_first_when_no_line_answers(kind):
    found = lines_for_kinds([kind], visible_crisis_lines(NIGHT))

    assert found[0].key == "crisis:988-lifeline"
    assert len(found) > 1


@pytest.mark.usefixtures("crisis")
def test_who_the_visitor_is_adds_a_line_after_the_first():
    found = lines_for_kinds(["suicide"], visible_crisis_lines(NOON), ["veterans"])

    assert [line.key for line in found[:2]] == [
        "crisis:988-lifeline",
        "crisis:veterans-crisis-line",
    ]


@pytest.mark.usefixtures("crisis")
def test_untried_facts_are_hidden():
    shown = rendered(
        "{% for kind in kinds %}{% crisis_lines kind %}{% endfor %}",
        kinds=CrisisKind.values,
    )

    assert "1-800-656-4673" in shown
    for words in UNTRIED:
        assert words not in shown


@pytest.mark.usefixtures("crisis")
def test_check_shows_untried_facts(django_user_model):
    curator = django_user_model.objects.create(username="ann")
    rainn = CrisisLine.objects.get(key="crisis:rainn")
    rainn.mark_checked(on=date(2026, 11, 30), by=curator)

    shown = rendered('{% crisis_lines "sexual_assault" %}')

    assert 'href="sms:64673?&amp;body=HOPE"' in shown
    assert shown.count("Not yet checked") == 2


@pytest.mark.usefixtures("crisis")
def test_988_and_911_need_no_check_and_the_others_say_so():
    shown = rendered('{% crisis_lines "overdose" "suicide" %}')

    parts = shown.split("data-crisis-line=")[1:]
    assert len(parts) == 5
    for part in parts:
        trusted = part.startswith(('"crisis:911"', '"crisis:988-lifeline"'))
        assert ("Not yet checked" in part) is not trusted


@pytest.mark.usefixtures("crisis")
def test_a_line_that_is_turned_off_is_not_shown():
    CrisisLine.objects.get(key="crisis:stronghearts").delete()
    line = CrisisLine.objects.get(key="crisis:love-is-respect")
    line.is_active = False
    line.save()

    keys = [
        line.key for line in lines_for_kinds(["violence"], visible_crisis_lines(NOON))
    ]

    assert keys == [
        "crisis:domestic-violence-hotline",
        "crisis:deaf-hotline",
    ]


@pytest.mark.usefixtures("crisis")
def test_print_has_988_911_and_a_few_others():
    lines = essential_lines(NOON)

    assert [line.key for line in lines[:2]] == ["crisis:988-lifeline", "crisis:911"]
    assert "crisis:domestic-violence-hotline" in [line.key for line in lines]
    assert len(lines) < 10
    assert all(line.phone for line in lines)


@pytest.mark.usefixtures("crisis")
def test_spanish_page_says_how_to_reach_988_in_spanish():
    with translation.override("es"):
        shown = rendered('{% crisis_lines "suicide" %}')

    assert "oprima 2" in shown
    assert 'href="sms:988?&amp;body=AYUDA"' in shown
    assert "988 Línea de Prevención del Suicidio y Crisis" in shown


@pytest.mark.usefixtures("crisis")
def test_every_word_of_the_shipped_lines_has_its_translation():
    with translation.override("es"):
        for kind in CrisisKind.values:
            shown = rendered("{% crisis_lines kind %}", kind=kind)
            assert "en inglés)" not in shown


@pytest.mark.usefixtures("crisis")
def test_text_of_a_curator_is_marked_as_english_in_spanish():
    line = CrisisLine.objects.get(key="crisis:rainn")
    line.how_in_spanish = "Ask for Maria"
    line.save()

    with translation.override("es"):
        shown = rendered('{% crisis_lines "sexual_assault" %}')

    assert '<span lang="en">Ask for Maria</span> (en inglés)' in shown


@pytest.mark.usefixtures("crisis")
def test_curator_checks_lines_in_the_admin(admin_client):
    line = CrisisLine.objects.get(key="crisis:never-use-alone")
    assert line.untried == ["phone"]

    admin_client.post(
        reverse("admin:listings_crisisline_changelist"),
        {"action": "mark_checked", "_selected_action": [line.pk]},
    )

    line.refresh_from_db()
    assert line.untried == []
    assert line.checked_by == get_user_model().objects.get(username="admin")
    assert not line.needs_check
    assert line.history.first().history_change_reason == "check"


@pytest.mark.usefixtures("crisis")
@pytest.mark.parametrize("model", [CrisisLine, CrisisPhrase])
def test_admin_has_list_form_and_history_of_crisis_models(admin_client, model):
    name = f"admin:listings_{model._meta.model_name}"
    row = model.objects.first()

    for page in (
        reverse(f"{name}_changelist"),
        reverse(f"{name}_change", args=[row.pk]),
        reverse(f"{name}_history", args=[row.pk]),
    ):
        assert admin_client.get(page).status_code == 200, page


@pytest.mark.usefixtures("crisis")
def test_check_of_a_line_needs_permission(client, django_user_model):
    reader = django_user_model.objects.create(username="rob", is_staff=True)
    line = CrisisLine.objects.get(key="crisis:rainn")
    client.force_login(reader)

    client.post(
        reverse("admin:listings_crisisline_changelist"),
        {"action": "mark_checked", "_selected_action": [line.pk]},
    )

    line.refresh_from_db()
    assert line.checked_on is None


@pytest.mark.usefixtures("crisis")
def test_lines_that_look_right_for_an_overdose_say_whom_they_are_for():
    shown = rendered('{% crisis_lines "overdose" %}')

    safespot = shown.split('data-crisis-line="crisis:safespot"')[1]
    assert "not for an overdose that is happening now" in safespot


@pytest.mark.usefixtures("crisis")
def test_every_line_but_988_and_911_says_whom_it_is_for():
    for line in CrisisLine.objects.exclude(
        key__in=["crisis:988-lifeline", "crisis:911"]
    ):
        assert line.for_whom, line.key


@pytest.mark.usefixtures("crisis")
def test_a_spanish_page_says_which_lines_answer_in_english_only():
    with translation.override("es"):
        shown = rendered('{% crisis_lines "overdose" "suicide" %}')
    parts = {part[: part.index('"')]: part for part in shown.split('line="crisis:')[1:]}

    assert "Solo en inglés." in parts["safespot"]
    for key in ("988-lifeline", "911", "poison-help"):
        assert "Solo en inglés." not in parts[key]
    assert "In English only" not in rendered('{% crisis_lines "overdose" %}')


@pytest.mark.usefixtures("crisis")
def test_911_has_no_hours_and_no_button_for_texts_and_988_is_open_24_hours():
    shown = rendered('{% crisis_lines "overdose" "suicide" %}')
    emergency, *_others, lifeline, _text_line = shown.split("data-crisis-line=")[1:]

    assert "Text 911 works in some places." in emergency
    assert "sms:911" not in emergency
    assert "Open" not in emergency
    assert "Open 24 hours." in lifeline
    assert "sms:911" not in rendered("{% essential_crisis_lines %}")
