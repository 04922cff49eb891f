"""`flux user erase`: who it is, a last question, what went, the proof that nothing is left, and the receipt."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING
from uuid import UUID

from bot.cli.servers import with_services
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.services import Services

_ASKED = 8  # characters of the id


def erase(settings: Settings, arguments: Namespace) -> int:
    """Exit code 0: nothing is left of the person. 1: there is nobody, it was not confirmed, or traces are left."""
    from storage.erasure import UnknownPersonError

    user_id: UUID = arguments.id
    with with_services(settings) as services:
        is_there = _show(services, user_id)
        if is_there and not (arguments.yes or _confirmed(user_id)):
            print("flux: nothing was erased", file=sys.stderr)
            return 1
        try:
            return _erase(services, user_id)
        except UnknownPersonError:
            print(f"flux: there is nobody with the id {user_id}; see `flux user list`", file=sys.stderr)
            return 1


def _show(services: Services, user_id: UUID) -> bool:
    """Print whom it is about; says whether there is anybody."""
    from storage import users
    from storage.erasure import inventory

    with services.database.service() as session:
        user = users.get_user(session, user_id)
        if user is None:
            return False
        channels = sorted({one.channel for one in users.identities(session, user_id)})
        print(f"{user_id}  {users.profile_of(user).name or '-'}  ({', '.join(channels) or 'no channel'})")
        _print_counts(inventory(session, user_id))
    return True


def _print_counts(counts: dict[str, int]) -> None:
    for table, count in counts.items():
        if count:
            print(f"  {table:<20} {count:>7}")


def _confirmed(user_id: UUID) -> bool:
    wanted = str(user_id)[:_ASKED]
    try:
        return input(f"This cannot be undone. Type {wanted} to erase this person: ").strip() == wanted
    except EOFError:
        return False


def _erase(services: Services, user_id: UUID) -> int:
    from bot.erasure import erase_and_name, prove
    from storage.vocabulary import ErasureSource

    erased, needles = erase_and_name(services, user_id, ErasureSource.OPERATOR)
    if erased.repeated:
        print(f"Already erased on {erased.erased_at:%Y-%m-%d %H:%M} UTC.")
    else:
        print("Erased:")
        _print_counts(erased.counts)
    proof = prove(services, needles)
    print(proof)
    print(f"Receipt {erased.receipt_id}")
    for trace in proof.traces:
        print(f"flux: left: {trace}", file=sys.stderr)
    return 1 if proof.traces else 0
