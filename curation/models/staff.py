"""Rows about members of the staff."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CuratorProfile(models.Model):
    """The settings of a member of the staff. A state curator is limited to `states`."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="curator_profile",
    )
    states = models.ManyToManyField(
        "places.Place",
        verbose_name=_("states"),
        limit_choices_to={"kind": "state"},
        blank=True,
        related_name="+",
    )
    wants_digest = models.BooleanField(_("weekly e-mail of what is due"), default=True)

    class Meta:
        verbose_name = _("curator profile")
        verbose_name_plural = _("curator profiles")
        permissions = [
            ("check_listing", _("May record checks")),
            ("publish_listing", _("May publish and close listings")),
            ("decide_suggestion", _("May accept and decline suggestions")),
            ("propose_change", _("May propose changes and checks")),
            ("import_listings", _("May import and undo imports")),
            ("export_listings", _("May export listings")),
            ("merge_listings", _("May merge listings")),
            ("see_withheld", _("May see withheld streets")),
        ]

    def __str__(self) -> str:
        return str(self.user)


class UnsentForm(models.Model):
    """A form that was sent after its session had ended: see curation.unsent_forms."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    path = models.CharField(max_length=300)
    # The fields, encrypted for this user.
    content = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "path"], name="unsent_form_once"),
        ]

    def __str__(self) -> str:
        return self.path
