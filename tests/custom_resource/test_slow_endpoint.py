"""An endpoint that answers without end: it costs a try neither too much time, nor memory, nor a thread."""

import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from custom_connect_userconfig.custom_resource import response
from custom_connect_userconfig.custom_resource.response import NotDelivered, deliver
from custom_connect_userconfig.retry.retrier import SystemClock

SECONDS = 0.4
BODY = b'{"Status": "SUCCESS"}'


def _drip(connection: socket.socket, text: bytes, over: threading.Event) -> None:
    while not over.wait(0.05):
        connection.sendall(text)


def _headers_byte_by_byte(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    _drip(connection, b"x", over)


def _status_byte_by_byte(connection: socket.socket, over: threading.Event) -> None:
    _drip(connection, b"H", over)


def _one_header_after_another(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    _drip(connection, b"X: x\r\n", over)


def _continue_without_end(connection: socket.socket, over: threading.Event) -> None:
    _drip(connection, b"HTTP/1.1 100 Continue\r\n\r\n", over)


def _nothing(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def _body_without_end(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"x" * 1_000_000)


def _body_byte_by_byte(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    _drip(connection, b"x", over)


def _header_without_end(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not over.is_set():
        connection.sendall(b"x" * 1_000_000)


@contextmanager
def _answering(behave: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """Yield a URL whose connections `behave` answers until the block ends."""
    over = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    threads = []

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            behave(connection, over)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threads.append(threading.Thread(target=serve, args=[listening.accept()[0]]))
                threads[-1].start()

    threads.append(threading.Thread(target=accept))
    threads[0].start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/r?X-Amz-Signature=s"
    finally:
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for thread in threads:
            thread.join(5)


@pytest.fixture(autouse=True)
def _short_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response, "TRY", SECONDS)


@pytest.mark.parametrize(
    "behave",
    [_headers_byte_by_byte, _status_byte_by_byte, _one_header_after_another, _continue_without_end, _nothing],
)
def test_an_answer_that_never_ends_fails_in_time(
    behave: Callable[[socket.socket, threading.Event], None],
) -> None:
    with _answering(behave) as url:
        began = time.monotonic()
        with pytest.raises(NotDelivered, match="no answer in time") as raised:
            deliver(url, BODY, SystemClock(), until=began + 1.0)
        assert time.monotonic() - began < 2 * SECONDS + 1.0
        assert url not in str(raised.value)
        _wait_until(lambda: "response" not in [thread.name for thread in threading.enumerate()])


def test_the_time_limit_of_the_socket_has_the_same_outcome() -> None:
    with _answering(_nothing) as url:
        attempt = response._Attempt(url, BODY, 0.1)
        attempt.run()
    assert attempt.outcome == ("no answer in time", False)


@pytest.mark.parametrize("behave", [_body_without_end, _body_byte_by_byte])
def test_a_response_that_was_taken_is_delivered_however_long_the_answer_is(
    behave: Callable[[socket.socket, threading.Event], None],
) -> None:
    tracemalloc.start()
    try:
        with _answering(behave) as url:
            began = time.monotonic()
            deliver(url, BODY, SystemClock(), until=began + 1.0)
            assert time.monotonic() - began < SECONDS
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_header_without_end_is_an_error_and_fills_no_memory() -> None:
    tracemalloc.start()
    try:
        with _answering(_header_without_end) as url, pytest.raises(NotDelivered, match="LineTooLong"):
            deliver(url, BODY, SystemClock(), until=time.monotonic() + 1.0)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def _wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < until, "a thread still waits for the endpoint"
        time.sleep(0.02)
