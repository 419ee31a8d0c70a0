"""One HTTP request and its answer, told apart by what may have become of it when there is none."""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of whatever status; the names of the headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str


class UnreachedError(OSError):
    """No connection was made, so nothing was sent; ``reason`` says at which step."""

    def __init__(self, problem: OSError | ValueError) -> None:
        super().__init__(type(problem).__name__)
        self.reason: Literal["name", "tls", "connection"] = "connection"
        if isinstance(problem, socket.gaierror | UnicodeError):
            self.reason = "name"
        elif isinstance(problem, ssl.SSLError):
            self.reason = "tls"


class UnansweredError(OSError):
    """The request left, or began to, and no answer came: it may have been carried out."""


def exchange(request: urllib.request.Request, timeout: float) -> Reply:
    """Send a request and return its answer, following no redirect; ``timeout`` in seconds is for each wait.

    Raises:
        UnreachedError: the host was not found, refused, did not prove who it is, or did not answer the call.
        UnansweredError: the connection broke or timed out after that.
    """
    try:
        with _open(request, timeout) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status or 0, headers, response.read(_MOST_BYTES).decode("utf-8", "replace"))
    except urllib.error.URLError as problem:
        if isinstance(problem.reason, UnreachedError):
            raise problem.reason from None
        raise UnansweredError from None
    except (OSError, http.client.HTTPException):
        raise UnansweredError from None


def _open(request: urllib.request.Request, timeout: float) -> http.client.HTTPResponse | urllib.error.HTTPError:
    # Plain http goes to this machine alone, never by way of a proxy.
    proxies = urllib.request.ProxyHandler({} if request.type == "http" else None)
    opener = urllib.request.build_opener(proxies, _NoRedirect, _PlainHandler, _SecureHandler)
    try:
        response: http.client.HTTPResponse = opener.open(request, timeout=timeout)
    except urllib.error.HTTPError as answer:
        return answer
    except ValueError as problem:  # a proxy's address that cannot be read
        raise UnreachedError(problem) from None
    return response


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing: the token would go along to wherever it points."""


class _PlainConnection(http.client.HTTPConnection):
    def connect(self) -> None:
        """Connect, and say so where that fails: urllib alone does not tell it from a failure while sending."""
        try:
            super().connect()
        except (OSError, UnicodeError) as problem:  # the latter for a name that none can have
            raise UnreachedError(problem) from None


class _SecureConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        """Connect, through a proxy perhaps, and agree on TLS."""
        try:
            super().connect()
        except (OSError, UnicodeError) as problem:  # the latter for a name that none can have
            raise UnreachedError(problem) from None


class _PlainHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open with a connection that tells how far it came."""
        return self.do_open(_PlainConnection, req)


class _SecureHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open with a connection that tells how far it came."""
        return self.do_open(_SecureConnection, req)
