"""Files for their owner alone, whole or not there, and never through a link."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable

_LONGEST = 200
_PREFIX = 40
_SAID = {
    errno.ENOENT: "no_folder", errno.ENOTDIR: "no_folder",
    errno.EACCES: "not_writable", errno.EPERM: "not_writable", errno.EROFS: "not_writable",
    errno.ENOSPC: "full", errno.EDQUOT: "full", errno.ENAMETOOLONG: "too_long",
}  # fmt: skip


class NotWrittenError(Exception):
    """A file that was not written; the notice says why, and what is there is as it was."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        super().__init__(notice.id)


@contextmanager
def private_file(path: Path, *, over: bool = False) -> Iterator[BinaryIO]:
    """Give a file to write that stands at ``path``, mode 0600, once all was written; ``over`` one that is there.

    Raises:
        NotWrittenError: there is something already, or what was written cannot be kept.
    """
    try:
        check(path, over=over)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:_PREFIX]}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _place(Path(name), path, over=over)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise NotWrittenError(problem(path, error)) from None


def check(path: Path, *, over: bool = False) -> None:
    """See whether a file can be put there.

    Raises:
        NotWrittenError: there is a link, a folder or a device, or, unless it may be written ``over``, a file.
        OSError: its folder cannot be looked into.
    """
    if not path.parent.is_dir():
        raise NotWrittenError(Notice("output.file.no_folder", _values(path)))
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise NotWrittenError(Notice("output.file.not_a_file", _values(path)))
    if not over:
        raise NotWrittenError(Notice("output.file.exists", _values(path)))


def problem(path: Path, error: OSError) -> Notice:
    """Return what to tell of an error at a file."""
    name = _SAID.get(error.errno or 0, "failed")
    return Notice(f"output.file.{name}", {**_values(path), "reason": error.strerror or type(error).__name__})


def _place(written: Path, path: Path, *, over: bool) -> None:
    if over:
        written.replace(path)
        return
    try:
        os.link(written, path, follow_symlinks=False)
    except FileExistsError:
        raise NotWrittenError(Notice("output.file.exists", _values(path))) from None
    except OSError:  # a file system without links
        check(path)
        written.replace(path)
    else:
        written.unlink()


def _values(path: Path) -> dict[str, str | int | float]:
    return {"path": printable(str(path), _LONGEST), "folder": printable(str(path.parent), _LONGEST)}
