"""Changes of the plan on the table: how they are asked for, and what each does to a series."""
