"""An HTTP answer for botocore, given in place of the network."""

from collections.abc import Mapping
from io import BytesIO

from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from urllib3 import HTTPResponse


def http_answer(
    request: AWSPreparedRequest, status: int, headers: Mapping[str, str], body: bytes
) -> AWSResponse:
    """Return the answer to `request`."""
    raw = HTTPResponse(BytesIO(body), preload_content=False)
    return AWSResponse(request.url, status, HeadersDict(headers), raw)  # type: ignore[arg-type]  # its own class


def empty_answer(status: int) -> AWSResponse:
    """Return an answer that botocore does not read: what it says is given beside it."""
    return AWSResponse("", status, HeadersDict(), None)  # type: ignore[arg-type]  # its own class
