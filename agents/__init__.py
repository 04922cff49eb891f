"""The conversation: one LangGraph graph, its nodes, prompts and language models."""
