"""The tools, a module for each subject; `registry` lists them all."""
