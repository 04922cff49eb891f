"""One request to a network model: its messages, its line, its time, and the breaker before it."""
