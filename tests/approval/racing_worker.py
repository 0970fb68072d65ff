"""One of several processes that race for the same cards; started by test_journal_races.py as a script."""

import asyncio
import json
import sys

from langchain_centra.approval.journal import Journal
from langchain_centra.approval.journal_errors import AlreadyDecided
from langchain_centra.approval.records import Claim, Decision


async def race(journal: Journal, proposal_id: str, name: str) -> list[str]:
    won = []
    try:
        await journal.decide([Decision(proposal_id=proposal_id, type="approve")], name, "login")
        won.append("decided")
    except AlreadyDecided:
        pass
    claim = await journal.claim(proposal_id, 0, 60)
    if isinstance(claim, Claim) and await journal.send(claim, 60):
        won.append("sent")
        if await journal.finish(proposal_id, 0, "applied", {"by": name}, token=claim.token):
            won.append("finished")
    return won


async def main(url: str, name: str, rounds: int) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    journal = Journal(url)
    await journal.find()
    json.dump([await race(journal, f"card-{number}/1", name) for number in range(rounds)], sys.stdout)
    await journal.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
