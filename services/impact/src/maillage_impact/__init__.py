"""Decides what changed, against which baseline, with which factors; corrects by adding, never by editing."""
