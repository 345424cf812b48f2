"""What `/metrics` tells, in Prometheus's form."""

from prometheus_client import Counter, Gauge, Histogram

SOCKETS = Gauge("deskbell_sockets", "Live connections of this process")
MESSAGES = Counter("deskbell_messages_total", "Messages sent, through whatever door")
QUEUE = Gauge("deskbell_queue_chats", "Chats that wait for an agent, counted when asked")
EVENT_SECONDS = Histogram(
    "deskbell_event_seconds",
    "From a live event to its acknowledgement",
    ["event"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
EMITTED = Counter("deskbell_emitted_total", "Events emitted to rooms", ["event"])
ERRORS = Counter(
    "deskbell_errors_total", "Refusals and failures, by door and code", ["door", "code"]
)
REQUEST_SECONDS = Histogram("deskbell_request_seconds", "HTTP requests", ["endpoint", "status"])
