"""The machine's clock."""

from datetime import UTC

from langchain_centra.client import SystemClock


async def test_the_system_clock_tells_utc_runs_forward_and_waits() -> None:
    clock = SystemClock()
    before, began = clock.now(), clock.monotonic()
    await clock.sleep(0.01)
    assert before.tzinfo is UTC
    assert clock.now() > before
    assert clock.monotonic() > began
