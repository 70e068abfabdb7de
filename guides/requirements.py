"""What a credential asks for, in words; a fact that no source gave is "not found"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guides.models import Credential


@dataclass(frozen=True)
class Fact:
    """One requirement; `words` is "" where it was not found."""

    label: str
    words: str
    # The source's own English, whatever the language of the page.
    is_quoted: bool = False


@dataclass(frozen=True)
class Compared:
    """One requirement in two states: (credential, fact) of each."""

    label: str
    columns: tuple[list[tuple[Credential, Fact]], list[tuple[Credential, Fact]]]


def requirements(credential: Credential) -> list[Fact]:
    """Every requirement, always in the same order."""
    return [
        Fact(_("Training"), _hours(credential.training_hours)),
        Fact(_("Work or volunteering"), _hours(credential.work_hours)),
        Fact(_("With supervision"), _hours(credential.supervision_hours)),
        Fact(_("Exam"), _answer(credential.exam_required)),
        Fact(_("Lived experience"), _answer(credential.lived_experience_required)),
        Fact(_("Time in recovery"), credential.min_recovery_time, is_quoted=True),
        Fact(_("Age"), _age(credential.min_age)),
        Fact(_("Education"), credential.education, is_quoted=True),
        Fact(_("Learning afterwards"), credential.continuing_education, is_quoted=True),
        Fact(_("Medicaid can pay"), _answer(credential.medicaid_billable)),
    ]


def compared(one: Iterable[Credential], other: Iterable[Credential]) -> list[Compared]:
    """Two states' credentials side by side, requirement by requirement."""
    columns = [[(c, requirements(c)) for c in state] for state in (one, other)]
    labels = [fact.label for fact in requirements(Credential())]
    return [
        Compared(
            label,
            (
                [(credential, facts[row]) for credential, facts in columns[0]],
                [(credential, facts[row]) for credential, facts in columns[1]],
            ),
        )
        for row, label in enumerate(labels)
    ]


def by_state(credentials: Iterable[Credential]) -> list[tuple[str, list[Credential]]]:
    """(state's name, its credentials), by name."""
    states: dict[str, list[Credential]] = {}
    for credential in credentials:
        states.setdefault(credential.state_name, []).append(credential)
    return sorted(states.items())


def _hours(number: int | None) -> str:
    if number is None:
        return ""
    return ngettext("%(count)s hour", "%(count)s hours", number) % {
        "count": f"{number:,}"
    }


def _age(years: int | None) -> str:
    return "" if years is None else _("%(years)s or older") % {"years": years}


def _answer(value: bool | None) -> str:
    if value is None:
        return ""
    return _("Yes") if value else _("No")
