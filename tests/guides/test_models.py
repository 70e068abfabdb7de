"""Constraints of guides and credentials, and their languages."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from guides.models import Credential, Guide
from tests.factories import credential, guide, person

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()


@pytest.mark.parametrize("missing", ["title_es", "summary_es", "body_es", "body"])
def test_published_guide_needs_both_languages(missing):
    guide(**{missing: "", "status": Guide.Status.DRAFT})

    with pytest.raises(IntegrityError, match="guide_published_in_both_languages"):
        guide(**{missing: ""})


@pytest.mark.parametrize(
    ("on", "by", "allowed"),
    [(None, "", True), (TODAY, "Ada", True), (TODAY, "", False), (None, "Ada", False)],
)
def test_review_needs_both_a_day_and_a_reviewer(on, by, allowed):
    if allowed:
        assert guide(reviewed_on=on, reviewed_by=by).pk
        return
    with pytest.raises(IntegrityError, match="guide_review_on_and_by_together"):
        guide(reviewed_on=on, reviewed_by=by)


def test_credential_needs_a_known_state():
    assert credential(state="PR").state_name == "Puerto Rico"

    with pytest.raises(IntegrityError, match="credential_state_known"):
        credential(state="ZZ")


def test_credential_check_needs_both_a_day_and_a_person():
    ada = person("ada")
    assert credential(checked_on=TODAY, checked_by=ada).pk

    for half in ({"checked_on": TODAY}, {"checked_by": ada}):
        with (
            pytest.raises(IntegrityError, match="credential_check_on_and_by_together"),
            transaction.atomic(),
        ):
            credential(**half)


def test_guide_is_shown_in_the_current_language():
    created = guide(title="Calling", title_es="Llamar")

    assert str(created) == "Calling"
    with translation.override("es"):
        assert str(created) == "Llamar"


def test_guide_is_found_by_words_in_either_language():
    found = guide(title="Coming home", body_es="Volver de la cárcel.")
    guide(title="Veterans")
    guide(title="Home of a draft", status=Guide.Status.DRAFT)

    public = Guide.objects.public()
    assert list(public.matching("home coming")) == [found]
    assert list(public.matching("carcel")) == [found]


def test_invalid_links_are_reported_at_their_field():
    bad = Guide(searches="Groups | find", sources="A name | not an address")

    with pytest.raises(ValidationError) as refused:
        bad.clean()

    assert set(refused.value.message_dict) == {"searches", "sources"}
    assert "Groups | find" in refused.value.message_dict["searches"][0]


def test_credential_for_both_kinds_of_experience_matches_either():
    both = credential(focus="both")
    mental = credential(focus="mental_health")
    family = credential(focus="family")

    assert set(Credential.objects.for_focus("mental_health")) == {both, mental}
    assert set(Credential.objects.for_focus("family")) == {family}


def test_ended_credential_is_not_public():
    credential(status=Credential.Status.ENDED)
    planned = credential(status=Credential.Status.PLANNED)

    assert list(Credential.objects.public()) == [planned]
