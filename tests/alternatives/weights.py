"""Correct answers of chapter weights in other styles."""

import math

import numpy as np

from . import answers
