"""What is asked of the Integration API: one operation each, with its document, its result and its permissions."""

from langchain_centra.operations.operation import Operation, Reply

__all__ = ["Operation", "Reply"]
