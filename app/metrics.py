"""What `/metrics` tells, in Prometheus's form."""

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

SOCKETS = Gauge(
    "deskbell_sockets",
    "Live connections of the processes on this port",
    multiprocess_mode="livesum",
)
MESSAGES = Counter("deskbell_messages_total", "Messages sent, through whatever door")
QUEUE = Gauge(
    "deskbell_queue_chats",
    "Chats that wait for an agent, counted when asked",
    multiprocess_mode="mostrecent",
)
EVENT_SECONDS = Histogram(
    "deskbell_event_seconds",
    "From a live event to its acknowledgement",
    ["event"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
JOBS = Gauge(
    "deskbell_jobs",
    "Jobs that wait, run or are dead, counted when asked",
    ["state"],
    multiprocess_mode="mostrecent",
)
JOBS_LATE = Gauge(
    "deskbell_jobs_late_seconds",
    "How long the job whose turn it is has been due, when asked",
    multiprocess_mode="mostrecent",
)
JOB_SECONDS = Histogram(
    "deskbell_job_seconds",
    "What a job took, done or failed",
    ["kind"],
    buckets=(0.01, 0.05, 0.25, 1, 5, 30, 120, 600),
)
JOB_FAILURES = Counter("deskbell_job_failures_total", "Jobs that failed, each time", ["kind"])
REPLIES = Gauge(
    "deskbell_mail_replies",
    "E-mails that came in, by what became of them, of all processes, counted when asked",
    ["outcome"],
    multiprocess_mode="mostrecent",
)
MAILBOX_AWAY = Counter("deskbell_mailbox_away_total", "Times that the mailbox was not reached")
EMITTED = Counter("deskbell_emitted_total", "Events emitted to rooms", ["event"])
ERRORS = Counter(
    "deskbell_errors_total", "Refusals and failures, by door and code", ["door", "code"]
)
REQUEST_SECONDS = Histogram("deskbell_request_seconds", "HTTP requests", ["endpoint", "status"])


@cache
def event_seconds(event: str) -> Histogram:
    """That of one kind of event: to look it up costs as much as to count."""
    return EVENT_SECONDS.labels(event)


@cache
def emitted(event: str) -> Counter:
    return EMITTED.labels(event)
