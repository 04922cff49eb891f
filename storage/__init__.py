"""What is written down: vocabulary, tables, queries, privacy, embedded servers."""
