"""One attempt carried out: asked about if it was begun before, handed to its channel, and its outcome sorted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from channels.messages import Cancellable, Channel, ChannelError, OutboundMessage, Receipt
from channels.switchboard import Switchboard
from reminders.attempts import Attempt
from reminders.lines import as_begun
from storage.outbox import OUR_FAULT, Finished
from storage.vocabulary import DispatchStatus, Rung

log = structlog.get_logger()

RETRY_FIRST = timedelta(seconds=2)
RETRY_MOST = timedelta(seconds=60)
ASK_AGAIN = timedelta(seconds=10)  # about an attempt of unknown outcome
CALL_SETTLES = timedelta(seconds=60)  # a call nobody knows of after this long was never made
NO_LOOKUP = "no_lookup"  # the code of channels that keep nothing one could ask about

Outcome = tuple[Attempt, Finished, ChannelError | None]


def carry_out(switchboard: Switchboard, attempt: Attempt, message: OutboundMessage, now: datetime) -> Outcome:
    """What became of it, never an exception of a channel; with the error that says whether the address is dead.

    The attempt must have been begun with `storage.last_look.begin`, which moved its fence on by one.
    """
    held = as_begun(attempt)
    try:
        channel = switchboard.channel(attempt.address)
        if attempt.rung == Rung.HANG_UP:
            return attempt, _end_call(channel, held, now), None
        return attempt, _send(channel, held, message, now), None
    except ChannelError as error:
        switchboard.failed(attempt.address.channel, error.code or "failed")
        return attempt, sorted_out(held, error, now), error
    except Exception:
        # A lane is a door to foreign code: one broken send must not take the others with it.
        log.exception("send_broke", attempt=str(attempt.id), channel=attempt.address.channel)
        return attempt, broken(held), None


def broken(attempt: Attempt) -> Finished:
    """A fault of ours: it would come again at the next try, so the next rung takes over."""
    return Finished(attempt.id, attempt.tries, DispatchStatus.FAILED, reason=OUR_FAULT, error="internal")


def _send(channel: Channel, attempt: Attempt, message: OutboundMessage, now: datetime) -> Finished:
    if attempt.begun:
        found, may_send = _look_up(channel, attempt, message, now)
        if found is not None:
            return _reached(attempt, found)
        if not may_send:
            return _ask_later(attempt, now)
    return _reached(attempt, channel.send(attempt.address, message, now))


def _look_up(
    channel: Channel, attempt: Attempt, message: OutboundMessage, now: datetime
) -> tuple[Receipt | None, bool]:
    """What the provider knows of an attempt that somebody began; and whether it may be sent (again).

    A text on a channel without a look-up is repeated; whoever only fails to answer the question is asked again later.
    A call never is before it is certain that there was none.
    """
    is_call = attempt.rung == Rung.CALL
    try:
        words = "" if is_call else message.title or message.text.partition("\n")[0]
        found = channel.find(attempt.address, attempt.id, attempt.created_at, words)
    except ChannelError as error:
        if error.code == NO_LOOKUP and not is_call:
            return None, True
        if not error.permanent:
            raise
        return None, False
    return found, not is_call or now - attempt.created_at >= CALL_SETTLES


def _end_call(channel: Channel, attempt: Attempt, now: datetime) -> Finished:
    """Ends the call by its provider's id; without one the call may be on its way, and is looked for a while."""
    if not isinstance(channel, Cancellable):
        return Finished(attempt.id, attempt.tries, DispatchStatus.SKIPPED, reason="there is no call to end")
    call = attempt.external_id
    if call is None:
        dialled = UUID(hex=attempt.reason) if attempt.reason else attempt.id
        found = channel.find(attempt.address, dialled, attempt.created_at)
        if found is None or found.external_id is None:
            return _ask_later(attempt, now)
        call = found.external_id
    channel.cancel(call)
    log.info("call_ended", task=str(attempt.task.id))
    return Finished(attempt.id, attempt.tries, DispatchStatus.DISPATCHED, external_id=call)


def _reached(attempt: Attempt, receipt: Receipt) -> Finished:
    log.info(
        "rung_sent",
        task=str(attempt.task.id),
        rung=attempt.rung,
        channel=attempt.address.channel,
        attempt=str(attempt.id),
    )
    return Finished(
        attempt.id, attempt.tries, DispatchStatus.DISPATCHED, receipt.external_id, reason=attempt.reason
    )


def sorted_out(attempt: Attempt, error: ChannelError, now: datetime) -> Finished:
    """Permanent: failed, and the next rung may start. Unknown: ask before anything is repeated. Else: again, in time."""
    log.warning(
        "rung_not_sent",
        task=str(attempt.task.id),
        rung=attempt.rung,
        channel=attempt.address.channel,
        code=error.code,
        permanent=error.permanent,
        unknown=error.unknown,
        hint=error.hint,
    )
    failed = Finished(
        attempt.id, attempt.tries, DispatchStatus.FAILED, reason=error.reason, error=error.code or "failed"
    )
    if error.permanent or error.gone:
        return failed
    if error.unknown:
        return _ask_later(attempt, now)
    again_at = now + _pause(attempt, error)
    if again_at >= attempt.deadline:
        return failed
    return replace(failed, status=DispatchStatus.PENDING, again_at=again_at, reason=attempt.reason)


def _ask_later(attempt: Attempt, now: datetime) -> Finished:
    again_at = now + _spread(attempt, ASK_AGAIN)
    return Finished(
        attempt.id, attempt.tries, DispatchStatus.UNKNOWN, again_at=again_at, reason=attempt.reason
    )


def _pause(attempt: Attempt, error: ChannelError) -> timedelta:
    """Twice as long each time and at most a minute, or what the provider asks for where that is longer."""
    nth = (
        attempt.tries + 1
    ) // 2  # the fence moves twice a try: when somebody takes it, and when it is begun
    pause = min(RETRY_FIRST * (1 << min(nth, 10) - 1), RETRY_MOST)
    return _spread(attempt, max(pause, timedelta(seconds=error.retry_after or 0)))


def _spread(attempt: Attempt, pause: timedelta) -> timedelta:
    """Longer by up to a quarter, so that not all come back at once; the same for the same try."""
    return pause * (1 + ((attempt.id.int >> (attempt.tries % 64)) % 1000) / 4000)
