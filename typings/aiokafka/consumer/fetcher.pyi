from aiokafka.record.memory_records import _MemoryRecordsPy

MemoryRecords: type[_MemoryRecordsPy]
