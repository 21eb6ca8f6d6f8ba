"""Do numbers come through unchanged, and does nothing else come through at all?"""

from __future__ import annotations

import os
import struct
import time
import tracemalloc
from collections import OrderedDict
from random import Random
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.candidate import wire
from autograder.candidate.wire import MAX_DEPTH, MAX_ITEMS, Given, Opaque, Rng, WireError, decode, encode

MUTANTS = 400
EXAMPLES = int(os.environ.get("WEIGHTLAB_FUZZ", "100000")) // MUTANTS
"""Set WEIGHTLAB_FUZZ=5000000 for a long run by hand."""

DTYPES = [np.dtype(code) for code in wire._DTYPES]
ARRAYS = st.sampled_from(DTYPES).flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0)))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**511), 2**511),
    st.floats(),
    st.text(),
    st.binary(max_size=40),
    st.builds(Rng, st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1)),
    st.builds(Given, st.text(max_size=20)),
)
KEYS = st.text(max_size=8) | st.integers(-(2**59), 2**59)
DATA = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.frozensets(KEYS, max_size=4)
    ),
    max_leaves=12,
)


def same(a, b):
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, float):
        return type(b) is float and struct.pack("<d", a) == struct.pack("<d", b)
    return type(a) is type(b) and a == b


@given(DATA)
@settings(max_examples=300, deadline=None)
def test_data_comes_back_as_it_went(value):
    assert same(decode(encode(value)), value)


@pytest.mark.parametrize("scalar", [np.float64(0.5), np.float32(0.5), np.int8(-3), np.uint64(2**63), np.bool_(True)])
def test_numpy_scalars_keep_their_type(scalar):
    came = decode(encode(scalar))
    assert (type(came), came) == (type(scalar), scalar)


def test_arrays_of_the_other_byte_order_keep_their_numbers():
    assert decode(encode(np.array([1.5, -2.0], dtype=">f8"))).tolist() == [1.5, -2.0]


def test_only_what_a_terminal_might_act_on_is_replaced_in_text():
    assert wire.printable("a\tb\nc \x1b[2J\r\u202e é") == "a\tb\nc \ufffd[2J\ufffd\ufffd é"


def test_a_seed_without_a_stream_is_the_first_stream():
    assert Rng(3) == Rng(3, 0) != Rng(3, 1)


def test_the_largest_key_crosses():
    assert decode(encode({2**60 - 1: 1, 1 - 2**60: 2})) == {2**60 - 1: 1, 1 - 2**60: 2}


def test_arrays_come_back_read_only():
    with pytest.raises(ValueError, match="read-only"):
        decode(encode(np.zeros(3)))[0] = 1


class Odd:
    def __repr__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (Odd(), "Odd"),
        (lambda x: x, "function"),
        (1j, "complex"),
        (np.array([1j]), "array of complex128"),
        (np.array([Odd()]), "array of object"),
        (np.array(["a"]), "array of <U1"),
        (np.zeros(2, dtype="f8,i4"), "array of [('f0', '<f8'), ('f1', '<i4')]"),
        (np.broadcast_to(1.0, (10**6, 10**6)), "array of shape (1000000, 1000000)"),
        ({1.5: 2}, "dict"),
        ({(1, 2): 3}, "dict"),
        ({2**60: 1}, "dict"),
        ({-(2**60): 1}, "dict"),
        ({True: 1}, "dict"),
        ({"a": 1, 1.5: 2}, "dict"),
        ({"a", 1.5}, "set"),
        ({1.5}, "set"),
        (type("a\x1b[31mb", (), {})(), "a\N{REPLACEMENT CHARACTER}[31mb"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_what_is_no_data_crosses_as_its_name(value, named):
    assert decode(encode(value)) == Opaque(named)


def cyclic():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (cyclic(), "contains itself"),
        ([0] * (MAX_ITEMS + 1), "more than 400,000 values"),
        (2**600, "bits"),
        ("x" * (wire.MAX_TEXT + 1), "text of more than 1,048,576 bytes"),
        (bytes(wire.MAX_BYTES + 1), "more than 64 MiB of data"),
        ([np.zeros(2**22)] * 3, "more than 64 MiB of data"),
    ],
    ids=["cyclic", "long", "large number", "text", "bytes", "arrays"],
)
def test_what_is_too_much_is_refused(value, words):
    with pytest.raises(WireError, match=words):
        encode(value)


def block(tag, n, data=b""):
    return tag + struct.pack("<I", n) + data


