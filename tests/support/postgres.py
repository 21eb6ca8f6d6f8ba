"""A test's own PostgreSQL server, reached by a socket in its folder, that can be stopped and started again."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest


class Server:
    """A server, whose superuser is called teacher."""

    def __init__(self) -> None:
        pytest.importorskip("psycopg", reason="psycopg is not installed, so no PostgreSQL gradebook was tried")
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        found = found or [Path(which) for which in [shutil.which("postgres")] if which]
        if not found:
            pytest.skip("PostgreSQL is not installed, so no PostgreSQL gradebook was tried")
        self._programs = found[-1].resolve().parent
        self.folder = Path(tempfile.mkdtemp(prefix="weightlab-pg-"))
        user: dict = {}
        if os.getuid() == 0:  # the server refuses to run as root
            user = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
            os.chown(self.folder, pwd.getpwnam("nobody").pw_uid, -1)
        self._how = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": self.folder, **user}
        argv = [self._programs / "initdb", "-D", self.folder / "data", "-U", "teacher", "-A", "trust", "-N"]
        subprocess.run(argv, check=True, **self._how)
        self.start()

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql://teacher@/{database}?host={self.folder}"

    def start(self) -> None:
        options = ["-k", self.folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        argv = [self._programs / "postgres", "-D", self.folder / "data", *options]
        self._server = subprocess.Popen(argv, **self._how)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                self.run("select 1")
                return
            except self._error():
                assert self._server.poll() is None, "PostgreSQL ended as soon as it was started"
                time.sleep(0.1)
        raise AssertionError("no PostgreSQL server came up within a minute")

    def stop(self) -> None:
        """Stop the server without waiting for any connection, as an administrator may do."""
        self._server.send_signal(2)
        self._server.wait(20)

    def run(self, statement: str, database: str = "postgres") -> list[tuple]:
        import psycopg

        with psycopg.connect(f"host={self.folder} user=teacher dbname={database}", autocommit=True) as db:
            cursor = db.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @staticmethod
    def _error() -> type[Exception]:
        import psycopg

        return psycopg.OperationalError

    def close(self) -> None:
        self._server.kill()
        self._server.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)
