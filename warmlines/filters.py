"""The filters of warmlines."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from listings.filters import (
    AudienceFilter,
    MultiValueFilter,
    checkbox_filter,
    fixed_choices,
)
from listings.phones import is_reachable_if_deaf
from warmlines.models import Warmline


class LineFilter(AudienceFilter):
    """A line has to match every filter. What is not known does not match."""

    how = MultiValueFilter(_("How"), fixed_choices([("text", _("By text or chat"))]))
    peers = checkbox_filter(_("Answered by peers"))
    asks_first = checkbox_filter(_("Won’t call the police without asking you"))
    tty = checkbox_filter(_("Has a TTY or videophone number"))


def filter_values(warmline: Warmline, name: str) -> set[str]:
    """Return the values of one filter that the line has."""
    if name == "how":
        has_text = warmline.sms_number or warmline.chat_url
        return {"text"} if has_text else set()
    flags = {
        "peers": warmline.answered_by_peers is True,
        "asks_first": warmline.may_send_emergency is False,
        "tty": is_reachable_if_deaf(warmline.tty, warmline.videophone),
    }
    if name in flags:
        return {"1"} if flags[name] else set()
    return {term.slug for term in warmline.terms_of_kind(name)}
