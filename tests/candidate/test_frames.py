"""Is an answer that comes in frames read whole, and no more of it than a job may send?"""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from autograder.candidate import frames
from autograder.candidate.frames import LAST, MORE, PIECE, pack_frame, read_answer


def sent(*contents):
    return io.BytesIO(b"".join(map(pack_frame, contents)))


def test_an_answer_is_all_pieces_and_the_frame_after_them():
    stream = sent(PIECE + b"ab", PIECE, PIECE + b"c", MORE + b"answered\n", LAST + b"timeout\n")
    assert read_answer(stream) == (b"abc", b"+answered\n")
    assert read_answer(stream) == (b"", b"-timeout\n"), "an answer without a piece"
    assert read_answer(stream) is None and read_answer(sent(PIECE + b"ab")) is None, "nothing comes after it"


def test_no_more_is_read_than_a_job_may_send(monkeypatch):
    monkeypatch.setattr(frames, "MAX_ANSWER", 100)  # and what frames add to it
    assert read_answer(sent(PIECE + bytes(150), PIECE + bytes(150), MORE)) == (bytes(300), MORE)
    assert read_answer(sent(PIECE + bytes(150), PIECE + bytes(151), MORE)) is None
    assert read_answer(sent(PIECE + bytes(299), MORE)) == (bytes(299), MORE)
    assert read_answer(sent(PIECE + bytes(300), MORE)) is None


@pytest.mark.parametrize("most", [1, 3, 1000])
def test_a_frame_is_written_whole_however_little_is_taken_at_once(most, monkeypatch):
    written, calls = bytearray(), []

    def write(descriptor, data):
        calls.append(descriptor)
        written.extend(data[:most])
        return min(most, len(data))

    monkeypatch.setattr(frames, "os", SimpleNamespace(write=write))
    frames.write_frame(7, b"answer", PIECE)
    assert written == pack_frame(b"=answer") and set(calls) == {7}
