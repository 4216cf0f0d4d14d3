"""A transport chain's emissions after EN ISO 14083: one step of the method a function."""
