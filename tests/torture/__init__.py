"""Attacks on what is promised: each would succeed without the guard that it proves.

A module is one subject: functions that take a size and give figures, having asserted what is
promised. `large(folder)` runs them as `make torture` does; `test_<subject>.py` runs them small.
"""
