from aiokafka.record.default_records import _DefaultRecordBatchPy

class _MemoryRecordsPy:
    _next_slice: memoryview

    def __init__(self, bytes_data: bytes) -> None: ...
    def next_batch(self) -> _DefaultRecordBatchPy: ...
