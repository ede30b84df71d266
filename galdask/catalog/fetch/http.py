"""One question to a web server: the whole file, or the rest of it."""

from __future__ import annotations

import datetime
import email.utils
import http.client
import re
import socket
import ssl
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urljoin

from galdask.catalog.fetch.address import checked
from galdask.catalog.fetch.reply import ChangedError, RefusedError, Reply, TroubleError
from galdask.errors import ConfigError
from galdask.provenance import versions

#: answers that may be others later
PASSING = (408, 425, 429, 500, 502, 503, 504)
_RANGE = re.compile(r"bytes\s+(\d+)-(\d+)/(\d+|\*)", re.IGNORECASE)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow an answer that names another address, as long as that one is allowed."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        target = urljoin(req.full_url, newurl)
        try:
            checked(target)
        except ConfigError as error:
            raise RefusedError(f"it sends on to an address that is not allowed: {error.found}") from error
        if target.startswith("file:"):
            raise RefusedError("it sends on to a file of this machine")
        if req.full_url.startswith("https:") and not target.startswith("https:"):
            raise RefusedError("it sends on from https to an address that is not encrypted")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    """Return an opener for http and https alone; the proxies of the environment are used."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        _Redirects(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def open_url(url: str, start: int = 0, mark: str | None = None, quiet: float = 60.0) -> Reply:
    """Ask for a file from byte `start` on.

    Parameters
    ----------
    url : str
        Address.
    start : int
        First byte wanted; a server that cannot give a part answers with the whole file, which the
        reply's own `start` tells.
    mark : str, optional
        ETag or date of the part that is here: the server is to continue only the same file.
    quiet : float
        Seconds without a byte after which the line counts as dead.

    Raises
    ------
    RefusedError
        If the server will not give it.
    TroubleError
        If it may give it later.
    ChangedError
        If what it has does not continue the part.
    """
    headers = {"Range": f"bytes={start}-"} if start else {}
    if start and mark is not None:
        headers["If-Range"] = mark
    answer = _ask(url, headers, quiet)
    try:
        coding = answer.headers.get("Content-Encoding", "identity").lower()
        if coding != "identity" and not (coding in ("gzip", "x-gzip") and _is_packed(url)):
            raise RefusedError(f"the server packs the file on its way ({coding}) although asked not to")
        first, length = 0, _length(answer)
        total = length
        if answer.status == 206:
            found = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
            if found is None or int(found[1]) != start or not start:
                raise ChangedError(f"the server answers with another part than was asked for: {url}")
            first = start
            total = int(found[3]) if found[3] != "*" else None if length is None else start + length
        elif answer.status != 200:
            raise RefusedError(f"the server answers {answer.status} {answer.reason}")
    except BaseException:
        answer.close()
        raise
    return Reply(first, total, _mark(answer), _reader(answer, length, url), answer.close)


def size_of(url: str, quiet: float = 60.0) -> int | None:
    """Return the bytes of a file, None where the server does not say.

    Raises
    ------
    RefusedError
        If the server will not give it.
    TroubleError
        If it may answer later.
    """
    try:
        with _ask(url, {}, quiet, "HEAD") as answer:
            return _length(answer)
    except RefusedError as error:
        if error.why.startswith(("the server answers 405", "the server answers 501")):
            return None
        raise


def _ask(url: str, headers: dict[str, str], quiet: float, method: str = "GET") -> http.client.HTTPResponse:
    agent = f"galdask/{versions()['galdask']}"
    own = {"Accept-Encoding": "identity", "User-Agent": agent, **headers}
    request = urllib.request.Request(checked(url), headers=own, method=method)
    try:
        return _opener().open(request, timeout=quiet)  # type: ignore[no-any-return]
    except urllib.error.HTTPError as error:
        with error:
            raise _of_status(error) from error
    except urllib.error.URLError as error:
        raise _of_cause(error.reason) from error
    except (OSError, http.client.HTTPException) as error:
        raise _of_cause(error) from error


def _of_status(error: urllib.error.HTTPError) -> Exception:
    said = f"the server answers {error.code} {error.reason}".rstrip()
    if error.code == 416:
        return ChangedError(said)
    if error.code in PASSING:
        return TroubleError(said, _wait(error.headers.get("Retry-After")))
    return RefusedError(said, gone=error.code in (404, 410))


def _of_cause(cause: Any) -> Exception:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return RefusedError(f"the server's certificate is not valid: {cause.verify_message}")
    if isinstance(cause, socket.gaierror):
        return TroubleError("the server's name is not found", unreachable=True)
    if isinstance(cause, ConnectionRefusedError):
        return TroubleError("the server refuses the connection", unreachable=True)
    if isinstance(cause, TimeoutError):
        return TroubleError("the server is silent")
    unreachable = isinstance(cause, OSError) and not isinstance(cause, ConnectionError | ssl.SSLError)
    if isinstance(cause, http.client.HTTPException):
        unreachable = False
    text = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return TroubleError(f"the connection failed: {text}", unreachable=unreachable)


def _wait(text: str | None) -> float | None:
    """Return the seconds of a Retry-After: a number, or a date."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return max(0.0, (moment - datetime.datetime.now(datetime.UTC)).total_seconds())


def _length(answer: http.client.HTTPResponse) -> int | None:
    text = answer.headers.get("Content-Length", "").strip()
    return int(text) if text.isdigit() else None


def _mark(answer: http.client.HTTPResponse) -> str | None:
    """Return what If-Range may hold: a strong ETag, or the date of the last change."""
    tag = answer.headers.get("ETag", "").strip()
    if tag.startswith('"') and tag.endswith('"') and len(tag) > 2:
        return tag
    return answer.headers.get("Last-Modified") or None


def _is_packed(url: str) -> bool:
    return url.partition("?")[0].endswith(".gz")


def _reader(answer: http.client.HTTPResponse, length: int | None, url: str) -> Any:
    got = 0

    def read(most: int) -> bytes:
        nonlocal got
        try:
            piece = answer.read1(most)
        except TimeoutError as error:
            raise TroubleError("the server fell silent") from error
        except (OSError, http.client.HTTPException) as error:
            raise TroubleError("the connection was lost") from error
        got += len(piece)
        if not piece and length is not None and got < length:
            raise TroubleError(f"the connection ended after {got:,} of {length:,} bytes")
        return piece

    return read