FORGED = {
    "nothing": b"",
    "unknown tag": b"?",
    "left over": b"NN",
    "a pickle": b"\x80\x04\x95\x1a\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94\x8c\x06system\x94\x93\x94.",
    "a list of four billion": block(b"L", 2**32 - 1),
    "a list longer than its bytes": block(b"L", 1000, b"N" * 999),
    "a mapping of four billion": block(b"M", 2**32 - 1),
    "half a mapping": block(b"M", 2, b"NNN"),
    "an unhashable key": block(b"M", 1, block(b"L", 0) + b"N"),
    "an array as key": block(b"M", 1, b"A\x0b\x00" + bytes(8) + b"N"),
    "text of four billion": block(b"S", 2**32 - 1),
    "text that is not UTF-8": block(b"S", 1, b"\xff"),
    "a surrogate": block(b"S", 3, "\ud800".encode("utf-8", "surrogatepass")),
    "an empty whole number": block(b"I", 0),
    "a whole number of a million bytes": block(b"I", 10**6, bytes(10**6)),
    "half a float": b"D1234",
    "nothing of a float": b"D",
    "half an array": b"A\x0b\x01" + struct.pack("<I", 2) + bytes(8),
    "an array of no such type": b"A\xff\x00",
    "an array of the type after the last": b"A\x0c\x00" + bytes(8),
    "an array of nine dimensions": b"A\x0b\x09" + bytes(36),
    "an array of many bytes": b"A\x0b\x02" + struct.pack("<II", 2**30, 2**30),
    "an array whose size overflows": b"A\x0b\x08" + struct.pack("<8I", *[2**30] * 8),
    "an empty array of absurd length": b"A\x0b\x02" + struct.pack("<II", 0, 2**32 - 1),
    "a truth value of two": b"A\x00\x01" + struct.pack("<I", 1) + b"\x02",
    "a scalar with dimensions": b"X\x0b\x01" + struct.pack("<I", 1) + bytes(8),
    "deep nesting": block(b"L", 1) * 10_000 + b"N",
    "deep nesting in keys": block(b"M", 1) * 10_000 + b"N",
    "a long type name": block(b"O", 10_000, b"x" * 10_000),
}


@pytest.mark.parametrize("data", FORGED.values(), ids=FORGED)
def test_a_forged_message_is_refused_and_costs_nothing(data):
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            decode(data)
        assert tracemalloc.get_traced_memory()[1] < 200_000 + 4 * len(data)
    finally:
        tracemalloc.stop()


def test_keys_that_collide_cannot_make_reading_slow():
    """Python hashes integers by a known rule, so a mapping whose keys have equal hashes would take hours to read."""
    prime = 2**61 - 1
    keys = [encode(i * prime) + b"N" for i in range(1, 20_001)]
    began = time.perf_counter()
    with pytest.raises(WireError, match="key"):
        decode(block(b"M", len(keys), b"".join(keys)))
    with pytest.raises(WireError, match="member"):
        decode(block(b"E", len(keys), b"".join(key[:-1] for key in keys)))
    assert time.perf_counter() - began < 2


