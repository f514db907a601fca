"""Log lines and metrics of an event, delivered with the credentials that CloudFormation sends for them; only
`resource` uses it.

- Clients are kept, as the gateway's is. A new one for each event costs six times what a warm handler does
  otherwise, and its connection lasts until the garbage collector comes round.
- The lines of an event are delivered together when it ends, in whatever way, and so are its metrics. The
  library makes a call for each, which makes a warm invocation cost nearly three times as much.
- A failing delivery must not fail the request. The library raises out of every log line, its own included,
  and out of a metric whose connection fails, even after the work is done.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from operator import itemgetter
from threading import Thread
from typing import Any, Final

from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError

from ..aws.clients import acting_as, kept_client
from ..core.messages import bounded
from ..logs import log_event
from .library import HandlerRequest, ProviderLogHandler, SessionProxy

MOST_LINES: Final = 10_000
"""Lines that one PutLogEvents takes."""
MOST_BYTES: Final = 1_048_576
"""Bytes that one PutLogEvents takes: those of the messages in UTF-8, and `_BYTES_A_LINE` for each."""
_BYTES_A_LINE: Final = 26
LONGEST_LINE: Final = 60_000
"""Characters of a line, of up to four bytes each. PutLogEvents has refused longer ones than 256 KB; some
regions' documentation still says so.
"""

Line = tuple[int, str]
"""Milliseconds since 1970, and what is to be read."""


class BatchingLogHandler(ProviderLogHandler):
    """Keeps the log lines of an event until `flush` delivers them; reports to stderr, and goes on, where that
    fails.

    A process that is killed loses the lines of its event.
    """

    def __init__(self, group: str, stream: str, session: SessionProxy) -> None:
        super().__init__(group, stream, session)
        self._lines: deque[Line] = deque()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep `record`; outside of an event that names a log group, nobody asks for it."""
        if self.client is None:
            return
        try:
            self._lines.append((round(record.created * 1000), self.format(record)))
        except Exception:  # noqa: BLE001 - a line that cannot be put into words is not worth a failed stack
            self.handleError(record)

    def flush(self) -> None:
        """Deliver the lines that are kept now; what is logged meanwhile is kept until the next time."""
        kept = [self._lines.popleft() for _ in range(len(self._lines))]
        for batch in batches(kept):
            try:
                self._put(batch)
            except Exception:  # noqa: BLE001 - lines that cannot be delivered, for whatever reason, are not worth a failed stack
                self.handleError(logging.makeLogRecord({"msg": [line["message"] for line in batch]}))

    def _put(self, batch: list[dict[str, Any]]) -> None:
        put = partial(
            self.client.put_log_events,
            logGroupName=self.group,
            logStreamName=self.stream,
            logEvents=batch,
        )
        try:
            put()
        except self.client.exceptions.ResourceNotFoundException as error:
            # As the library tells the two apart.
            if "log group does not exist" in str(error):
                self._create_log_group()
            self._create_log_stream()
            put()

    @classmethod
    def serve(
        cls,
        request: HandlerRequest,
        provider: "EventSession",
        group: str,
        log_format: logging.Formatter | None,
    ) -> None:
        """Deliver to the log group and the stream of this event; the library would go on with those of the
        process's first one.
        """
        cls.setup(request, provider, log_format)
        if handler := cls._get_existing_logger():
            fresh = cls(group, _stream(request), provider)
            handler.group, handler.stream = fresh.group, fresh.stream

    @classmethod
    def rest(cls, provider: "EventSession") -> None:
        """Deliver the lines and the metrics of the event of `provider`, then nothing more until another event
        asks for it.
        """
        if handler := cls._get_existing_logger():
            try:
                # At the same time: an event waits for one of the two calls, not for both.
                with provider.publishing():
                    handler.flush()
                # What the two deliveries have logged themselves.
                handler.flush()
            finally:
                handler.client = None


