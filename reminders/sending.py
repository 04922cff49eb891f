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
from storage.vocabulary import ChannelName, DispatchStatus, Rung

log = structlog.get_logger()

RETRY_FIRST = timedelta(seconds=2)
RETRY_MOST = timedelta(seconds=60)
ASK_AGAIN = timedelta(seconds=10)  # about an attempt of unknown outcome
CALL_SETTLES = timedelta(seconds=60)  # a call nobody knows of after this long was never made
# Nobody can ask Telegram what arrived: a killed worker's texts are sent again, and those whose answer was lost.
BLIND = (ChannelName.TELEGRAM,)
MOST_REPEATS = 2
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
        if held.begun and (asked := _look_up(channel, held, message, now)) is not None:
            finished, refused = asked
            if refused is not None:
                switchboard.failed(attempt.address.channel, refused.code or "failed")
            return attempt, finished, refused
        return attempt, _reached(held, channel.send(held.address, message, now)), None
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


def _look_up(
    channel: Channel, attempt: Attempt, message: OutboundMessage, now: datetime
) -> tuple[Finished, ChannelError | None] | None:
    """What the provider's knowledge of an attempt that somebody began comes to; None: it may be sent (again).

    A text on a channel without a look-up is repeated. While a question is refused nothing is known, so nothing is sent:
    it is asked again later. A call never is dialled again before it is certain that there was none.
    """
    is_call = attempt.rung == Rung.CALL
    try:
        words = "" if is_call else message.title or message.text.partition("\n")[0]
        found = channel.find(attempt.address, attempt.id, attempt.created_at, words)
    except ChannelError as error:
        if error.code == NO_LOOKUP and not is_call:
            return None
        log.warning("question_refused", attempt=str(attempt.id), code=error.code)
        return _ask_later(attempt, now, error.retry_after), None if error.permanent else error
    if found is not None:
        return _reached(attempt, found), None
    if is_call and now - (attempt.left_at or attempt.created_at) < CALL_SETTLES:
        return _ask_later(attempt, now), None
    return None


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
        return failed if _may_be_there_often(attempt) else _ask_later(attempt, now)
    again_at = now + _pause(attempt, error)
    if again_at >= attempt.deadline:
        return failed
    # Of what was begun before, nothing more is known than before: it is asked about again.
    status = DispatchStatus.UNKNOWN if attempt.begun else DispatchStatus.PENDING
    return replace(failed, status=status, again_at=again_at, reason=attempt.reason)


def _may_be_there_often(attempt: Attempt) -> bool:
    """Whether enough of it may have arrived: a call was dialled twice, or a text that nobody can be asked about repeated twice."""
    if attempt.rung == Rung.CALL:
        return attempt.begun
    return attempt.begun and attempt.address.channel in BLIND and _nth(attempt) > MOST_REPEATS


def _ask_later(attempt: Attempt, now: datetime, at_least: float | None = None) -> Finished:
    """Nobody can be asked about a text: its repetition waits longer the more often it was tried, a minute at most."""
    pause = ASK_AGAIN
    if attempt.address.channel in BLIND:
        pause = min(ASK_AGAIN * 4 ** min(_nth(attempt) - 1, MOST_REPEATS), RETRY_MOST)
    again_at = now + max(_spread(attempt, pause), timedelta(seconds=at_least or 0))
    return Finished(
        attempt.id, attempt.tries, DispatchStatus.UNKNOWN, again_at=again_at, reason=attempt.reason
    )


def _nth(attempt: Attempt) -> int:
    """Which try this is; the fence moves twice a try: when somebody takes it, and when it is begun."""
    return (attempt.tries + 1) // 2


def _pause(attempt: Attempt, error: ChannelError) -> timedelta:
    """Twice as long each time and at most a minute, or what the provider asks for where that is longer."""
    pause = min(RETRY_FIRST * (1 << min(_nth(attempt), 10) - 1), RETRY_MOST)
    return _spread(attempt, max(pause, timedelta(seconds=error.retry_after or 0)))


def _spread(attempt: Attempt, pause: timedelta) -> timedelta:
    """Longer by up to a quarter, so that not all come back at once; the same for the same try."""
    return pause * (1 + ((attempt.id.int >> (attempt.tries % 64)) % 1000) / 4000)
