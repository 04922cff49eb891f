"""The analytics resource: streak, today and the heatmap, always cut at the person's own midnights."""

from __future__ import annotations

from flask import Blueprint

from storage import users
from web.api.endpoint import endpoint
from web.api.views import HeatmapDay, Overview
from web.auth import me, require_user
from web.context import now, services
from web.errors import not_found
from web.limits import ANALYTICS, limiter
from web.today import numbers

blueprint = Blueprint("analytics", __name__)
blueprint.before_request(require_user)
limiter.limit(ANALYTICS)(blueprint)


@blueprint.get("/analytics/overview")
@endpoint("Streak, today's completion and the last twelve weeks", answer=Overview)
def overview() -> Overview:
    with services().database.session(me()) as session:
        user = users.get_user(session, me())
        if user is None:
            raise not_found()
        day = numbers(session, user.id, user.timezone, now())
    return Overview(
        streak_days=day.streak_days,
        today_completion_pct=day.completion_pct,
        today_done=day.today.completed,
        today_total=day.today.total,
        heatmap=[HeatmapDay(day=one.day, completed=one.completed, total=one.total) for one in day.heatmap],
    )
