"""What happens to a task over time: pure rules, and the hands that carry them out."""
