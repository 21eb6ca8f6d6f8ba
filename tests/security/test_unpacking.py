"""Does a zip, however it is made, cost at most its sender's submission, and nobody else anything?"""

from __future__ import annotations

import io
import os
import random
import stat
import struct
import subprocess
import sys
import zipfile

import pytest

from autograder.classroom.collecting import unpack
from autograder.classroom.collecting.reasons import NotTakenError, Reason
from tests.classroom.conftest import Inbox
from tests.support.downloads import CHAPTER, NOTEBOOK, packed, work, zipped


@pytest.fixture
def inbox(tmp_path):
    found = Inbox(tmp_path)
    found.put("zed.zip", packed("zed"))
    return found


def only(found, reason):
    """Return whether the honest student was taken and the other was refused for a reason."""
    return found.taken == {"zed"} and found.lost == {"eve": reason}


def changed(content: bytes, mark: bytes, offset: int, new: bytes) -> bytes:
    """Overwrite a field of every record of one kind in a zip."""
    content = bytearray(content)
    place = content.find(mark)
    while place >= 0:
        content[place + offset : place + offset + len(new)] = new
        place = content.find(mark, place + 4)
    return bytes(content)


LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


class TestWhatZipfileRaises:
    @pytest.mark.parametrize(
        ("mark", "offset", "new"),
        [
            (CENTRAL, 6, b"\x63\x00"),  # it needs version 9.9
            (CENTRAL, 10, b"\x63\x00"),  # a compression method that does not exist
            (CENTRAL, 16, b"\x00\x00\x00\x00"),  # a wrong checksum
            (CENTRAL, 42, b"\xff\xff\xff\x7f"),  # the file begins beyond the zip's end
            (CENTRAL, 28, b"\xff\xff"),  # a name that is longer than the zip
        ],
    )
    def test_versions_methods_sums_and_places(self, inbox, mark, offset, new):
        inbox.put("eve.zip", changed(packed(), mark, offset, new))
        found = inbox.collect()
        assert found.taken == {"zed"} and set(found.lost) == {"eve"}

    def test_a_name_that_is_flagged_utf_8_and_is_not(self, inbox):
        content = zipped({"x\u00e9.txt": b"x"} | work("eve"))
        inbox.put("eve.zip", content.replace("\u00e9".encode(), b"\xff\xfe"))
        assert only(inbox.collect(), Reason.NOT_A_ZIP)

    def test_a_password(self, inbox):
        content = changed(changed(packed(), LOCAL, 6, b"\x01"), CENTRAL, 8, b"\x01")
        inbox.put("eve.zip", content)
        assert only(inbox.collect(), Reason.LOCKED)

    def test_a_method_that_may_ask_for_much_memory(self, inbox):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
            for name, content in work().items():
                archive.writestr(name, content)
        inbox.put("eve.zip", buffer.getvalue())
        assert only(inbox.collect(), Reason.METHOD)

    @pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + b"\xff" * 18])
    def test_no_zip_at_all(self, inbox, content):
        inbox.put("eve.zip", content)
        found = inbox.collect()
        assert found.taken == {"zed"} and set(found.lost) == {"eve"}

    def test_bytes_changed_at_random_stop_nobody(self, inbox):
        rng, good = random.Random(1), packed("eve")
        for number in range(300):
            content = bytearray(good)
            for _ in range(rng.randrange(1, 5)):
                content[rng.randrange(len(content))] = rng.randrange(256)
            inbox.put(f"eve{number:03}.zip", bytes(content[: rng.randrange(20, len(content) + 1)]))
        found = inbox.collect()
        assert "zed" in found.taken and len({row.student for row in found.rows}) == 301
        assert inbox.mark("zed") == ("zed", "zed")


