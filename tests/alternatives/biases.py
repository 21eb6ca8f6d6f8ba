"""Correct answers of chapter biases in other styles."""

import math

import numpy as np

from . import answers
