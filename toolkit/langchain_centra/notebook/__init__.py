"""The approval in a notebook: waiting cards as a form, and a tool's rows as a DataFrame (extra `notebook`)."""

from langchain_centra.notebook.frames import to_pandas
from langchain_centra.notebook.review import AsyncReview, Review, areview, review

__all__ = ["AsyncReview", "Review", "areview", "review", "to_pandas"]
