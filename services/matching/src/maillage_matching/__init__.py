"""Decides which leads deserve an advisor, and keeps the life of a case; moves nothing."""
