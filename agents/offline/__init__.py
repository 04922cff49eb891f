"""The language model that needs no network: grammar, lexicons and plan templates."""
