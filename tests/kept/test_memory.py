"""What a worker keeps: once a version and language, no more than fits, and truly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.template import Context, Template
from django.utils import translation

from kept import version
from kept.memory import Shelf, apart, forget
from orgs import servers
from orgs.models import Organization
from places.lookup import look_up
from tests.factories import organization, place
from tests.kept.committing import commit

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 19, 20, tzinfo=UTC)


def test_a_thing_is_made_once_a_version_and_language():
    shelf, made = Shelf(10), []
    commit()

    def get():
        return shelf.get("key", lambda: made.append(1) or len(made))

    assert [get(), get()] == [1, 1]
    with translation.override("es"):
        assert get() == 2
    organization()
    assert [get(), get()] == [3, 4]
    commit()
    assert [get(), get()] == [5, 5]


def test_what_is_told_to_other_readers_is_kept_apart():
    shelf, made = Shelf(10), []
    commit()

    def get():
        return shelf.get("key", lambda: made.append(1) or len(made))

    with apart("a copy"):
        assert [get(), get()] == [1, 1]
    assert [get(), get()] == [2, 2]
    with apart("a copy"):
        assert get() == 1


def test_only_the_missing_are_made_and_the_longest_unasked_go():
    shelf, asked = Shelf(2), []
    commit()

    def make(keys):
        asked.append(keys)
        return {key: key.upper() for key in keys}

    assert shelf.take("ab", make) == {"a": "A", "b": "B"}
    assert shelf.take("ac", make) == {"a": "A", "c": "C"}
    assert shelf.take("ab", make) == {"a": "A", "b": "B"}
    assert asked == [["a", "b"], ["c"], ["b"]]
    forget()
    assert shelf.take("a", make) == {"a": "A"}
    assert asked[-1] == ["a"]


def test_a_part_of_a_template_is_made_once_for_each_key():
    source = "{% load kept %}{% kept part key %}{{ word }}{% endkept %}"
    commit()

    def say(key, word):
        return Template(source).render(Context({"key": key, "word": word}))

    assert [say(1, "one"), say(1, "other"), say(2, "two")] == ["one", "one", "two"]
    assert [say(None, "three"), say(None, "four")] == ["three", "four"]


@pytest.mark.usefixtures("starter")
@pytest.mark.parametrize(
    "path",
    [
        "/?x=1",
        "/es/?x=1",
        "/find/?near=59301",
        "/es/find/?near=59301",
        "/find/?near=10027&kind=cil&how=in_person",
        "/find/?near=McCone+County,+MT",
        "/find/?near=Montana",
        "/find/?near=59301&radius=100&page=2",
        "/find/?near=59301&q=independent",
        "/find/?q=independent+living",
        "/find/?near=Springfield",
        "/states/mt/?x=1",
        "/states/ny/?kind=recovery_community",
        "/online/?state=MT&x=1",
        "/warmlines/?x=1",
        "/warmlines/?near=59301&open_now=1",
        "/orgs/?x=1&kind=cil",
        "/centers-for-independent-living/?near=59301",
    ],
)
def test_a_page_of_kept_parts_is_the_page_made_anew(client, path):
    with time_machine.travel(NOON, tick=False):
        version.changed()
        anew = client.get(path).content
        commit()
        for other in ("/find/?near=59336", "/states/mt/", "/warmlines/?near=59336"):
            client.get(other)
        first, then = client.get(path).content, client.get(path).content

    assert first == anew
    assert then == anew


@pytest.mark.usefixtures("starter")
@pytest.mark.parametrize("typed", ["59301", "10027", "Miles City, MT", "96799"])
def test_who_serves_a_place_comes_in_the_databases_order(typed):
    spot = look_up(typed).place
    found = Organization.objects.public().serving_by_name(spot)

    assert servers.surest(servers.few(found), spot.point) == (
        found.surest_first(spot).hits()
    )


def test_more_servers_than_are_worth_keeping_are_left_to_the_database(monkeypatch):
    spot = place("59301")
    for _number in range(3):
        organization(at=spot)
    found = Organization.objects.public().serving_by_name(spot)

    monkeypatch.setattr(servers, "MOST", 2)
    assert servers.few(found) is None
