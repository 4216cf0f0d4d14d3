from os import PathLike
from ssl import SSLContext

def create_ssl_context(*, cafile: str | PathLike[str] | None = ...) -> SSLContext: ...
