"""How Postgres would carry out the very statements a function of ours issues: caught on their way, and explained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

# Tables that grow with every person and day: nobody may ever read them from end to end.
GROWING = frozenset(
    {"tasks", "dispatch_log", "notification_log", "messages", "inbound_events", "goals", "users"}
)
# Holds only what is still open; one statement reads it whole, in the order of arrival.
OPEN_EVENTS = "ix_inbound_events_open"


@dataclass(frozen=True)
class Plan:
    """One statement and the nodes of its plan, subplans included."""

    statement: str
    nodes: tuple[dict[str, Any], ...]

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes if "Index Name" in node}

    @property
    def read_from_end_to_end(self) -> set[str]:
        """Growing tables that are read whole, be it by way of an index."""
        whole = {node["Relation Name"] for node in self.nodes if node["Node Type"] == "Seq Scan"}
        for node in self.nodes:
            if "Index Name" in node and "Index Cond" not in node and node["Index Name"] != OPEN_EVENTS:
                whole.add(node.get("Relation Name", "tasks"))  # a bitmap of an index does not name its table
        return whole & GROWING


@contextmanager
def explained(session: Session) -> Iterator[list[Plan]]:
    """The plans of everything the block sends, each made just before the statement itself runs.

    So it has the statement's own parameters, and the role and person that the transaction has at that moment.
    """
    plans: list[Plan] = []
    connection = session.connection()

    def explain(_connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "set_config" in statement or "select pg_" in statement.lower():  # no tables, or only a lock
            return
        with cursor.connection.cursor() as beside:
            first = parameters[0] if isinstance(parameters, list) else parameters
            beside.execute(f"explain (format json) {statement}", first)
            plans.append(Plan(statement, tuple(_flat(beside.fetchone()[0][0]["Plan"]))))

    event.listen(connection, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(connection, "before_cursor_execute", explain)


def _flat(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _flat(child)
