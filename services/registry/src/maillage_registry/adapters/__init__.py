"""Where the register is kept."""
