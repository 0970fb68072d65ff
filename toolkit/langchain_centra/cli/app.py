"""The commands; each loads what it needs when it runs, so that help is quick."""

import asyncio
from typing import Annotated

import typer

app = typer.Typer(
    help="An agent for a Centra store that changes nothing before a person has approved it.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables could show the token.
    pretty_exceptions_enable=False,
)
approvals = typer.Typer(help="The cards: what the agent wanted to change, and what became of it.", no_args_is_help=True)
audit = typer.Typer(help="The audit: every event of every card, in order.", no_args_is_help=True)
app.add_typer(approvals, name="approvals")
app.add_typer(audit, name="audit")

AsJson = Annotated[bool, typer.Option("--json", help="As JSON instead of a table.")]


@app.command()
def demo() -> None:
    """Let the agent work on an invented store, and decide on two of its changes."""
    from langchain_centra.cli.demo import demo
    from langchain_centra.sandbox import Sandbox

    with Sandbox().serve() as url:
        asyncio.run(demo(url))


@app.command()
def chat(
    thread: Annotated[str | None, typer.Option(help="The conversation to go on with, or a name for a new one.")] = None,
    model: Annotated[str | None, typer.Option(help="As init_chat_model names it, in place of CENTRA_MODEL.")] = None,
    kept: Annotated[bool, typer.Option("--list", help="List the conversations that are kept.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --list: as JSON instead of a table.")] = False,
) -> None:
    """Talk to the agent, about the store of CENTRA_URL or an invented one."""
    from langchain_centra.cli.chat import chat
    from langchain_centra.cli.conversations import list_conversations

    asyncio.run(list_conversations(as_json=as_json) if kept else chat(thread, model))


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 takes a free one.")] = 8787,
) -> None:
    """Serve a store with invented data over HTTP until Ctrl-C."""
    from langchain_centra.cli.sandbox import serve

    serve(port)


@app.command()
def tools(as_json: AsJson = False) -> None:
    """List the tools, their effects and the permissions that they need."""
    from langchain_centra.cli.listings import list_tools

    list_tools(as_json=as_json)


@app.command()
def connect(as_json: AsJson = False) -> None:
    """Check the store of CENTRA_URL: address, token, schema, permissions, rate limits, and which tools work there."""
    from langchain_centra.cli.connect import connect

    raise typer.Exit(asyncio.run(connect(as_json=as_json)))


@app.command()
def permissions(
    writes: Annotated[str, typer.Option(help="Groups or tools that may change something, by commas; or all.")] = "",
    tools: Annotated[str, typer.Option(help="Only these groups or tools, reads and writes, by commas.")] = "",
    preset: Annotated[str | None, typer.Option(help="The tools of a role, such as analyst.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say which tools need which.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Compare with what the token has shown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the permissions to tick in Centra for the chosen tools; by default for all that only read."""
    from langchain_centra.cli.permissions import Wanted, permissions

    asyncio.run(permissions(Wanted(writes, tools, preset), explain=explain, diff=diff, as_json=as_json))


@approvals.command("list")
def approvals_list(
    state: Annotated[list[str] | None, typer.Option(help="Only cards in this state; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the 100 newest cards of the journal, newest first."""
    from langchain_centra.cli.listings import list_approvals

    asyncio.run(list_approvals(state or (), as_json=as_json))


@audit.command("list")
def audit_list(as_json: AsJson = False) -> None:
    """List every event of the journal, oldest first."""
    from langchain_centra.cli.listings import list_audit

    asyncio.run(list_audit(as_json=as_json))
