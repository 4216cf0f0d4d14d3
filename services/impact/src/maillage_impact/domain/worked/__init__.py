"""Worked examples: a case names a calculation and its inputs, and is run through it."""
