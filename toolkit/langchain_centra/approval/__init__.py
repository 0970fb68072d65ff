"""The approval of writes: cards, policy, journal with audit, and writing what was approved."""
