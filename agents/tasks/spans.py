"""Which days behind them somebody asks about: "this month", "last week"; seven days when they name none."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DAY = timedelta(days=1)
_THIS_MONTH = re.compile(r"\bthis month\b", re.I)
_LAST_MONTH = re.compile(r"\blast month\b", re.I)
_A_MONTH = re.compile(r"\bmonth\b|\b(?:30|thirty) days\b|\b(?:four|4) weeks\b", re.I)
_TODAY = re.compile(r"\btoday\b", re.I)


def asked_span(text: str, today: date) -> tuple[date, date, str]:
    """The first and the last local day, and what to call them: "in the last seven days"."""
    first_of_month = today.replace(day=1)
    if _TODAY.search(text):
        return today, today, "today"
    if _THIS_MONTH.search(text):
        return first_of_month, today, "this month"
    if _LAST_MONTH.search(text):
        last = first_of_month - _DAY
        return last.replace(day=1), last, f"in {last:%B}"
    if _A_MONTH.search(text):
        return today - 29 * _DAY, today, "in the last thirty days"
    return today - 6 * _DAY, today, "in the last seven days"
