"""Addresses: which are allowed, and where a mirror has a file."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from galdask.catalog.fetch.wanted import Wanted
from galdask.errors import ConfigError, InputError

SCHEMES = ("https", "http", "file")


def checked(url: str) -> str:
    """Return an address that may be opened.

    Raises
    ------
    ConfigError
        If its scheme is none of https, http and file, if it names no server, or holds a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigError("this is not a web address", found=repr(url)) from error
    if parts.scheme not in SCHEMES:
        raise ConfigError(
            "this address cannot be fetched", expected="https, http or file", found=parts.scheme or repr(url)
        )
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise ConfigError("a file address names no server", expected="file:///folder", found=repr(url))
        return url
    if not parts.hostname or port == 0 or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise ConfigError("this is not a web address", expected=f"{parts.scheme}://...", found=repr(url))
    if parts.username is not None or parts.password is not None:
        raise ConfigError(
            "an address with a name or password is not used: it would end in logs",
            found=f"{parts.scheme}://...@{parts.hostname}",
            todo="use a server without one, or get the files yourself and give their folder",
        )
    return url


def is_local(address: str) -> bool:
    """Return whether an address is of this machine's files."""
    return urlsplit(address).scheme == "file"


def local_path(address: str) -> Path:
    """Return the path of a file address."""
    return Path(unquote(urlsplit(address).path))


def candidates(wanted: Wanted, base: str | Path | None = None) -> Sequence[str]:
    """Return the addresses of a file, in the order in which they are tried.

    Parameters
    ----------
    wanted : Wanted
        The file.
    base : str or path, optional
        A mirror or a folder in place of the server: it may hold the server's folders, those below the
        first one (``sas``), or all files side by side.

    Raises
    ------
    ConfigError
        If an address is not allowed.
    InputError
        If the folder is not there.
    """
    if base is None:
        return [checked(wanted.url)]
    root = _base(base)
    path = unquote(urlsplit(wanted.url).path).strip("/")
    if ".." in path.split("/"):
        raise ConfigError("an address leads upwards", found=repr(wanted.url), todo="correct the release file")
    tails = dict.fromkeys((path.partition("/")[2], path, wanted.file))
    return [checked(f"{root}/{quote(tail)}") for tail in tails if tail]


def _base(base: str | Path) -> str:
    text = os.fspath(base)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        parts = urlsplit(checked(text))
        if parts.query or parts.fragment:
            raise ConfigError("the address of a mirror ends with a folder", found=repr(text))
        if parts.scheme != "file":
            return text.rstrip("/")
        text = unquote(parts.path)
    folder = Path(text).absolute()
    if not folder.is_dir():
        raise InputError(
            "the folder that stands for the server is not there",
            where=folder,
            todo="give a folder of this machine, or an address: https://...",
        )
    return folder.as_uri().rstrip("/")
