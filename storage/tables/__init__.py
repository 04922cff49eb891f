"""Every table Flux owns, as SQLAlchemy models; times are timestamptz in UTC, ids are random UUIDs."""

from storage.tables.base import Base, Json
from storage.tables.delivery import DispatchLog, NotificationLog
from storage.tables.people import Identity, LinkCode, Pause, PushSubscription, User
from storage.tables.privacy import ErasureReceipt, ProviderDeletion
from storage.tables.talk import Conversation, InboundEvent, Message
from storage.tables.work import Goal, Pattern, Task

__all__ = [
    "Base",
    "Conversation",
    "DispatchLog",
    "ErasureReceipt",
    "Goal",
    "Identity",
    "InboundEvent",
    "Json",
    "LinkCode",
    "Message",
    "NotificationLog",
    "Pattern",
    "Pause",
    "ProviderDeletion",
    "PushSubscription",
    "Task",
    "User",
]
