from typing import ClassVar

from aiokafka.protocol.types import Schema

class RequestStruct:
    API_KEY: ClassVar[int]
    API_VERSION: ClassVar[int]
    FLEXIBLE_VERSION: ClassVar[bool]
    RESPONSE_TYPE: ClassVar[Schema]
    SCHEMA: ClassVar[Schema]
    def __init__(self, *values: object) -> None: ...
