"""The demo resource: what a phone that knows where it is would tell."""

from __future__ import annotations

from flask import Blueprint

from reminders.places import arrive
from storage.database import lock_person
from web.api.endpoint import endpoint
from web.api.views import TaskList, TaskView
from web.auth import me, require_user
from web.context import now, services

blueprint = Blueprint("demo", __name__)
blueprint.before_request(require_user)


@blueprint.post("/demo/trigger-location")
@endpoint("Reach every place that a task waits for: each begins its reminders now", answer=TaskList)
def trigger_location() -> TaskList:
    with services().database.session(me()) as session:
        lock_person(session, me())
        return TaskList(tasks=[TaskView.of(task) for task in arrive(session, me(), now())])
