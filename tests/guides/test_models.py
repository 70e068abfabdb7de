"""What cannot be said of a guide or a credential."""

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
def test_a_published_guide_speaks_both_languages(missing):
    guide(**{missing: "", "status": Guide.Status.DRAFT})

    with pytest.raises(IntegrityError, match="guide_published_in_both_languages"):
        guide(**{missing: ""})


@pytest.mark.parametrize(
    ("on", "by", "allowed"),
    [(None, "", True), (TODAY, "Ada", True), (TODAY, "", False), (None, "Ada", False)],
)
def test_a_review_has_its_day_and_its_reviewer_or_neither(on, by, allowed):
    if allowed:
        assert guide(reviewed_on=on, reviewed_by=by).pk
        return
    with pytest.raises(IntegrityError, match="guide_review_on_and_by_together"):
        guide(reviewed_on=on, reviewed_by=by)


def test_a_credential_is_of_a_state_we_know():
    assert credential(state="PR").state_name == "Puerto Rico"

    with pytest.raises(IntegrityError, match="credential_state_known"):
        credential(state="ZZ")


def test_a_credentials_check_has_its_day_and_its_person_or_neither():
    ada = person("ada")
    assert credential(checked_on=TODAY, checked_by=ada).pk

    for half in ({"checked_on": TODAY}, {"checked_by": ada}):
        with (
            pytest.raises(IntegrityError, match="credential_check_on_and_by_together"),
            transaction.atomic(),
        ):
            credential(**half)


def test_a_guide_is_said_in_the_readers_language():
    made = guide(title="Calling", title_es="Llamar")

    assert str(made) == "Calling"
    with translation.override("es"):
        assert str(made) == "Llamar"


def test_a_guide_is_found_by_words_of_either_language():
    found = guide(title="Coming home", body_es="Volver de la cárcel.")
    guide(title="Veterans")
    guide(title="Home of a draft", status=Guide.Status.DRAFT)

    public = Guide.objects.public()
    assert list(public.matching("home coming")) == [found]
    assert list(public.matching("carcel")) == [found]


def test_lines_that_cannot_be_read_are_named_beside_their_field():
    bad = Guide(searches="Groups | find", sources="A name | not an address")

    with pytest.raises(ValidationError) as refused:
        bad.clean()

    assert set(refused.value.message_dict) == {"searches", "sources"}
    assert "Groups | find" in refused.value.message_dict["searches"][0]


def test_experience_of_both_kinds_fits_either():
    both = credential(focus="both")
    mental = credential(focus="mental_health")
    family = credential(focus="family")

    assert set(Credential.objects.about("mental_health")) == {both, mental}
    assert set(Credential.objects.about("family")) == {family}


def test_what_is_no_longer_offered_is_not_public():
    credential(status=Credential.Status.ENDED)
    planned = credential(status=Credential.Status.PLANNED)

    assert list(Credential.objects.public()) == [planned]
