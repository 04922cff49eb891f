"""How Flux hears and speaks, and the words messages are made of."""
