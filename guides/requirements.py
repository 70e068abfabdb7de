"""The requirements of a credential in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guides.models import Credential


@dataclass(frozen=True)
class Requirement:
    """One requirement; `words` is "" if no source gives it."""

    label: str
    words: str
    # True for text of the source, which is in English on every page.
    is_quoted: bool = False


@dataclass(frozen=True)
class ComparisonRow:
    """One requirement of the credentials of two states."""

    label: str
    columns: tuple[
        list[tuple[Credential, Requirement]], list[tuple[Credential, Requirement]]
    ]


def list_requirements(credential: Credential) -> list[Requirement]:
    """Return all requirements in a fixed order."""
    return [
        Requirement(_("Training"), _hours_text(credential.training_hours)),
        Requirement(_("Work or volunteering"), _hours_text(credential.work_hours)),
        Requirement(_("With supervision"), _hours_text(credential.supervision_hours)),
        Requirement(_("Exam"), _yes_no_text(credential.exam_required)),
        Requirement(
            _("Lived experience"), _yes_no_text(credential.lived_experience_required)
        ),
        Requirement(
            _("Time in recovery"), credential.min_recovery_time, is_quoted=True
        ),
        Requirement(_("Age"), _age_text(credential.min_age)),
        Requirement(_("Education"), credential.education, is_quoted=True),
        Requirement(
            _("Learning afterwards"), credential.continuing_education, is_quoted=True
        ),
        Requirement(_("Medicaid can pay"), _yes_no_text(credential.medicaid_billable)),
    ]


def compare(
    one: Iterable[Credential], other: Iterable[Credential]
) -> list[ComparisonRow]:
    """Compare the credentials of two states, one row for each requirement."""
    columns = [[(c, list_requirements(c)) for c in state] for state in (one, other)]
    labels = [fact.label for fact in list_requirements(Credential())]
    return [
        ComparisonRow(
            label,
            (
                [(credential, facts[row]) for credential, facts in columns[0]],
                [(credential, facts[row]) for credential, facts in columns[1]],
            ),
        )
        for row, label in enumerate(labels)
    ]


def group_by_state(
    credentials: Iterable[Credential],
) -> list[tuple[str, list[Credential]]]:
    """Return pairs of a state's name and its credentials, by name."""
    states: dict[str, list[Credential]] = {}
    for credential in credentials:
        states.setdefault(credential.state_name, []).append(credential)
    return sorted(states.items())


def _hours_text(number: int | None) -> str:
    if number is None:
        return ""
    return ngettext("%(count)s hour", "%(count)s hours", number) % {
        "count": f"{number:,}"
    }


def _age_text(years: int | None) -> str:
    return "" if years is None else _("%(years)s or older") % {"years": years}


def _yes_no_text(value: bool | None) -> str:
    if value is None:
        return ""
    return _("Yes") if value else _("No")
