"""The sentences of findings, by the kind of relation: evidence, in the words of a tutor.

``{0}``, ``{1}`` … are the relation's data; ``{along}``, ``{each}`` and ``{one}`` name an axis, see `_name_axis`.
Every predicate follows a subject such as "your result".
"""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter

import numpy as np

from .relations import FIRST_ARRAY, Relation
from .samples import Label, Sample

PREDICATES = {
    # what was done to the expected array to get what came back
    "negated": "is what was expected, with its sign flipped",
    "absolute": "is what was expected, without its sign",
    "square": "is the square of what was expected",
    "root": "is the square root of what was expected",
    "exp": "is exp of what was expected",
    "log": "is the natural logarithm of what was expected",
    "minus log": "is minus the natural logarithm of what was expected",
    "log of absolute": "is the natural logarithm of the magnitude of what was expected",
    "reciprocal": "is 1 divided by what was expected",
    "opposite": "is the opposite of what was expected",
    "one minus": "is 1 minus what was expected",
    "exp of negated": "is exp of minus what was expected",
    "positive part": "is what was expected, with 0 instead of every negative number",
    "negative part": "is what was expected, with 0 instead of every positive number",
    "leaky": "is what was expected, with negative numbers multiplied by 0.01",
    "clipped to 0 and 1": "is what was expected, clipped to the range from 0 to 1",
    "clipped to -1 and 1": "is what was expected, clipped to the range from -1 to 1",
    "truncated": "is what was expected, without its decimals, as when integers are stored",
    "floor": "is what was expected, rounded down to a whole number",
    "ceiling": "is what was expected, rounded up to a whole number",
    "nearest whole": "is what was expected, rounded to a whole number",
    "half rounded down": "is half of what was expected, rounded down to a whole number",
    "sign": "is only the sign of what was expected: 1, 0 or -1",
    "is positive": "is 1 where the expected number is positive, and 0 elsewhere",
    "is not zero": "is 1 where the expected number is not 0, and 0 elsewhere",
    "negation": "is 1 where 0 was expected, and 0 elsewhere",
    "sigmoid": "is the sigmoid of what was expected",
    "tanh": "is tanh of what was expected",
    "softplus": "is log(1 + exp(e)) for every expected number e",
    "rounded": "is what was expected, rounded to a few decimals; return it unrounded",
    "softmax over all": "is the softmax of what was expected, over all entries together",
    "softmax": "is the softmax of what was expected, along each {each}",
    "divided by its sum": "is what was expected, divided by the sum of all its entries",
    "divided by its largest": "is what was expected, divided by its largest entry",
    "divided by its largest magnitude": "is what was expected, divided by its largest magnitude",
    "divided by its first": "is what was expected, divided by its first entry",
    "divided by its norm": "is what was expected, divided by its norm",
    "minus its mean": "is what was expected, minus the mean of all its entries",
    "minus its largest": "is what was expected, minus the largest of all its entries",
    "standardised": "is what was expected, shifted and scaled to mean 0 and standard deviation 1",
    "divided by sums": "is what was expected, with each {each} divided by its sum",
    "divided by largest": "is what was expected, with each {each} divided by its largest entry",
    "divided by norms": "is what was expected, with each {each} divided by its norm (the square root of its sum of "
    "squares)",
    "minus means": "is what was expected, with the mean of each {each} subtracted from that {each}",
    "minus largest": "is what was expected, with the largest entry of each {each} subtracted from that {each}",
    "sorted": "holds the expected numbers, sorted",
    "sorted along": "holds the expected numbers, with each {each} sorted",
    "reversed": "is what was expected, in reverse order",
    "column order": "holds the expected numbers, read column by column and written row by row",
    "into columns": "holds the expected numbers, read row by row and written column by column",
    "transposed": "is what was expected, transposed",
    "flipped": "is what was expected, with its {along} in reverse order",
    "last two swapped": "is what was expected, with its last two {along} swapped",
    "last one too early": "has the last expected {one} in place of the one before it, and zeros in the last {one}",
    "rolled forward": "is what was expected, with its last {one} moved to the front",
    "rolled back": "is what was expected, with its first {one} moved to the end",
    "rolled back by": "is what was expected, with its first {2} {along} moved to the end",
    "rolled forward by": "is what was expected, with its last {2} {along} moved to the front",
    "cumulative over all": "is the running total of all expected entries, row after row",
    "cumulative": "is the running total of what was expected, along each {each}",
    "cumulative from the end": "is the running total of what was expected, from the end of each {each}",
    "first repeated": "has the first expected {one} in place of each {one}",
    "last repeated": "has the last expected {one} in place of each {one}",
    "mean repeated": "has the mean of all expected {along} in place of each {one}",
    "running mean": "is the running mean of what was expected, along each {each}",
    "sum repeated": "has the sum of all expected {along} in place of each {one}",
    "all but first are zero": "has only the first {one} right and zeros in all others",
    "all but last are zero": "has only the last {one} right and zeros in all others",
    "first is zero": "is what was expected, but its first {one} is all zeros",
    "last is zero": "is what was expected, but its last {one} is all zeros",
    "rows zero": "holds only right rows and rows of zeros",
    "columns zero": "holds only right columns and columns of zeros",
    "permuted": "holds the expected {along}, in the wrong order",
    "entries permuted": "holds the expected numbers, in the wrong positions",
    "two values": "is one number wherever {0} is expected, and another number wherever {1} is expected",
    "shifted": "is what was expected, with one number added to all entries",
    "scaled": "is what was expected, with all entries multiplied by one number",
    "scaled and shifted": "is what was expected times {0}, with one number added to all entries",
    "scaled and shifted somehow": "is what was expected times one number, with another number added to all entries",
    "lines scaled": "is what was expected, with the {along} multiplied by numbers that are not all the same",
    "lines scaled and shifted": "is what was expected, with the {along} scaled and shifted by numbers that are not "
    "all the same",
    "lines shifted": "is what was expected, with a number added to each {one}",
    "nearly": "differs from what was expected by less than 1% of the largest magnitude, as if it had been "
    "rounded or a small number had been added",
    "first axis alike": "is the same all along its first axis",
    "lines alike": "is one {one}, repeated",
    "all different": "holds different numbers where the same number is expected everywhere",
    "nonzero": "has entries other than 0, where 0 is expected everywhere",
    # counts
    "count": "is {0}",
    "count product": "is {0} times {1}",
    "count sum": "is {0} plus {1}",
    "count difference": "is {0} minus {1}",
    # sides
    "only": "is {0} instead of {1}",
    "never negative": "is never negative, though a negative number is expected somewhere",
    "never positive": "is never positive, though a positive number is expected somewhere",
    "too large": "is too large",
    "always zero": "is 0",
    "too small": "is too small",
    "never above": "is what was expected, but never above {0}",
    "never below": "is what was expected, but never below {0}",
    "order kept": "holds wrong numbers, but their order by size is right in each {each}",
    # other shapes
    "sums": "holds only the sum of each expected {each}",
    "means": "holds only the mean of each expected {each}",
    "largest": "holds only the largest entry of each expected {each}",
    "smallest": "holds only the smallest entry of each expected {each}",
    "positions of largest": "holds the position of the largest entry in each expected {each}",
    "only the first": "is only the first {one} of what was expected",
    "only the last": "is only the last {one} of what was expected",
    "without the first": "is what was expected, but the first {one} is missing",
    "without the last": "is what was expected, but the last {one} is missing",
    "without empty": "is what was expected, but the {along} that hold only zeros are missing",
    "last two added": "is what was expected, with its last two {along} added together into one {one}",
    "flat": "holds the expected numbers in one 1-D array",
    "flat by columns": "holds the expected numbers in one 1-D array, column by column",
    "flat not reshaped": "holds the expected numbers in one 1-D array",
    "other shape": "holds the expected numbers in the right order, but in another shape",
    "one for all": "is a single number instead of an array with that number in every entry",
    "last ones missing": "is what was expected, but {along} at the end are missing",
    "first ones missing": "is what was expected, but {along} at the start are missing",
    "one axis more": "is what was expected, with one axis too many",
    "squeezed": "is what was expected, but an axis of length 1 is missing",
    "sum of all": "is the sum of all expected entries",
    "mean of all": "is the mean of all expected entries",
    "largest of all": "is the largest of the expected entries",
    "position of largest": "is the position of the largest expected entry",
    "diagonal": "is only the diagonal of what was expected",
    "as a diagonal": "has the expected numbers on the diagonal of a matrix",
    "one-hot": "is the one-hot form of what was expected",
    "sum not taken": "is not added up yet: the sum of its entries is the expected number",
    "mean not taken": "is not averaged yet: the mean of its entries is the expected number",
    "mean of squares not taken": "is not squared and averaged yet: the mean of its squares is the expected number",
    "diagonal not taken": "is a matrix whose diagonal holds the expected numbers",
    "axis not summed": "is not added up yet: the sums along each {each} are the expected numbers",
    "axis not averaged": "is not averaged yet: the means along each {each} are the expected numbers",
    "position not taken": "has its largest entry in each {each} at the expected position; return that position",
    "one too many at the end": "is what was expected, with one {one} too many at the end",
    "one too many at the start": "is what was expected, with one {one} too many at the start",
    # constants
    "none": "is None",
    "all NaN": "is NaN (not a number)",
    "all zeros": "is 0",
    "all ones": "is 1",
    "all one number": "is the same number in all entries",
    # scales
    "times": "is {0} times what was expected",
    "divided by": "is what was expected, divided by {0}",
    "times over": "is what was expected times {0}{1}, divided by {2}",
    "fraction less one": "is (n - 1) / n times what was expected, where n is {0}",
    "fraction more one": "is n / (n - 1) times what was expected, where n is {0}",
    "times number": "is {0} times what was expected",
    "off by": "is {0} {1} than what was expected",
    "off by number": "is {0} {1} than what was expected",
    # how the change of an argument or of another function's result is wrong
    "lacks": "is what was expected, except that {0} is not added",
    "adds twice": "is what was expected, with {0} added once more",
    "lacks factor": "is what was expected, but not multiplied by {0}",
    "factor too many": "is what was expected, but multiplied by {0}",
    "term times": "is what was expected, {0} {1} times {2}",
    "term divided by": "is what was expected, {0} {1} divided by {2}",
    "differs by multiple": "differs from what was expected by a multiple of {0}",
    "change missing": "is unchanged from {0}",
    "change negated": "differs from {0} by the required change with its sign flipped",
    "change multiplied": "is {0} multiplied by the required change, instead of the sum of the two",
    "change constant": "differs from {0} by the same number in all entries, but the required changes are not all "
    "the same",
    "change scaled": "differs from {0} by a multiple of the required change",
    "change times": "differs from {0} by the required change, multiplied by {1}",
    "change divided by": "differs from {0} by the required change, divided by {1}",
    # the inputs
    "input": "is the argument {0}, unchanged",
    "whole rows": "holds only whole rows of {0} and rows of zeros",
    "input negated": "is minus the argument {0}",
    "input doubled": "is twice the argument {0}",
    "input squared": "is the square of the argument {0}",
    "input transposed": "is the argument {0}, transposed",
    "input is positive": "is 1 where the argument {0} is positive, and 0 elsewhere",
    "input positive part": "is the positive part of the argument {0}",
    "input exp": "is exp of the argument {0}",
    "input sigmoid": "is the sigmoid of the argument {0}",
    "input tanh": "is tanh of the argument {0}",
    "input softplus": "is log(1 + exp(t)) for every number t in {0}",
    "input sum": "is the sum of all entries of {0}",
    "input mean": "is the mean of all entries of {0}",
    "input rows summed": "is the sum of the rows of {0}",
    "input rows averaged": "is the mean of the rows of {0}",
    "input columns summed": "holds the sum of each row of {0}",
    "input columns averaged": "holds the mean of each row of {0}",
    "input largest": "is the largest entry of {0}",
    "input minus smallest": "is {0} minus its smallest entry",
    "input minus largest": "is {0} minus its largest entry",
    "input minus mean": "is {0} minus its mean",
    "input divided by largest": "is {0} divided by its largest magnitude",
    "input length": "is the length of {0}",
    "input entries": "is the number of entries of {0}",
    "input squares summed": "is the sum of the squares of {0}",
    "input largest magnitude": "is the largest magnitude in {0}",
    "product of": "is {0} * {1}, entry by entry",
    "sum of": "is {0} + {1}, entry by entry",
    "difference of": "is {0} - {1}, entry by entry",
    "power of": "is {0} to the power of {1}, entry by entry",
    "quotient of": "is {0} / {1}, entry by entry",
    "matrix product of": "is the matrix product {0} @ {1}",
    "matrix product transposed left": "is the matrix product {0}.T @ {1}",
    "matrix product transposed right": "is the matrix product {0} @ {1}.T",
    "matrix product reshaped left": "is the matrix product {0} @ {1}, with {0} reshaped first (not transposed)",
    "matrix product reshaped right": "is the matrix product {0} @ {1}, with {1} reshaped first (not transposed)",
    "outer product of": "is the outer product of {0} and {1}",
    "equality of": "is 1 where {0} equals {1}, and 0 elsewhere",
    "squared difference of": "is ({0} - {1}) squared, entry by entry",
    "absolute difference of": "is the magnitude of {0} - {1}, entry by entry",
    "reduced": "is {0}",
    "concatenation of": "is {0} followed by {1}",
    "related": "is what `{0}` gives",
    "related part": "is {0}",
    "wrong between": "is wrong only where {0} is between {1} and {2} (and right at {3} and at {4})",
    "wrong strictly between": "is wrong only where {0} is above {1} and below {2}; it is right at {1} and at {2}",
    "wrong at": "is wrong only where {0} is {1} (and right at {2} and at {3})",
    "one axis more in shape": "has one axis too many",
    "always so many": "has the same number of {along}, whatever number is required",
    "32-bit integers": "is the expected number as a 32-bit integer would hold it: numbers that are too large lose "
    "their highest bits",
    "32-bit floats": "is the expected number as a 32-bit float would hold it, with about seven digits",
    "too few": "has fewer {along} than required",
    "too many": "has more {along} than required",
    "axes": "{0}; {1} is required",
    "axes missing": "has only {0} of the required shape",
    "shape of": "has the shape of {0}, which is not the required one",
    "always shape of": "has the shape of {0}, which is not always the required one",
    # types
    "floats for integers": "holds the right numbers as floats; integers are required",
    "truth value": "is a truth value (True or False) instead of the number 1 or 0",
    "number for truth": "is the number 1 or 0 instead of a truth value: return True or False",
    "text": "is a string instead of a number",
    "text for truth": "is a string instead of a truth value: return True or False itself, not its name",
    # parts of arrays
    "only first": "is wrong only in its first {one}",
    "only last": "is wrong only in its last {one}",
    "all but first": "is right only in its first {one}",
    "all but last": "is right only in its last {one}",
    "diagonal wrong": "is wrong on the diagonal and right elsewhere",
    "off-diagonal wrong": "is right on the diagonal and wrong elsewhere",
    "entries where": "is wrong exactly in the entries where {mask} is expected",
    "entries where input": "is wrong exactly in the entries where {1} is {0}",
}
MASKS = {
    "expected negative": "a negative number",
    "expected positive": "a positive number",
    "expected zero": "a 0",
}
CONDITIONS = {
    "where empty": "{0} is empty",
    "where holds 0": "{0} contains 0",
    "where an entry is ()": "{0} has an entry of shape ()",
    "where an item is None": "an item of {0} is None",
    "where one item": "{0} has a single item",
    "where all layers": "{0} contains all layers",
    "where one": "{0} is 1",
    "where several of them": "{0} has two or more items",
    "where two items": "{0} has two items",
    "where several items": "{0} has two or more items",
    "where many items": "{0} has more than two items",
    "where zero": "{0} is 0",
    "where negative": "{0} is negative",
    "where above one": "{0} is above 1",
    "where below one": "{0} is between 0 and 1",
    "where square": "all matrices among the arguments are square",
    "where not square": "a matrix among the arguments is not square",
    "where float32": "the arguments are float32",
    "where integers": "{0} holds whole numbers",
    "where expected 0": "0 is expected",
    "where expected False": "False is expected",
    "where expected True": "True is expected",
    "where a whole number": "{0} is an integer",
    "where array": "{0} is an array",
    "where number": "{0} is a single number",
    "where expected positive": "a positive number is expected",
    "where expected negative": "a negative number is expected",
    "where one row": "{0} has length 1",
    "where one column": "{0} has a single column",
    "where more rows than columns": "{0} has more rows than columns",
    "where more columns than rows": "{0} has more columns than rows",
    "where not 2-D": "{0} is not 2-D",
    "where 1-D": "{0} is 1-D",
    "where many axes": "{0} has more than two axes",
    "where negative entries": "{0} has negative entries",
    "where all negative": "all entries of {0} are negative",
    "where zeros": "{0} contains a 0",
    "where all zero": "{0} is all zeros",
    "where an array is all zero": "an array in {0} is all zeros",
    "where large": "{0} holds large numbers (80 or more in magnitude here; the limit in your code may differ)",
    "where a tiny number": "{0} is tiny",
    "where tiny": "{0} holds only tiny numbers",
    "where all equal": "all entries of {0} are equal",
    "where NaN": "{0} contains NaN",
    "where the last class is missing": "no entry of {0} is the last class",
    "where ties": "several entries in a row of {0} tie for the largest",
    "where last batch short": "the last batch is smaller than the others",
    "where last batch full": "the last batch is as large as the others",
    "where several batches": "there are several batches",
    "where several epochs": "there are several epochs",
}
DRAWS = {
    "draws not finite": "Your weights contain NaN or infinity.",
    "draws flat": "Your weights are in one 1-D array; one row per input and one column per neuron are required.",
    "draws shape": "Your weights have shape ({0}); (fan_in, fan_out) is required.",
    "draws integers": "Your weights are stored as integers, so everything after the decimal point is lost.",
    "draws all zeros": "All your weights are 0.",
    "draws line empty": "The {0} of your weights holds only zeros.",
    "draws constant": "All your weights are the same number.",
    "draws few values": "Your weights take only {0} different values.",
    "draws rows alike": "All rows of your weights are the same.",
    "draws columns alike": "All columns of your weights are the same.",
    "draws halves repeat": "The second half of the {0} repeats the magnitudes of the first half.",
    "draws halves mirrored": "The second half of the {0} mirrors the magnitudes of the first half.",
    "draws sorted": "Your weights are sorted along each {0}; random weights have no order.",
    "draws lines repeat": "Some {0} of your weights are the same, number for number; separate draws are almost "
    "never equal.",
    "draws rounded": "Your weights are rounded: none has more than {0}, and a random draw has many more.",
    "draws repeat": "Many of your weights have the same magnitude; separate draws are almost never equal.",
    "draws zeros": "In a layer of shape {0}, {1} of your weights are exactly 0; a random draw is almost never "
    "exactly 0.",
    "draws clipped": "Many of your weights have exactly the largest magnitude, as if they had been clipped.",
    "draws never negative": "In the cases tried, none of your weights is negative; weights need both signs.",
    "draws never positive": "In the cases tried, none of your weights is positive; weights need both signs.",
    "draws one sign": "In each call, all weights have the same sign; weights need both signs.",
    "draws mean": "The mean of your weights is clearly {0} 0.",
    "draws uniform for normal": "Your weights follow a uniform distribution; a normal distribution is required.",
    "draws normal for uniform": "Your weights follow a normal distribution; a uniform distribution is required.",
    "draws truncated": "None of your weights is more than {0} standard deviations from their mean: the tails are cut "
    "off.",
    "draws deviation": "The standard deviation of your weights is {0}, which is not the required one.",
    "draws deviation root": "The standard deviation of your weights is about {0} times the required one: the variance "
    "is {1} the required one.",
    "draws peaked": "Your weights do not follow a {0} distribution: too many of them are near the mean.",
    "draws deviation number": "The standard deviation of your weights is {0} times the required one.",
    "draws rescaled": "The standard deviation of your weights is the required one to the last digit, as if the weights "
    "had been rescaled after they were drawn.",
    "draws rescaled lines": "All {0}s of your weights have exactly the same {1}, as if each {0} had been rescaled "
    "after it was drawn.",
    "draws centred": "The mean of your weights is 0 to the last digit, as if it had been subtracted after they were "
    "drawn.",
}
FORMS = {
    "iterator": "Your function returns an iterator (from yield, zip, map, a generator expression or the like), which "
    "can be read only once. Return its contents.",
    "iterator inside": "Your answer holds an iterator (from zip, map, a generator expression or the like), which can "
    "be read only once. Return its contents.",
    "fails test": "Your function fails this test: {0}.",
    "nothing returned": "The function returned None in every case. Is there a return, and is it reached?",
    "parts in another order": "You returned the right parts in the wrong order: {0}.",
    "parts swapped": "You returned the right {0} and {1}, but in the wrong order.",
    "part alone": "You returned only {0}; {1} are expected.",
    "part missing": "You returned {0} of {1} parts.",
    "part too many": "You returned one part too many, {0}; the other parts are right.",
    "parts and more": "You returned more than {0} items; the first {0} are right.",
    "list reversed": "The items of your answer are right, but in reverse order.",
    "item missing at the end": "The last item of your answer is missing; the others are right.",
    "item missing at the start": "The first item of your answer is missing; the others are right.",
    "item too many at the end": "Your answer has one item too many at the end; the others are right.",
    "item too many at the start": "Your answer has one item too many at the start; the others are right.",
    "pairs swapped": "The items of each pair are swapped.",
    "pairs in two lists": "You returned two lists; one list of pairs is expected.",
    "dictionary": "You returned a dictionary; return the items themselves, in the required order.",
    "always the same": "Your result is {0} in every case.",
    "array of": "Your results are arrays of {0}; real numbers are required.",
    "always one number": "Your result is the single number {0} in every case; an array is required.",
    "same array": "Your result is the same array in every case. Is it made only once, or does it ignore the arguments?",
    "kept": "{0} begins with the result of the previous call. Is a list kept between calls, such as one outside the "
    "function or a default argument []?",
    "never refuses": "All your results are right, but none of the invalid inputs raised {0}{1}.",
    "refuses some": "All your results are right, but {0} of {1} invalid inputs raised no {2}{3}.",
    "refuses badly": "All your results are right, but {3} {2} with the required values in its message.",
    "none at the start": "The first item of your answer is None; the others are right.",
    "none at the end": "The last item of your answer is None; the others are right.",
    "none for some": "Some items of your answer are None where a value is expected; the other items are right.",
    "not none": "Your answer has a value where None is expected; the other items are right.",
    "nones missing": "Your answer holds only the items that are not None; keep each None at its position.",
    "items alike": "In every case tried in which your answer has several items, they are all the same. Does it contain "
    "one list or tuple several times?",
    "items missing": "Some items of your answer are missing; the others are right, and in the right order.",
    "refuses some otherwise": "All your results are right, but in {0} of {1} cases invalid input raises {3} instead of "
    "{2}.",
    "refuses otherwise": "All your results are right, but invalid inputs raise {1} instead of {0}.",
    "refuses by chance": "All your results are right, but in {0} of {1} cases the {2} comes from Python or NumPy, not "
    "from your function, and the message lacks a required value. Check the input first.",
    "refuses without naming": "You refuse all invalid inputs, but the message does not contain {0}.",
    "names some": "You refuse all invalid inputs, but in {0} cases the message does not contain {1}.",
    "changes its input": "All your results are right, but the call changes the caller's own `{0}`.",
    "changes as well": "The call also changes the caller's own `{0}`.",
    "changes an argument": "The call changes the caller's own `{0}`.",
    "unusable": "Your function gave {0}.",
    "never called": "Your function never calls {0}.",
    "called once": "Your function never calls {0} more than once, though several calls are needed in some cases.",
    "called with": "Your function calls {0} with an array of shape {1} where the course's own solution passes one of "
    "shape {2}.",
    "called too seldom": "Your function calls {0} too few times: for example, {1} where {2} needed.",
    "frozen moved": "Your function is right where nothing is frozen, but in {0} cases the {1} of frozen layers change.",
    "right except where": "Among the valid inputs tried, your function is right except where {0}.",
    "stops where": "Among the valid inputs tried, your function stops with {0} only if {1}.",
}


