"""Commands about people: add one, list them, and hand out tokens and links."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bot.cli.servers import with_database
from bot.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storage.tables import User


def _row(session: Session, user: User) -> dict[str, Any]:
    from storage import users

    return {
        "id": str(user.id),
        "name": users.profile_of(user).name,
        "onboarded": user.onboarded,
        "timezone": user.timezone,
        "created_at": user.created_at.isoformat(),
        "channels": sorted({identity.channel for identity in users.identities(session, user.id)}),
    }


def listing(settings: Settings, arguments: Namespace) -> int:
    from storage import users

    with with_database(settings) as (database, _), database.service() as session:
        rows = [_row(session, user) for user in users.list_users(session)]
    if arguments.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    for row in rows:
        print(f"{row['id']}  {row['timezone']:<20} {', '.join(row['channels']):<24} {row['name'] or '-'}")
    if not rows:
        print("Nobody yet. Say hello in the simulator, or run `flux user add`.")
    return 0


def add(settings: Settings, arguments: Namespace) -> int:
    """Print the new person's id and nothing else."""
    from storage import users
    from storage.zones import UnknownTimeZoneError, known_zone

    try:
        known_zone(arguments.timezone)
    except UnknownTimeZoneError as error:
        print(f"flux: {error}; try Europe/Berlin", file=sys.stderr)
        return 2
    with with_database(settings) as (database, clock), database.service() as session:
        now = clock.now()
        user = users.create_user(session, now, email=arguments.email, timezone=arguments.timezone)
        user.approved_at = now
        if arguments.name:
            profile = users.profile_of(user)
            profile.name = arguments.name
            users.save_profile(user, profile)
        print(user.id)
    return 0


def token(settings: Settings, arguments: Namespace) -> int:
    """Print a Bearer token and nothing else."""
    from bot.tokens import mint_token

    with with_database(settings) as (database, clock):
        if not _exists(database, arguments.id):
            return unknown(arguments.id)
        lives = timedelta(days=arguments.days)
        print(mint_token(settings.secret_key, arguments.id, clock.now(), lives))
    return 0


def link(settings: Settings, arguments: Namespace) -> int:
    """For an id: print a code that joins another channel to this person. For a pairing code: let its stranger in."""
    from storage import users

    with with_database(settings) as (database, clock), database.service() as session:
        try:
            user_id = UUID(arguments.who)
        except ValueError:
            return _let_in(users.approve(session, arguments.who, clock.now()))
        if users.get_user(session, user_id) is None:
            return unknown(user_id)
        code = users.mint_code(session, user_id, "link", clock.now())
    print(code)
    print("Send this from the other channel within 15 minutes:  /link " + code, file=sys.stderr)
    return 0


def _let_in(user_id: UUID | None) -> int:
    if user_id is None:
        print("flux: that code is unknown, used or older than a day", file=sys.stderr)
        return 1
    print(f"{user_id} may talk to Flux now.")
    return 0


def _exists(database: Any, user_id: UUID) -> bool:
    from storage import users

    with database.service() as session:
        return users.get_user(session, user_id) is not None


def unknown(user_id: UUID) -> int:
    """Say that nobody has this id; the exit code."""
    print(f"flux: there is nobody with the id {user_id}; see `flux user list`", file=sys.stderr)
    return 1
