"""Decides what is declared, how sure, how fresh, and whether it may be matched; pairs nothing."""