def tell_relation(relation: Relation, subject: str) -> str:
    """Say how a subject's values are related to the expected ones."""
    kind, *data = relation
    names = {}
    if kind in AXIS_KINDS:
        axis, ndim, *_ = data
        names = _name_axis(axis, ndim)
    elif kind == "entries where":
        names = {"mask": MASKS[data[0]]}
    elif kind == "times" and data[0].endswith("½"):
        return f"{subject} is {data[0].replace('½', 'half of')} what was expected"
    elif kind == "times" and "the square" in data[0]:  # "the square root of n times …" could mean the root of a product
        return f"{subject} is what was expected, multiplied by {data[0]}"
    elif kind == "change missing" and data[0].strip("`").isidentifier():
        return f"{subject} is unchanged from the argument {data[0]}"
    return f"{subject} {PREDICATES[kind].format(*data, **names)}"


def tell_condition(condition: Relation) -> str:
    """Say in a clause what is true of the cases that a condition describes."""
    kind, *data = condition
    if kind == "where both":
        return f"{tell_condition(data[0])} and {tell_condition(data[1])} (either may be the reason)"
    return CONDITIONS[kind].format(*data)


BEGINNINGS = {
    "where it is wrong": "In every wrong case tried,",
    "where something came back": "In every case tried in which a result came back,",
}


