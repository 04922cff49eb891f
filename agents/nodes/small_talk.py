"""Fixed words for what is no work: greetings, thanks, anger, who Flux is, what it keeps, and what it cannot do yet."""

from __future__ import annotations

from agents import wording
from agents.turn import TurnContext

EXPORT_NODE = (
    "export"  # speaks when the person asked for their data: whoever runs the turn puts the file below
)
_SAID = {
    "thanks": "You're welcome. Anything else?",
    "smile": "Good to see. Is there anything I can do for you?",
    "better": "Good to hear. What would you like to do next?",
    "yes": "Good. I'm here when you need me.",
    "no": "All right. I'm here when you need me.",
    "yourself": "I'm Flux, a program that plans, reminds and follows up. What would you like to get done?",
    "abuse": "Sorry that this went wrong. What should be different: a time, a reminder, or a plan?",
    "low": (
        "That sounds heavy, and it is good that you said it. If it goes on, somebody you trust or a doctor can do more than I can."
    ),
    "tired": "That happens.",
    "privacy": (
        "I keep what you tell me here, your tasks and when you did them, and your number only if you give it. "
        "/settings shows what I go by, /export hands you all of it. What would you like to change or do?"
    ),
    "export": "Here is everything I keep about you.",
    "unknown_command": "I don't know that command; /help lists those I do. What would you like to do?",
    "smalltalk": "I'm better at plans than at small talk. Is there something you'd like to get done?",
}


def small_talk(ctx: TurnContext, kind: str) -> str | None:
    """The answer to this kind of words; None when they are of another kind."""
    name = ctx.profile().name
    match kind:
        case "hello":
            return f"Hello{', ' + name if name else ''}. What can I do for you?"
        case "bye":
            return (
                f"Good night{', ' + name if name else ''}." if ctx.local_now.hour >= 20 else "See you soon."
            )
        case "no" if ctx.turn.message.text.strip(" .!").casefold() in ("stop", "stop it"):
            return "All right. If you want quiet for a while, say pause; I'm here when you need me."
        case "clock":
            return f"It is {wording.moment(ctx.now, ctx.zone)} for you. What can I do for you?"
        case _:
            return _SAID.get(kind)
