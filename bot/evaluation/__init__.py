"""Golden conversations: written in agents/evals, lived through the whole house in simulated time, and scored."""