_OF_A_PART = (
    ("the items of your answer", "its items"),
    ("the first item of your answer", "its first item"),
    ("the last item of your answer", "its last item"),
    ("some items of your answer", "some of its items"),
    ("your answer", "it"),
)
"""Words about a whole answer, and the same words about a part that has just been named."""


def tell_whole(relation: Relation) -> str:
    """Write a finding that is a complete sentence."""
    kind, *data = relation
    if kind == "in a part where wrong":
        words = tell_whole(data[1])
        words = f"{words[0].lower()}{words[1:]}"
        for long, short in _OF_A_PART:
            words = words.replace(long, short)
        return f"In every case tried in which your `{data[0]}` is wrong, {words}"
    if kind == "in a part":
        words, own = tell_whole(data[1]), f"our `{data[0]}`"
        told = words.replace("our answer", own)  # your or Your
        return told if told != words else f"In y{own}, {words[0].lower()}{words[1:]}"
    if kind in BEGINNINGS:
        words = tell_whole(data[0])
        return f"{BEGINNINGS[kind]} {words[0].lower()}{words[1:]}"
    if kind == "right except where":
        data = [tell_condition(data[0])]
    elif kind == "refuses badly":
        data.append(_count_refused(int(data[1]) - int(data[0]), data[1]))
    words = (DRAWS | FORMS)[kind].format(*data)
    if data[-1:] == [FIRST_ARRAY]:
        for own, article in (("your", "the"), ("Your", "The")):
            words = words.replace(f"{own} weights", f"{article} weights {FIRST_ARRAY}")
    return words


