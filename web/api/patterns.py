"""The patterns resource: what was learned about the person, which they may correct or throw away."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from storage import patterns
from storage.tables import Pattern
from web.api.endpoint import Fields, Text, endpoint
from web.api.views import PatternList, PatternView
from web.auth import me, require_user
from web.context import services
from web.errors import not_found

blueprint = Blueprint("patterns", __name__)
blueprint.before_request(require_user)


class PatternPatch(Fields):
    """The person's own word: with `user_override` (the default) no later observation writes over it."""

    user_override: bool = True
    description: Annotated[Text, Field(min_length=1, max_length=500)] | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None


@blueprint.get("/patterns")
@endpoint("What was learned about the person, the newest first", answer=PatternList)
def listing() -> PatternList:
    with services().database.session(me()) as session:
        return PatternList(patterns=[PatternView.of(row) for row in patterns.list_patterns(session, me())])


@blueprint.get("/patterns/<uuid:pattern_id>")
@endpoint("One pattern", answer=PatternView)
def show(pattern_id: UUID) -> PatternView:
    with services().database.session(me()) as session:
        return PatternView.of(_own(session, pattern_id))


@blueprint.patch("/patterns/<uuid:pattern_id>")
@endpoint(
    "Correct a pattern; at a confidence of 0.1 or less it has no effect",
    answer=PatternView,
    body=PatternPatch,
)
def correct(pattern_id: UUID, body: PatternPatch) -> PatternView:
    with services().database.session(me()) as session:
        row = _own(session, pattern_id)
        now = services().clock.now()
        patterns.correct(row, now, body.description, body.confidence, overridden=body.user_override)
        session.flush()
        return PatternView.of(row)


@blueprint.delete("/patterns/<uuid:pattern_id>")
@endpoint("Throw a pattern away; it may be learned again", status=204)
def throw_away(pattern_id: UUID) -> None:
    with services().database.session(me()) as session:
        session.delete(_own(session, pattern_id))


def _own(session: Session, pattern_id: UUID) -> Pattern:
    row = patterns.get_pattern(session, me(), pattern_id)
    if row is None:
        raise not_found()
    return row
