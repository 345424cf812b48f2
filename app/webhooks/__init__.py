"""Calls of other programs that a rule asks for: what a job does beside everything."""
