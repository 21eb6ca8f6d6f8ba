"""Opens a new release of the course: a folder, an archive, or the release at a git clone's origin."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from . import clones
from .manifest import MANIFEST, UpdateError

MAX_BYTES = 200 * 2**20
"""The largest size to which a release may unpack."""


@contextmanager
def open_release(source: Path | None, copy: Path) -> Iterator[Path]:
    """Yield the folder of a release: a folder, an unpacked archive, or the release at a git clone's origin.

    Parameters
    ----------
    source : Path or None
        A folder, a .zip or a .tar.gz; None asks the copy's own git remote.
    copy : Path
        The copy to update.

    Raises
    ------
    UpdateError
        If the source holds no release.
    """
    with tempfile.TemporaryDirectory(prefix="weightlab-update-") as held:
        target = Path(held)
        if source is None:
            _fetch(copy, target)
        elif source.is_dir():
            target = source
        else:
            with _whole(source):
                _unpack(source, target)
        yield _find_root(target, source or copy)


def _find_root(folder: Path, source: Path) -> Path:
    for candidate in (folder, *sorted(path for path in folder.iterdir() if path.is_dir())):
        if (candidate / MANIFEST).is_file():
            return candidate
    raise UpdateError(f"{source} is not a release of the course, because {MANIFEST} is missing. Download it again.")


def _fetch(copy: Path, target: Path) -> None:
    """Unpack the release at a clone's git remote."""
    if not clones.is_clone(copy):
        raise UpdateError(
            "This copy is not a git clone. Download the new release and run `weightlab update RELEASE.zip`, with the "
            "name of the downloaded file."
        )
    try:
        content = clones.fetch(copy)
    except clones.GitError as error:
        raise UpdateError(
            f"{error} Download the new release and run `weightlab update RELEASE.zip`, with the name of the downloaded "
            "file."
        ) from None
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        _unpack_tar(archive, target)


@contextmanager
def _whole(source: Path) -> Iterator[None]:
    """Turn every error of a damaged archive, of which there are a dozen kinds, into one sentence."""
    try:
        yield
    except UpdateError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise
        raise UpdateError(f"{source} is damaged ({error or type(error).__name__}). Download it again.") from None


def _unpack(source: Path, target: Path) -> None:
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _require_small(sum(entry.file_size for entry in entries))
            for entry in entries:
                _lay(target, entry.filename, archive.read(entry))
    elif source.is_file() and tarfile.is_tarfile(source):
        with tarfile.open(source) as archive:
            _unpack_tar(archive, target)
    else:
        raise UpdateError(f"{source} is neither a folder nor a zip or tar archive that can be read. Download it again.")


def _unpack_tar(archive: tarfile.TarFile, target: Path) -> None:
    size = 0
    for member in archive:  # one after another: listing all members first would unpack a whole archive bomb
        size += member.size
        _require_small(size)
        if member.isfile():
            _lay(target, member.name, archive.extractfile(member).read())


def _lay(target: Path, name: str, content: bytes) -> None:
    place = PurePosixPath(name.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or ":" in name:  # a colon names a drive on Windows
        raise UpdateError(f"The archive was not unpacked, because it holds a file outside its own folder ({name!r}).")
    path = target.joinpath(*place.parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _require_small(size: int) -> None:
    if size > MAX_BYTES:
        raise UpdateError(f"The archive unpacks to more than {MAX_BYTES // 2**20} MiB, so it was not unpacked.")
