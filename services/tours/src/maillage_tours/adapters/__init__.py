"""The outside world: stores, the solver's process, distances."""
