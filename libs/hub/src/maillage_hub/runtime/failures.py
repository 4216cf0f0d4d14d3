"""What stops the runtime, in the words of whoever typed the command, and its exit code."""


class HubFailure(Exception):
    """Something the reader can mend; the message says what is wrong and what to do."""

    exit_code = 1


class NotRunning(HubFailure):
    """A hub was needed and none runs."""

    exit_code = 3


class AlreadyRunning(HubFailure):
    """A hub was to be started that runs."""

    exit_code = 4


class BadUsage(HubFailure):
    """The command cannot mean what was typed, or a setting is wrong."""

    exit_code = 2
