"""Single tasks in conversation: read from a sentence, asked about, selected, moved."""
