"""The admin of meetings."""

from __future__ import annotations

from meetings.admin.meeting_admin import MeetingAdmin

__all__ = ["MeetingAdmin"]
