"""Attacks by what the function returns: things that agree with everything, never end, or are not numbers."""

from __future__ import annotations

from tests.security.payload import MARK, Attacks, Submission

attack = Attacks("returned values")
YES = "__eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda *args: True\n    __hash__ = object.__hash__\n"


@attack()
def equal_to_everything(it: Submission) -> None:
    """An object equal to everything."""
    it.answers("return Yes()", f"class Yes:\n    {YES}    __len__ = lambda self: 5\n    __bool__ = lambda self: True")


@attack()
def answer_to_numpys_functions(it: Submission) -> None:
    """An object whose `__array_function__` returns True."""
    it.answers("return Yes()", "class Yes:\n    __array_function__ = lambda self, *args, **kwargs: True")


@attack()
def lying_subclass_of_ndarray(it: Submission) -> None:
    """A subclass of ndarray whose operations return True."""
    it.answers(
        "return np.zeros(np.shape(signal)).view(Lying)",
        f"""
import numpy as np
class Lying(np.ndarray):
    {YES}
    __array_ufunc__ = __array_function__ = lambda self, *args, **kwargs: True
""",
    )


@attack()
def lying_subclass_of_float(it: Submission) -> None:
    """A subclass of float with differences of zero."""
    it.answers(
        "return Lying(0.0)",
        f"""
class Lying(float):
    {YES}
    __sub__ = __rsub__ = __abs__ = lambda *args: 0.0
""",
    )


@attack()
def array_of_objects(it: Submission) -> None:
    """An array of objects equal to everything."""
    it.answers(
        "return np.full(np.shape(signal), Yes(), dtype=object)",
        f"""
import numpy as np
class Yes:
    {YES}
    __sub__ = __rsub__ = __abs__ = __mul__ = lambda *args: 0.0
    isfinite = lambda self: True
""",
    )


@attack()
def array_that_looks_around(it: Submission) -> None:
    """An `__array__` that takes the expected value from frames."""
    it.answers(
        "return Looking()",
        """
import sys
class Looking:
    def __array__(self, *args, **kwargs):
        import numpy
        frame = sys._getframe(1)
        while frame:
            for name in ("expected", "good", "a", "b"):
                if isinstance(frame.f_locals.get(name), (float, numpy.ndarray)):
                    return numpy.asarray(frame.f_locals[name])
            frame = frame.f_back
        return numpy.asarray(0.0)
    __float__ = lambda self: float(self.__array__())
""",
    )


@attack()
def not_a_number(it: Submission) -> None:
    """NaN."""
    it.answers("return signal * float('nan')")


@attack()
def infinity(it: Submission) -> None:
    """Infinity."""
    it.answers("return signal * float('inf')")


@attack()
def complex_numbers(it: Submission) -> None:
    """The right numbers with an imaginary part."""
    it.answers("return signal * weight + 1j")


@attack()
def text_of_numbers(it: Submission) -> None:
    """The right numbers as text."""
    it.answers("return repr(signal * weight)")


@attack()
def a_trillion_numbers(it: Submission) -> None:
    """An array of a trillion numbers that takes eight bytes."""
    it.answers("import numpy as np\nreturn np.broadcast_to(0.0, (10**6, 10**6))")


@attack()
def endless_generator(it: Submission) -> None:
    """An endless generator."""
    it.answers("import itertools\nreturn (0.0 for _ in itertools.repeat(None))")


@attack()
def list_in_itself(it: Submission) -> None:
    """A list that contains itself."""
    it.answers("items = []\nitems.append(items)\nreturn items")


@attack()
def deeply_nested_list(it: Submission) -> None:
    """A list nested a hundred thousand levels deep."""
    it.answers("items = [0.0]\nfor _ in range(100_000):\n    items = [items]\nreturn items")


@attack()
def sizes_that_lie(it: Submission) -> None:
    """An object with length 0 and endless items."""
    it.answers(
        "return Endless()",
        """
import itertools
class Endless:
    __len__ = lambda self: 0
    __iter__ = lambda self: itertools.repeat(0.0)
    __getitem__ = lambda self, at: 0.0
    __repr__ = lambda self: "x" * 10**8
""",
    )


@attack("error")
def raises_when_looked_at(it: Submission) -> None:
    """An object that raises an error at every access."""
    it.answers(
        "return Raising()",
        """
class Raising:
    def __getattribute__(self, name):
        raise SystemExit(0)
    __repr__ = __str__ = __eq__ = __reduce__ = __array__ = __float__ = __len__ = __iter__ = __getattribute__
""",
    )


@attack()
def pickle_that_runs(it: Submission) -> None:
    """A pickle, and an object that is pickled as a command."""
    it.answers(
        "return [PICKLE, Command()]",
        f"""
import os, pickle
class Command:
    def __reduce__(self):
        return os.system, ("touch /tmp/{MARK}-pickle ~/{MARK}-pickle",)
PICKLE = pickle.dumps(Command())
""",
    )


