"""A plan from its goal to the table and to its last week: questions, draft, placing, words, replies."""
