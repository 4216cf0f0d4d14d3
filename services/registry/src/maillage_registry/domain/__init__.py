"""Rules of the register: who may be in it, and what may become of them."""
