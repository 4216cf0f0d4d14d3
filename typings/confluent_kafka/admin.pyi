from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from enum import Enum

from confluent_kafka import TopicCollection, TopicPartition

class AclOperation(Enum):
    ANY = 1
    READ = 3
    WRITE = 4
    DESCRIBE = 8
    DESCRIBE_CONFIGS = 10

class AclPermissionType(Enum):
    ANY = 1
    ALLOW = 3

class ResourceType(Enum):
    ANY = 1
    TOPIC = 2
    GROUP = 3

class ResourcePatternType(Enum):
    ANY = 1
    LITERAL = 3
    PREFIXED = 4

class AclBinding:
    def __init__(
        self,
        restype: ResourceType,
        name: str,
        resource_pattern_type: ResourcePatternType,
        principal: str,
        host: str,
        operation: AclOperation,
        permission_type: AclPermissionType,
    ) -> None: ...

class AclBindingFilter:
    def __init__(
        self,
        restype: ResourceType,
        name: str | None,
        resource_pattern_type: ResourcePatternType,
        principal: str | None,
        host: str | None,
        operation: AclOperation,
        permission_type: AclPermissionType,
    ) -> None: ...

class NewTopic:
    def __init__(
        self,
        topic: str,
        num_partitions: int,
        replication_factor: int,
        *,
        config: Mapping[str, str] = ...,
    ) -> None: ...

class OffsetSpec:
    @classmethod
    def latest(cls) -> OffsetSpec: ...

class ScramMechanism(Enum):
    SCRAM_SHA_512 = 2

class ScramCredentialInfo:
    def __init__(self, mechanism: ScramMechanism, iterations: int) -> None: ...

class UserScramCredentialUpsertion:
    def __init__(self, user: str, info: ScramCredentialInfo, password: bytes) -> None: ...

class TopicDescription:
    authorized_operations: list[AclOperation]

class ClusterDescription:
    authorized_operations: list[AclOperation] | None

class ListedOffset:
    offset: int

class AdminClient:
    def __init__(self, conf: Mapping[str, object]) -> None: ...
    def list_topics(self, *, timeout: float) -> object: ...
    def create_topics(self, new: Sequence[NewTopic]) -> dict[str, Future[None]]: ...
    def delete_topics(self, topics: Sequence[str]) -> dict[str, Future[None]]: ...
    def create_acls(self, acls: Sequence[AclBinding]) -> dict[AclBinding, Future[None]]: ...
    def describe_acls(self, acls: AclBindingFilter) -> Future[list[AclBinding]]: ...
    def describe_topics(
        self, topics: TopicCollection, *, include_authorized_operations: bool
    ) -> dict[str, Future[TopicDescription]]: ...
    def describe_cluster(
        self, *, include_authorized_operations: bool
    ) -> Future[ClusterDescription]: ...
    def list_offsets(
        self, offsets: Mapping[TopicPartition, OffsetSpec]
    ) -> dict[TopicPartition, Future[ListedOffset]]: ...
    def alter_user_scram_credentials(
        self, changes: Sequence[UserScramCredentialUpsertion]
    ) -> dict[str, Future[None]]: ...
