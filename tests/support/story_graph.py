"""The graph that a server serves in the stories: the store agent with a model that plays their scripts."""

import os
from pathlib import Path

from storytelling import StoryModel

from langchain_centra import CentraToolkit
from langchain_centra_graphs import build_store_agent

model = StoryModel(scripts=Path(os.environ["STORY_SCRIPTS"]))
graph = build_store_agent(model, CentraToolkit.from_env(), checkpointer="server")
