"""What changed, against which baseline, with which factors.

Impact decides what is written in the ledger of a territory. It never nets what was emitted with
what was avoided, and never changes a line: a correction is a new one.
"""
