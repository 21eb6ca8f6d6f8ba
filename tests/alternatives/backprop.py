"""Correct answers of chapter backprop in other styles."""

import math

import numpy as np

from . import answers
