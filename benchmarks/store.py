"""Serves a sandbox on an unlimited plan from a process of its own, so that it does not share our interpreter lock."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from langchain_centra.sandbox import Sandbox


@contextmanager
def served(scale: int = 1) -> Iterator[str]:
    """Serve a store of about 500 orders times `scale` while the context lasts; yields its address."""
    with subprocess.Popen([sys.executable, __file__, str(scale)], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield (process.stdout or sys.stdin).readline().strip()
        finally:
            process.terminate()


if __name__ == "__main__":
    with Sandbox(scale=int(sys.argv[1]), plan="unlimited").serve() as url:
        print(url, flush=True)
        while True:
            time.sleep(3600)
