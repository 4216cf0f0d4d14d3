"""What stops the runtime, in the words of whoever typed the command."""


class HubFailure(Exception):
    """Something the reader can mend; the message says what is wrong and what to do."""