def _count_refused(refused: int, total: str) -> str:
    """Begin a clause that says how many invalid inputs are refused as they should be."""
    if not refused:
        return f"none of the {total} invalid inputs raises"
    return f"only {refused} of {total} invalid inputs raise{'s' if refused == 1 else ''}"


def tell_change(changed: Relation, kind: str, words: str) -> str:
    """Say which argument a call changes beside another finding, of which the kind and the words are given, if any.

    The change comes first if it may be what stops the function, as when floats are written into an array of integers.
    """
    if kind == "stops where":
        return f"{tell_whole(('changes an argument', *changed[1:]))} {words}"
    return f"{words} {tell_whole(changed)}".strip()


CHANGES = frozenset(
    f"change {how}" for how in ("missing", "negated", "times", "divided by", "multiplied", "constant", "scaled")
)
"""Kinds that say how far an answer is from an argument, compared with what is required."""
AXIS_KINDS = {
    kind
    for kind, template in PREDICATES.items()
    if {"along", "each", "one"} & {field for _, field, _, _ in Formatter().parse(template)}
}


def _name_axis(axis: int, ndim: int) -> dict[str, str]:
    """Return the words for the items along an axis, for one of them, and for the lines that run along it."""
    if ndim == 1:
        return {"along": "entries", "one": "entry", "each": "array"}
    if ndim == 2:
        along, one, each = (("rows", "row", "column"), ("columns", "column", "row"))[axis]
        return {"along": along, "one": one, "each": each}
    return {"along": f"entries along axis {axis}", "one": f"entry along axis {axis}", "each": f"line along axis {axis}"}


