"""Decides who and what exists in the territory; says nothing of what they exchange."""
