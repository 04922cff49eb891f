"""The declarative base and the column shapes every table shares."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Text,
    func,
    text,
)
from sqlalchemy import types as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Json = dict[str, Any]


class Base(DeclarativeBase):
    """Columns without further word are text; every datetime carries its zone."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute, it is never changed
        str: Text(),
        datetime: sa.DateTime(timezone=True),
        Json: JSONB(),
        list[str]: ARRAY(Text()),
        list[UUID]: ARRAY(sa.Uuid()),
    }


def one_of(column: str, words: type[Any], name: str) -> CheckConstraint:
    """A check that a text column holds one of the vocabulary's words (checks migrate more easily than enums)."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} in ({listed})", name=name)


def identifier() -> Mapped[UUID]:
    return mapped_column(primary_key=True, default=uuid4, server_default=text("gen_random_uuid()"))


def owner() -> Mapped[UUID]:
    return mapped_column(ForeignKey("users.id", ondelete="cascade"))


def created() -> Mapped[datetime]:
    return mapped_column(server_default=func.now())
