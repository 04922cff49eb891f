"""What a person may change about their account over the API, and within which bounds."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field, field_validator

from web.api.endpoint import Fields

_PREFERENCES = {"reminder_lead_minutes", "escalation_window_minutes", "morning_brief", "evening_review"}


class AccountChange(Fields):
    """Minutes may be decimals; null brings back the installation's own. Weekdays are ISO: 1 is Monday, 7 Sunday.

    A new time zone leaves every task at its moment and cuts the days anew.
    """

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    reminder_lead_minutes: float | None = Field(default=None, ge=0, le=1440)
    escalation_window_minutes: float | None = Field(default=None, gt=0, le=240)
    morning_brief: bool | None = None
    evening_review: bool | None = None
    week_starts_on: int | None = Field(default=None, ge=1, le=7)
    timezone: str | None = Field(default=None, max_length=64)

    @field_validator("morning_brief", "evening_review", "week_starts_on", "timezone", mode="before")
    @classmethod
    def _said(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("cannot be null")
        return value

    def preferences(self) -> dict[str, Any]:
        """The fields of storage.profile.Preferences that were given."""
        return {name: getattr(self, name) for name in sorted(self.model_fields_set & _PREFERENCES)}
