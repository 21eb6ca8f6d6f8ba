"""Correct answers of chapter capstone in other styles."""

import math

import numpy as np

from . import answers
