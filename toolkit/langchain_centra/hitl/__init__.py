"""Asking a person within LangGraph: what the state machine, the middleware and the bare tools share."""