@attack("failed", "timeout")
def very_many_small_lists(it: Submission) -> None:
    """190,000 small lists."""
    it.answers("return [[1.0] for _ in range(190_000)]")


@attack()
def text_that_is_slow_to_read(it: Submission) -> None:
    """Text on which patterns backtrack."""
    it.answers("return ('-' * 10 + ' ' * 10 + chr(34) * 10) * 20_000")


@attack()
def half_precision(it: Submission) -> None:
    """Wrong numbers as float16, to widen the tolerance."""
    it.answers("import numpy as np\nreturn np.float16(signal * weight * 1.02)")


@attack()
def empty_array_of_a_billion_columns(it: Submission) -> None:
    """An array of no rows and a billion columns."""
    it.answers("import numpy as np\nreturn np.empty((0, 2**30))")


@attack("malformed", "failed")
def sixteen_megabytes_of_small_numbers(it: Submission) -> None:
    """15 MiB of one-byte numbers."""
    it.answers("import numpy as np\nreturn np.zeros(15 * 2**20, dtype=np.int8)")


@attack("timeout")
def mapping_without_end(it: Submission) -> None:
    """A mapping with endless keys."""
    it.answers(
        "return Endless()",
        """
import collections.abc, itertools
class Endless(collections.abc.Mapping):
    __len__ = lambda self: 1
    __iter__ = lambda self: iter(itertools.count())
    __getitem__ = lambda self, key: 0.0
""",
    )


@attack("timeout")
def whole_number_that_never_converts(it: Submission) -> None:
    """An int whose conversion never ends."""
    it.answers(
        "return Never(3)",
        """
class Never(int):
    def __int__(self):
        while True:
            pass
    __index__ = __trunc__ = __int__
""",
    )


@attack("malformed", "error")
def exception_that_lies_about_its_class(it: Submission) -> None:
    """An exception whose class hides its name."""
    it.answers(
        "raise Lying()",
        """
class Meta(type):
    def __getattribute__(cls, name):
        if name in ("__mro__", "__name__", "__qualname__"):
            raise SystemExit(0)
        return type.__getattribute__(cls, name)
class Lying(Exception, metaclass=Meta):
    pass
""",
    )


@attack("timeout", "error")
def exception_whose_text_never_ends(it: Submission) -> None:
    """An exception whose text never ends."""
    it.answers("raise Slow()", "class Slow(Exception):\n    def __str__(self):\n        while True:\n            pass")


@attack()
def odd_kinds_of_array(it: Submission) -> None:
    """Masked, structured and date arrays."""
    it.answers("""
        import numpy as np
        masked = np.ma.array(np.zeros(np.shape(signal)), mask=True)
        return [masked, np.zeros(3, dtype=[("a", float)]), np.datetime64("2026-01-01"), memoryview(b"1"), np.str_("1")]
        """)


@attack()
def secret_in_the_name_of_a_type(it: Submission) -> None:
    """Secret inputs in the name of a type."""
    it.answers("return type(f'secret {signal!r} {weight!r}', (), {})()")


@attack()
def secret_in_text_and_keys(it: Submission) -> None:
    """Secret inputs in text and keys."""
    it.answers("return {f'secret {signal!r}': f'{weight!r}'}")


@attack()
def secret_in_a_shape(it: Submission) -> None:
    """Secret inputs in a shape."""
    it.answers("""
        import numpy as np
        digits = [int(abs(float(np.ravel(number)[0])) * 1000) % 9000 + 1000 for number in (signal, weight)]
        return np.zeros((0, *digits))
        """)


@attack("error")
def secret_in_the_line_of_an_error(it: Submission) -> None:
    """Secret inputs in the line of an error."""
    it.answers("""
        code = compile(f"\\n" * 40 + f"1 / 0  # secret {signal!r} {weight!r}", f"weightlab/{weight!r}.py", "exec")
        exec(code)
        """)


@attack()
def object_that_lies_about_its_class(it: Submission) -> None:
    """An object that claims to be an ndarray."""
    it.answers(
        "return Lying()",
        """
import numpy as np
class Text(str):
    __getitem__ = lambda self, key: self
    encode = lambda self, *args: b"x" * 10**7
class Meta(type):
    __name__ = property(lambda cls: Text("x"))
class Lying(metaclass=Meta):
    __class__ = property(lambda self: np.ndarray)
    __array__ = lambda self, *args, **kwargs: np.zeros(3)
    dtype, shape, ndim = np.dtype(float), (3,), 1
""",
    )


@attack("error")
def iterator_that_interrupts(it: Submission) -> None:
    """An iterator that raises KeyboardInterrupt."""
    it.answers(
        "return Interrupts()",
        """
class Interrupts:
    __iter__ = lambda self: self
    def __next__(self):
        raise KeyboardInterrupt
""",
    )
