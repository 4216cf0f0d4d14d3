"""What a hub says: all that another system needs to read it, and nothing but pydantic.

| module | holds |
|---|---|
| `vocabulary` | the words: identifiers, quantities, places, times, open lists |
| `registry`, `flows`, `matching`, `tours`, `impact` | the events that each service publishes |
| `catalogue` | `EVENTS` by their type, `TOPICS`, who reads what |
| `envelope` | `Event`, `Envelope`, and how both travel: `encode`, `decode` |
| `refusals` | how a rule says no, in services |
| `samples` | a valid example of each document and event, for tests |

A record of Kafka becomes an event by `decode(record.headers, record.value, EVENTS)`, which raises
`Unreadable` or `UnknownType` and nothing else.
"""