def batches(lines: Iterable[Line]) -> Iterator[list[dict[str, Any]]]:
    """Return the lines in order of time, as PutLogEvents takes them: no batch too large, no line too long,
    none empty.
    """
    batch: list[dict[str, Any]] = []
    room = MOST_BYTES
    for timestamp, text in sorted(lines, key=itemgetter(0)):
        message = bounded(text, LONGEST_LINE)
        needed = len(message.encode(errors="surrogatepass")) + _BYTES_A_LINE
        if needed > room or len(batch) == MOST_LINES:
            yield batch
            batch, room = [], MOST_BYTES
        if message:
            batch.append({"timestamp": timestamp, "message": message})
            room -= needed
    if batch:
        yield batch


class DeliveryClient:
    """A kept client as one event's: it signs with that event's credentials, and gives up for that event once
    nobody answers.
    """

    def __init__(self, client: Any, credentials: ReadOnlyCredentials) -> None:  # noqa: ANN401 - a client of whichever service
        self._client = client
        self._credentials = credentials
        self._silence: str | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - an operation, or what else the client has
        member = getattr(self._client, name)
        return partial(self._call, member) if callable(member) else member

    def _call(self, operation: Callable[..., Any], **parameters: Any) -> Any:  # noqa: ANN401 - the operation's own
        if self._silence is None:
            try:
                with acting_as(self._credentials):
                    return operation(**parameters)
            except BotoCoreError as error:
                self._silence = type(error).__name__
        # The one class that the library's metrics tolerate.
        raise ClientError(
            {"Error": {"Code": self._silence, "Message": "nobody answered"}}, operation.__name__
        )


class KeptMetrics:
    """Stands for a client of CloudWatch: keeps an event's metrics until `publish` sends them together."""

    def __init__(self, client: DeliveryClient) -> None:
        self._client = client
        self._kept: dict[str, list[dict[str, Any]]] = {}

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, Any]]) -> None:  # noqa: N803 - named as botocore names them
        """Keep what the library publishes."""
        self._kept.setdefault(Namespace, []).extend(
            # The library sends texts in UTC that do not say so. botocore would read them in the time zone of
            # the machine, and for a quarter of the cost of a call.
            {**datum, "Timestamp": datetime.fromisoformat(datum["Timestamp"]).replace(tzinfo=UTC)}
            for datum in MetricData
        )

    def publish(self) -> None:
        """Send what is kept; a failure is logged."""
        while self._kept:
            namespace, data = self._kept.popitem()
            try:
                self._client.put_metric_data(Namespace=namespace, MetricData=data)
            except Exception as error:  # noqa: BLE001 - metrics that cannot be delivered, for whatever reason, are not worth a failed stack
                log_event("metrics", error=str(error))


class EventSession(SessionProxy):
    """The library's session as far as the library uses it: the credentials of an event, and clients that sign
    with them.
    """

    def __init__(self, credentials: ReadOnlyCredentials, region: str | None) -> None:
        # Not the library's initializer: it wants a session of boto3's, which costs more than a warm handler
        # does otherwise.
        self.credentials = credentials
        self._region = region
        self._metrics: KeptMetrics | None = None

    def client(self, service: str) -> DeliveryClient | KeptMetrics:  # type: ignore[override]  # the library names the service alone
        """Return the client that this process keeps for `service`, for this event."""
        client = DeliveryClient(kept_client(service, self._region), self.credentials)
        if service != "cloudwatch":
            return client
        self._metrics = KeptMetrics(client)
        return self._metrics

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Send the metrics of this event while the block runs."""
        if self._metrics is None:
            yield
            return
        thread = Thread(target=self._metrics.publish)
        thread.start()
        try:
            yield
        finally:
            thread.join()


def _stream(request: HandlerRequest) -> str:
    # As the library names it.
    if request.stackId and request.requestData.logicalResourceId:
        return f"{request.stackId}/{request.requestData.logicalResourceId}"
    return f"{request.awsAccountId}-{request.region}"