def mutants(data, other, rng):
    """Yield damaged forms of a message: bits and bytes changed, sizes inflated, cut, repeated, spliced, noise."""
    for _ in range(MUTANTS):
        copy, kind, at = bytearray(data), rng.randrange(8), rng.randrange(len(data))
        if kind == 0:
            copy[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            copy[at] = rng.choice(b"NTFIDSBLUEMAXRGO")
        elif kind == 2:
            copy[at : at + 4] = struct.pack("<I", rng.choice([0, 1, 255, 2**16, 2**30, 2**31, 2**32 - 1]))
        elif kind == 3:
            del copy[at:]
        elif kind == 4:
            copy[at:at] = copy[at : at + rng.randrange(1, 20)] * rng.randrange(1, 6)
        elif kind == 5:
            copy[at:] = other[rng.randrange(len(other)) :]
        elif kind == 6:
            for place in rng.choices(range(len(data)), k=1 + len(data) // 20):
                copy[place] = rng.randrange(256)
        else:
            copy = rng.randbytes(rng.randrange(64))
        yield bytes(copy)


def held(value):
    """Return how many values a value holds, and how many bytes their numbers take."""
    if isinstance(value, np.ndarray):
        return 1, value.nbytes
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, (list, tuple, frozenset)):
        inside = [held(item) for item in value]
        return 1 + sum(count for count, _ in inside), sum(size for _, size in inside)
    return 1, 0


@given(DATA, DATA, st.randoms(use_true_random=False), st.integers(0, 9))
@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_a_hundred_thousand_damaged_messages_do_no_harm(value, other, rng, watched):
    """Does every message become bounded data or a WireError, while allocating little more than its own size?"""
    messages = list(mutants(encode(value), encode(other), Random(rng.random())))
    if watched == 0:
        tracemalloc.start()
    try:
        for data in messages:
            try:
                came = decode(data)
            except WireError:
                continue
            count, size = held(came)
            assert count <= min(len(data), MAX_ITEMS) and size <= len(data)
            encode(came)
        if watched == 0:
            assert tracemalloc.get_traced_memory()[1] < 100_000 + 400 * max(map(len, messages))
    finally:
        tracemalloc.stop()


def test_the_largest_number_and_the_most_of_an_answer_cross():
    for number in (2**wire.MAX_BITS - 1, 1 - 2**wire.MAX_BITS):
        assert decode(encode(number)) == number
    with pytest.raises(WireError, match="bits"):
        encode(2**wire.MAX_BITS)
    with pytest.raises(WireError, match="too long"):
        decode(block(b"I", 65, (2**wire.MAX_BITS).to_bytes(65, "little")))
    most = [0] * (wire.MAX_ANSWER_VALUES - 1)  # the list counts as well
    assert wire.is_short(most) and not wire.is_short([*most, 0])
    assert wire.is_short("x" * wire.MAX_ANSWER_TEXT) and not wire.is_short("x" * (wire.MAX_ANSWER_TEXT + 1))
    assert not wire.is_short({"x" * wire.MAX_ANSWER_TEXT: ("y",)})


def test_nesting_is_bounded_on_both_sides():
    value = 1.0
    for _ in range(MAX_DEPTH):
        value = [value]
    assert decode(encode(value)) == value
    with pytest.raises(WireError, match="deep"):
        encode([value])
    with pytest.raises(WireError, match="deep"):
        decode(block(b"L", 1, encode(value)))


def test_mappings_and_sets_are_as_deep_as_lists():
    mapping, members = 1.0, frozenset({1})
    for _ in range(MAX_DEPTH - 1):
        mapping, members = {"a": mapping}, [members]
    assert decode(encode({"a": mapping})) == {"a": mapping} and decode(encode(members)) == members
    for one in ({"a": {"b": mapping}}, [members]):
        with pytest.raises(WireError, match="deep"):
            encode(one)
    with pytest.raises(WireError, match="deep"):
        decode(block(b"M", 1, encode("a") + encode({"a": mapping})))


def test_the_longest_text_crosses_and_all_texts_together_are_bounded():
    assert decode(encode("x" * wire.MAX_TEXT)) == "x" * wire.MAX_TEXT
    assert decode(encode(["é" * 3, "y" * 5], max_text=11)) == ["é" * 3, "y" * 5]
    with pytest.raises(WireError, match="text of more than 10 bytes"):
        encode(["é" * 3, "y" * 5], max_text=10)


def test_exactly_as_many_bytes_as_are_allowed_cross(monkeypatch):
    monkeypatch.setattr(wire, "MAX_BYTES", 80)
    for value in (bytes(80), [bytes(70), None], np.zeros(10)):
        assert same(decode(encode(value)), value)
    for value in (bytes(81), [bytes(71), None]):
        with pytest.raises(WireError, match="of data"):
            encode(value)
    assert decode(encode(np.zeros(11))) == Opaque("array of shape (11,)")
    with pytest.raises(WireError, match="array too large"):
        decode(b"A\x0b\x01" + struct.pack("<I", 11) + bytes(88))
    assert decode(block(b"B", 155, bytes(155))) == bytes(155)
    with pytest.raises(WireError, match="too many bytes"):
        decode(block(b"B", 156, bytes(156)))


def test_numbers_of_unknown_kinds_cross_as_the_name_of_their_kind():
    kinds = [np.dtype("complex64"), np.dtype("M8[D]"), np.dtype("U5"), np.dtypes.StringDType()]
    kinds += [np.dtype(np.longdouble)] * (np.longdouble(1).itemsize > 8)  # on some systems it is an ordinary float
    for kind in kinds:
        assert decode(encode(np.zeros(2, kind))) == Opaque(f"array of {kind}")


def test_an_empty_axis_counts_as_one_and_no_more(monkeypatch):
    monkeypatch.setattr(wire, "MAX_BYTES", 80)
    assert decode(encode(np.zeros((0, 10)))).shape == (0, 10)
    assert decode(encode(np.zeros((0, 11)))) == Opaque("array of shape (0, 11)")


def test_keys_count_among_the_values(monkeypatch):
    monkeypatch.setattr(wire, "MAX_ITEMS", 100)
    pair = encode("a") + b"N"
    assert decode(block(b"M", 49, 49 * pair)) == {"a": None}
    with pytest.raises(WireError, match="too many values"):
        decode(block(b"M", 50, 50 * pair))


def test_an_array_may_have_eight_axes():
    assert decode(encode(np.zeros((1,) * 8))).shape == (1,) * 8
    assert decode(encode(np.zeros((1,) * 9))) == Opaque(f"array of shape {(1,) * 9}")


def test_harmless_forms_of_mappings_and_numbers_cross_as_what_they_stand_for():
    class Number(float):
        pass

    assert decode(encode(OrderedDict(a=[1]))) == {"a": [1]} == decode(encode(MappingProxyType({"a": [1]})))
    assert same(decode(encode(Number(2.5))), 2.5)


def test_exactly_as_many_values_as_are_allowed_cross():
    most = [None] * (MAX_ITEMS - 1)  # the list counts as well
    assert decode(encode(most)) == most
    with pytest.raises(WireError, match="values"):
        encode([*most, None])
    with pytest.raises(WireError):
        decode(block(b"L", MAX_ITEMS - 1, b"N" * (MAX_ITEMS - 2) + block(b"L", 1, b"N")))
    assert decode(encode([[]], max_items=2)) == [[]]
    with pytest.raises(WireError):
        encode([[]], max_items=1)