class TestBounds:
    def test_a_module_and_a_notebook(self, inbox):
        inbox.put("eve.zip", work() | {f"{CHAPTER}/weightlab/weights.py": bytes(10**6)})
        assert only(inbox.collect(), Reason.TOO_LARGE)
        inbox.put("eve.zip", work() | {f"{CHAPTER}/{NOTEBOOK}": bytes(21 * 2**20)})
        assert only(inbox.collect(), Reason.TOO_LARGE)

    def test_a_whole_library(self, inbox):
        """A zip of 203 KiB that would be 150 MiB on the disk."""
        modules = {f"{CHAPTER}/weightlab/m{i}.py": bytes(500_000) for i in range(99)}
        assert len(zipped(modules)) < 203 * 2**10
        inbox.put("eve.zip", work() | modules)
        assert only(inbox.collect(), Reason.TOO_LARGE)

    def test_many_modules_and_many_files(self, inbox):
        inbox.put("eve.zip", work() | {f"{CHAPTER}/weightlab/m{i}.py": b"" for i in range(101)})
        assert only(inbox.collect(), Reason.TOO_MANY_FILES)
        inbox.put("eve.zip", work() | {f"{i}": b"" for i in range(unpack.MAX_FILES)})
        assert only(inbox.collect(), Reason.TOO_MANY_FILES)

    def test_zips_within_count_together(self, inbox):
        inner = {f"{i}.zip": zipped({f"{i}{j}": b"" for j in range(9_000)}) for i in range(3)}
        inbox.put("eve.zip", inner)
        assert only(inbox.collect(), Reason.TOO_MANY_FILES)
        large = zipped({"a.zip": bytes(60 * 2**20), "b.zip": bytes(60 * 2**20)})
        assert len(large) < 2**18
        inbox.put("eve.zip", large)
        assert only(inbox.collect(), Reason.UNPACKS_TOO_LARGE)

    def test_a_directory_that_is_longer_than_it_says_is_never_listed(self, inbox):
        """A million entries in a zip's directory cost hundreds of megabytes before the first of them is examined."""
        line = CENTRAL + bytes(42) + b"x"
        line = line[:28] + struct.pack("<H", 1) + line[30:]
        lines = line * 200_000
        end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(lines), 0, 0)
        inbox.put("eve.zip", lines + end)
        assert only(inbox.collect(), Reason.TOO_MANY_FILES)

    def test_memory_while_a_bomb_is_refused(self, inbox):
        inner = zipped({NOTEBOOK: bytes(300 * 2**20)})
        inbox.put("eve.zip", {"01_weights.zip": inner})
        program = f"""
import resource
from pathlib import Path
from autograder.classroom.collecting.collect import collect_submissions
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = collect_submissions([Path({str(inbox.folder)!r})], Path({str(inbox.classroom)!r}), {CHAPTER!r})
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(after - before, *(row.student for row in found.rows if row.taken))
"""
        ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        grown, *taken = ran.stdout.split()
        assert taken == ["zed"] and int(grown) < 100 * 2**10


def test_a_link_in_a_zip_is_not_followed(inbox):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in (NOTEBOOK, "weightlab/weights.py"):
            link = zipfile.ZipInfo(name)
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, "/etc/passwd")
    inbox.put("eve.zip", buffer.getvalue())
    assert only(inbox.collect(), Reason.NO_NOTEBOOK)


def test_links_pipes_and_loops_in_a_folder_are_not_followed(inbox, tmp_path):
    (tmp_path / "secret.py").write_text("of = 'secret'\n")
    for name, content in work("eve").items():
        inbox.put(f"eve/{name}", content)
    library = inbox.folder / "eve" / CHAPTER / "weightlab"
    (library / "biases.py").symlink_to(tmp_path / "secret.py")
    (library / "loop").symlink_to(inbox.folder)
    os.mkfifo(library / "pipe.py")
    found = inbox.collect()
    assert found.taken == {"zed", "eve"} and set(inbox.held("eve")) == {NOTEBOOK, "weightlab/weights.py"}


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (ValueError("bad magic"), Reason.NOT_A_ZIP, "bad magic"),
        (EOFError(), Reason.NOT_A_ZIP, "EOFError"),
        (OSError("cut short"), Reason.NOT_A_ZIP, "cut short"),
        (PermissionError(13, "Permission denied", "ada.zip"), Reason.UNREADABLE, "Permission denied"),
    ],
)
def test_whatever_reading_an_archive_raises_ends_in_its_reason(error, reason, words):
    with pytest.raises(NotTakenError, match=words) as caught, unpack.readable():
        raise error
    assert caught.value.reason is reason


@pytest.mark.parametrize(("bit", "taken"), [(0x1, False), (0x2, True), (0x4, True)])
def test_an_encrypted_zip_is_told_from_one_that_was_packed_tightly(inbox, bit, taken):
    """The two bits after the encryption bit say how tightly the zip was packed."""
    content = bytearray(packed("ada"))
    for at in range(len(content)):
        if content[at : at + 4] == b"PK\x03\x04":
            content[at + 6] |= bit
        elif content[at : at + 4] == b"PK\x01\x02":
            content[at + 8] |= bit
    found = inbox.collect(inbox.put("ada.zip", bytes(content)))
    assert found.taken == ({"ada"} if taken else set())
    assert found.lost == ({} if taken else {"ada": Reason.LOCKED})
