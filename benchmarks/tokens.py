"""What the tools cost a model: tokens (o200k) of each OpenAI function definition, minified.

Beside them, counted the same way, the tools of two other toolkits. They are no dependencies: with `--others PYTHON` the
interpreter of an environment that has them is asked, which `make bench` does not do. To make one:

    python -m venv /tmp/others
    /tmp/others/bin/pip install stripe-agent-toolkit==0.6.1 paypal-agent-toolkit==1.11.0
    /tmp/others/bin/pip install stripe requests python-dotenv langchain langchain-core  # what the two do not name
    .venv/bin/python benchmarks/tokens.py --others /tmp/others/bin/python
"""

import argparse
import json
import subprocess
import sys
from typing import Any

from langchain_core.utils.function_calling import convert_to_openai_tool
from rs_bpe.bpe import openai  # type: ignore[import-not-found]

from langchain_centra import CentraToolkit
from langchain_centra.tools.spec import ReadTool

READS_BAR = 2_600
ALL_BAR = 4_500
TOOL_BAR = 260

_OTHERS = """
import json
from langchain_core.utils.function_calling import convert_to_openai_tool
def functions(tools):
    return [convert_to_openai_tool(tool)["function"] for tool in tools]
found = {}
from stripe_agent_toolkit.langchain.toolkit import StripeAgentToolkit
from stripe_agent_toolkit.tools import tools as stripe
actions = {}
for tool in stripe:
    for resource, permissions in tool["actions"].items():
        for permission in permissions:
            actions.setdefault(resource, {})[permission] = True
made = StripeAgentToolkit(secret_key="sk_test_none", configuration={"actions": actions})
found["stripe-agent-toolkit"] = functions(made.get_tools())
from paypal_agent_toolkit.langchain.toolkit import PayPalToolkit
from paypal_agent_toolkit.shared.configuration import Configuration, Context
from paypal_agent_toolkit.shared.tools import tools as paypal
actions = {}
for tool in paypal:
    for resource, permissions in tool["actions"].items():
        actions.setdefault(resource, {}).update(dict.fromkeys(permissions, True))
made = PayPalToolkit("id", "secret", Configuration(actions=actions, context=Context.default()))
found["paypal-agent-toolkit"] = functions(made.get_tools())
print(json.dumps(found))
"""


def tokens(function: dict[str, Any]) -> int:
    """The tokens of one function definition."""
    return text_tokens(json.dumps(function, separators=(",", ":"), ensure_ascii=False))


def text_tokens(text: str) -> int:
    """The tokens of a text."""
    return len(openai.o200k_base().encode(text))


def ours() -> dict[str, tuple[bool, int]]:
    """Whether each of our tools reads, and its tokens."""
    with CentraToolkit.sandbox() as toolkit:
        counted = {tool.name: tokens(convert_to_openai_tool(tool)["function"]) for tool in toolkit.get_tools()}
        return {spec.name: (isinstance(spec, ReadTool), counted[spec.name]) for spec in toolkit.specs}


def others(python: str) -> dict[str, list[int]]:
    """The tokens of each tool of the other toolkits."""
    run = subprocess.run([python, "-c", _OTHERS], check=True, capture_output=True, text=True)
    found = json.loads(run.stdout.splitlines()[-1])
    return {name: [tokens(function) for function in functions] for name, functions in found.items()}


def main() -> int:
    """Print the tables; 1 if a bar is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--others", metavar="PYTHON")
    asked = parser.parse_args()
    counted = ours()
    for name, (reads, count) in counted.items():
        print(f"{count:>6}  {name}{'' if reads else ' (writes)'}{'  ABOVE' if count > TOOL_BAR else ''}")
    of_reads = sum(count for is_read, count in counted.values() if is_read)
    whole = sum(count for _, count in counted.values())
    print(f"{of_reads:>6}  all reads (bar {READS_BAR}){'' if of_reads <= READS_BAR else '  ABOVE'}")
    print(f"{whole:>6}  all tools (bar {ALL_BAR}){'' if whole <= ALL_BAR else '  ABOVE'}")
    for name, counts in (others(asked.others) if asked.others else {}).items():
        print(f"{sum(counts):>6}  {name}: {len(counts)} tools, {sum(counts) / len(counts):.0f} each")
    print(f"{whole / len(counted):>6.0f}  each of our {len(counted)} tools")
    most = max(count for _, count in counted.values())
    return int(of_reads > READS_BAR or whole > ALL_BAR or most > TOOL_BAR)


if __name__ == "__main__":
    sys.exit(main())
