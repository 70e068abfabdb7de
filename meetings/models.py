"""The catalog of meetings: groups that meet at set times."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar, Self

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from listings.holidays import holiday_name
from listings.located import AddressedListing
from listings.models import Listing
from listings.querysets import ListingQuerySet
from listings.removals import RemovalRequest
from meetings import schedule
from meetings.schedule import InvalidSchedule, Schedule, next_starts
from orgs.models import Organization
from places.nearest import LocatedQuerySet

# After so many days a group may have moved or ended.
STALE_AFTER_DAYS = 90
# The parts of a recurrence rule that end it, or leave its week unknown.
MAY_HAVE_ENDED = ("UNTIL=", "COUNT=", "INTERVAL=", "YEARLY")
MAX_MINUTES = 24 * 60
# The field of each way to take part, by its name in query parameters.
WAY_FIELDS = {
    "in_person": "in_person",
    "online": "online",
    "phone": "by_phone",
    "text": "by_text",
}
WAY_LABELS = {
    "in_person": _("In person"),
    "online": _("Online"),
    "phone": _("By phone"),
    "text": _("Text chat"),
}


# Both parents define as_manager(); the first one is used.
class MeetingQuerySet(  # type: ignore[override]
    ListingQuerySet["Meeting"], LocatedQuerySet["Meeting"]
):
    def public(self) -> Self:
        """Public meetings, except those of an organization that is not public."""
        of_public = Q(organization__status__in=Listing.PUBLIC_STATUSES)
        return super().public().filter(Q(organization=None) | of_public)

    def without_next_date(self, on: date) -> Self:
        """Published meetings that have ended, or whose week is unknown."""
        # Any other rule goes on without an end. SQLite raises an error for a regular
        # expression if the text of any row cannot be decoded.
        limited = Q()
        for part in MAY_HAVE_ENDED:
            limited |= Q(rules__contains=part)
        only_dates = Q(rules="") & ~Q(extra_dates="")
        status = Listing.Status.PUBLISHED
        rows = self.filter(limited | only_dates, status=status).order_by("slug")
        begins = datetime.combine(on, time(), tzinfo=UTC)
        ended = [
            row.pk
            for row in rows
            if row.schedule is None or not next_starts(row.schedule, begins, 1)
        ]
        return rows.filter(pk__in=ended)

    def for_cards(self) -> Self:
        return super().for_cards().select_related("organization", "county")

    def for_export(self) -> Self:
        return super().for_export().select_related("organization", "county")

    def may_have_ended(self, on: date) -> Self:
        """Public meetings that are stale on this day: see Meeting.is_stale."""
        limit = on - timedelta(days=STALE_AFTER_DAYS)
        is_whole_date: Exact[bool] = Exact(Length("source_seen"), len("2026-11-24"))
        seen_late = Q(is_whole_date, source_seen__gte=limit.isoformat())
        never_checked = Q(checked_on=None) & ~seen_late
        return self.public().filter(Q(checked_on__lt=limit) | never_checked)

    def in_states(self, codes: Iterable[str]) -> Self:
        return self.filter(state__in=list(codes))


class Meeting(AddressedListing):
    """A group that meets at set times online, by phone or in person."""

    class Joining(models.TextChoices):
        OPEN = "open", _("No sign-up needed")
        REGISTER = "register", _("Register first")
        WRITE = "write", _("Write to them first")
        CALL = "call", _("Call in")
        MEMBERS = "members", _("Members only")
        CLOSED = "closed", _("A closed group: ask first")
        SEE_PAGE = "page", _("See their page")

    catalog = "meeting"
    # People plan their evening around a meeting, and groups move.
    check_interval_days = STALE_AFTER_DAYS
    identifying_facts = ("city", "state", "rules", "start_time", "timezone")
    # All groups of a host share its phone and website.
    is_identified_by_contact = False
    importers = {"meetings": "meetings.importing.MeetingImporter"}
    facts = (
        *("name", "operator", "summary", "rules", "start_time", "duration_minutes"),
        *("timezone", "zone_inferred", "first_on", "extra_dates", "skipped_dates"),
        *(
            "skips_holidays",
            "schedule_note",
            "in_person",
            "online",
            "by_phone",
            "by_text",
            "venue",
        ),
        *("street", "city", "state", "zip_code", "address_withheld", "website"),
        *("phone", "join_code", "joining", "how_to_join", "open_to", "newcomers"),
        *(
            "terms",
            "sign_language",
            "captions",
            "cost",
            "wheelchair_access",
            "service_area_scope",
        ),
        *(
            "service_area",
            "service_area_note",
            "status",
            "closure_reason",
            "public_warning",
        ),
    )

    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organization"),
        on_delete=models.CASCADE,
        related_name="meetings",
        null=True,
        blank=True,
    )
    operator = models.CharField(
        _("operator"),
        max_length=200,
        blank=True,
        help_text=_("Who runs it, where that is no organization listed here."),
    )
    rules = models.TextField(
        _("rules"),
        blank=True,
        help_text=_("One RFC 5545 rule a line, like FREQ=WEEKLY;BYDAY=TH."),
    )
    start_time = models.CharField(
        _("begins at"), max_length=5, blank=True, help_text=_("Like 18:30.")
    )
    duration_minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_MINUTES)],
    )
    zone_inferred = models.BooleanField(
        _("time zone worked out by us"),
        default=False,
        help_text=_("The source does not name the zone."),
    )
    first_on = models.CharField(
        _("a day on which it met"),
        max_length=10,
        blank=True,
        help_text=_("Like 2026-12-03. “Every second week” needs it."),
    )
    extra_dates = models.TextField(_("extra dates"), blank=True)
    skipped_dates = models.TextField(
        _("dates without a meeting"),
        blank=True,
        help_text=_("Days like 2026-12-24, and breaks like 2026-12-20/2027-01-05."),
    )
    skips_holidays = models.BooleanField(
        _("no meeting on federal holidays"),
        default=False,
        help_text=_("Also on the weekday when a holiday on a weekend is observed."),
    )
    schedule_note = models.CharField(
        _("schedule, in words"),
        max_length=300,
        blank=True,
        help_text=_("What no rule can say. It is shown, and names no date."),
    )
    venue = models.CharField(
        _("building or room"), max_length=200, blank=True, default=""
    )
    by_text = models.BooleanField(_("by text chat"), null=True, blank=True)
    join_code = models.CharField(
        _("meeting ID or extension"), max_length=100, blank=True
    )
    joining = models.CharField(_("joining"), max_length=10, choices=Joining, blank=True)
    how_to_join = models.CharField(_("how to join"), max_length=300, blank=True)
    open_to = models.CharField(_("who may come, in words"), max_length=300, blank=True)
    newcomers = models.BooleanField(_("open to newcomers"), null=True, blank=True)
    sign_language = models.BooleanField(_("sign language"), null=True, blank=True)
    captions = models.BooleanField(_("captions"), null=True, blank=True)

    objects: ClassVar[MeetingQuerySet] = MeetingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(AddressedListing.Meta):
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            *AddressedListing.Meta.constraints,
            models.CheckConstraint(
                condition=Q(rules="", extra_dates="")
                | (~Q(start_time="") & ~Q(timezone="")),
                name="%(app_label)s_%(class)s_dates_have_time_and_zone",
                violation_error_message=_(
                    "Dates need a time like 18:30 and a time zone."
                ),
            ),
        ]

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Check the schedule here, because imports and forms both call this method."""
        super().clean_fields(exclude=exclude)
        errors = {}
        for name, read in SCHEDULE_PARSERS.items():
            try:
                read(getattr(self, name))
            except InvalidSchedule as error:
                errors[name] = [str(error)]
        if errors:
            raise ValidationError(errors)

    @property
    def is_public(self) -> bool:
        """False also if its organization is not public."""
        try:
            of_public = self.organization is None or self.organization.is_public
        except ObjectDoesNotExist:
            # The organization is missing, so it may have asked to be removed.
            return False
        return super().is_public and of_public

    def removal_requests(self) -> list[RemovalRequest]:
        found = super().removal_requests()
        if not found and self.organization and not self.organization.is_public:
            found = RemovalRequest.objects.matching(self.organization)
        return found

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.url_slug])

    def searchable_texts(self) -> list[str]:
        host = self.organization.name if self.organization else self.operator
        return [*super().searchable_texts(), host]

    @property
    def host_name(self) -> str:
        return self.organization.name if self.organization else self.operator

    @property
    def schedule(self) -> Schedule | None:
        """The parsed schedule, or None if it is invalid or has no dates."""
        zone = self.zone
        if zone is None or not self.start_time:
            return None
        try:
            anchor = schedule.parse_date(self.first_on) if self.first_on else None
            found = Schedule(
                zone=zone,
                start=schedule.parse_time(self.start_time),
                rules=schedule.parse_rules(self.rules, anchor),
                extra=schedule.expand_spans(schedule.parse_spans(self.extra_dates)),
                breaks=schedule.parse_spans(self.skipped_dates),
                is_holiday=holiday_name if self.skips_holidays else None,
            )
        except InvalidSchedule:
            return None
        return found if found.has_dates else None

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways to take part, as values of the query parameter `how`."""
        return tuple(way for way, name in WAY_FIELDS.items() if getattr(self, name))

    @property
    def ways_label(self) -> str:
        """The labels of the ways to take part, like "Online, By phone"."""
        return ", ".join(str(WAY_LABELS[way]) for way in self.ways)

    @property
    def last_known_on(self) -> date | None:
        """The last day on which someone saw or checked it; None is unknown."""
        if self.checked_on:
            return self.checked_on
        try:
            return date.fromisoformat(self.source_seen)
        except ValueError:
            return None

    def is_stale(self, on: date) -> bool:
        """Return True if nobody is known to have seen it for STALE_AFTER_DAYS."""
        limit = timedelta(days=STALE_AFTER_DAYS)
        return self.last_known_on is None or on - self.last_known_on > limit


def _optional(read: Callable[[str], object]) -> Callable[[str], object]:
    return lambda text: read(text) if text else None


SCHEDULE_PARSERS: dict[str, Callable[[str], object]] = {
    "rules": schedule.parse_rules,
    "start_time": _optional(schedule.parse_time),
    "first_on": _optional(schedule.parse_date),
    "extra_dates": lambda text: schedule.expand_spans(schedule.parse_spans(text)),
    "skipped_dates": schedule.parse_spans,
}
