"""Reading many orders and summing them up: the extra `analysis`, imported when a report is asked for."""
