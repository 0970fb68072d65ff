"""The commands; each loads what it needs when it runs, so that help is quick."""

import asyncio
import json
from importlib.metadata import version
from typing import Annotated, Literal

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables could show the token.
    pretty_exceptions_enable=False,
)
approvals = typer.Typer(help="The cards: what the agent wanted to change, and what became of it.", no_args_is_help=True)
audit = typer.Typer(help="The audit: every event of every card, in order.", no_args_is_help=True)
app.add_typer(approvals, name="approvals")
app.add_typer(audit, name="audit")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"langchain-centra {version('langchain-centra')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """An agent for a Centra store that changes nothing before a person has approved it."""


ChangeId = Annotated[str, typer.Argument(help="The beginning of its id.", metavar="ID")]
Reveal = Annotated[bool, typer.Option("--reveal", help="Show personal data.")]
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
def connect(
    save: Annotated[
        bool, typer.Option("--save", help="Ask for the token, and keep it in this machine's keyring.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Permissions were added: forget which ones the token lacked.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check the store of CENTRA_URL: address, token, schema, permissions, rate limits, and which tools work there."""
    from pydantic import SecretStr

    from langchain_centra.cli.connect import connect

    token = SecretStr(typer.prompt("Token", hide_input=True, err=True)) if save else None
    raise typer.Exit(asyncio.run(connect(as_json=as_json, save=token, anew=anew)))


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


@audit.command("show")
def audit_show(change: ChangeId, reveal: Reveal = False, as_json: AsJson = False) -> None:
    """Show one change with all its events."""
    from langchain_centra.cli.records import show_record

    asyncio.run(show_record(change, reveal=reveal, as_json=as_json))


@audit.command("verify")
def audit_verify(
    head: Annotated[str | None, typer.Option(help="A head kept elsewhere, as an earlier verify printed it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check that nothing in the journal was changed, removed or inserted."""
    from langchain_centra.cli.records import verify_audit

    asyncio.run(verify_audit(head, as_json=as_json))


@audit.command("export")
def audit_export(
    form: Annotated[Literal["csv", "jsonl"], typer.Option("--format", help="csv or jsonl.")] = "csv",
    reveal: Reveal = False,
) -> None:
    """Write every event to stdout, oldest first."""
    from langchain_centra.cli.records import export_audit

    asyncio.run(export_audit(form, reveal=reveal))


@audit.command("prune")
def audit_prune(
    older_than: Annotated[int, typer.Option(min=1, help="In days.")],
    as_json: AsJson = False,
) -> None:
    """Clear the values of old changes; who did what and when stays."""
    from langchain_centra.cli.records import prune

    asyncio.run(prune(older_than, as_json=as_json))


@audit.command("forget")
def audit_forget(
    contains: Annotated[str, typer.Option(help="What to look for, such as an e-mail address.")],
    as_json: AsJson = False,
) -> None:
    """Clear the values of every change that holds a text."""
    from langchain_centra.cli.records import forget

    asyncio.run(forget(contains, as_json=as_json))


@audit.command("undo")
def audit_undo(
    change: ChangeId,
    yes: Annotated[bool, typer.Option("--yes", help="Approve it at once, under your login.")] = False,
) -> None:
    """Take a written change back, if nobody has changed the store since; without --yes it waits for a decision."""
    from langchain_centra.cli.answering import undo

    asyncio.run(undo(change, yes=yes))


@approvals.command("show")
def approvals_show(change: ChangeId, as_json: AsJson = False) -> None:
    """Show one card as the person who decides sees it."""
    from langchain_centra.cli.answering import show_card

    asyncio.run(show_card(change, as_json=as_json))


@approvals.command("answer")
def approvals_answer(
    change: ChangeId,
    decision: Annotated[Literal["approve", "edit", "reject"], typer.Argument()],
    reason: Annotated[str | None, typer.Option(help="Why, with reject; the agent reads it.")] = None,
    args: Annotated[str | None, typer.Option(help="The changed arguments as JSON, with edit.")] = None,
    always: Annotated[
        bool, typer.Option("--always", help="With approve: also like calls of the conversation.")
    ] = False,
    server: Annotated[str | None, typer.Option(help="A LangGraph server whose thread is resumed then.")] = None,
    thread: Annotated[str | None, typer.Option(help="The thread to resume on the server.")] = None,
) -> None:
    """Decide on a waiting card, under your login; a chat that waits for it goes on."""
    from langchain_centra.cli.answering import answer_card
    from langchain_centra.cli.errors import CommandFailed

    try:
        edited = json.loads(args) if args else None
    except json.JSONDecodeError as error:
        raise CommandFailed(f"--args is not JSON ({error.msg}).") from None
    given = {"type": decision, "message": reason, "always": always or None, "args": edited}
    answer = {name: value for name, value in given.items() if value is not None}
    asyncio.run(answer_card(change, answer, server, thread))


@approvals.command("grants")
def approvals_grants(as_json: AsJson = False) -> None:
    """List what is allowed always in a conversation, and what is left of it."""
    from langchain_centra.cli.records import list_grants

    asyncio.run(list_grants(as_json=as_json))


@approvals.command("revoke")
def approvals_revoke(change: ChangeId) -> None:
    """End what was allowed always with a change."""
    from langchain_centra.cli.records import revoke

    asyncio.run(revoke(change))
