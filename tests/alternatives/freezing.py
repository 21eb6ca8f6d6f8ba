"""Correct answers of chapter freezing in other styles."""

import math

import numpy as np

from . import answers