def name_subject(label: Label) -> str:
    """Name the part of an answer that a label stands for."""
    if label.view:
        return f"the list “{label.view}”"
    if label.item is None:
        return f"your `{label.part}`" if label.part else "your result"
    of = f" in your `{label.part}`" if label.part else ""
    return f"{'the second' if label.item else 'the first'} item of each pair{of}"


def name_arrays(part: str) -> str:
    """Name all arrays in the pairs of a part of an answer."""
    return f"each array in your `{part}`" if part else "each array in your result"


def capital(words: str) -> str:
    """Write the first letter as a capital one."""
    return words[:1].upper() + words[1:]


def tell_one_value(wrong: Sequence[Sample]) -> str:
    """Say what came back in all wrong entries, if that is always 0, 1 or -1."""
    if any(sample.wrong_entries is None or sample.got.dtype.kind == "b" for sample in wrong):
        return ""
    values = np.concatenate([sample.got[sample.wrong_entries].ravel() for sample in wrong])
    return f"; each wrong entry is {values[0]:.0f}" if values[0] in (0, 1, -1) and (values == values[0]).all() else ""


def count_wrong_cases(wrong: Sequence[Sample]) -> str:
    """Say how many cases are wrong."""
    n = len({sample.index for sample in wrong})
    return "the one case that is wrong" if n == 1 else f"the {n} cases that are wrong"
