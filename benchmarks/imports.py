"""What importing the package costs, against what an agent's own imports cost anyway.

Each round runs both statements in new interpreters, one directly after the other, in changing order, so that a busy
machine slows both alike; what counts is the median of the rounds' ratios.
"""

import argparse
import statistics
import subprocess
import sys

BAR = 1.3
PAIRS = (
    ("import langchain_centra", "import langchain_core.tools"),
    ("from langchain_centra import CentraToolkit", "from langchain_core.tools import StructuredTool; import httpx"),
)


def seconds(statement: str) -> float:
    """How long a statement takes in a new interpreter."""
    program = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    return float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout)


def rounds(ours: str, theirs: str, number: int) -> list[tuple[float, float]]:
    """The seconds of both statements, round by round."""
    measured = []
    for index in range(number):
        first, second = (ours, theirs) if index % 2 else (theirs, ours)
        times = {first: seconds(first), second: seconds(second)}
        measured.append((times[ours], times[theirs]))
    return measured


def main() -> int:
    """Print the ratios; 1 if one is above the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    number = parser.parse_args().rounds
    above = 0
    for ours, theirs in PAIRS:
        rounds(ours, theirs, 2)  # fills the caches
        measured = rounds(ours, theirs, number)
        ratio = statistics.median(mine / other for mine, other in measured)
        mine, other = (statistics.median(times) * 1000 for times in zip(*measured, strict=True))
        verdict = "within" if ratio <= BAR else "ABOVE"
        print(f"{ratio:.2f}  {verdict} {BAR}: {ours} ({mine:.0f} ms) / {theirs} ({other:.0f} ms)")
        above += ratio > BAR
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
