"""Patients drawn from the population of a knowledge base, whole columns at a time, and what the rules make of them."""

from .cases import Drawn, cases, columns_of
from .figures import Figures, Group, Wanted, figures
from .often import HowOften, how_often
from .sampler import Sampler

__all__ = ["Drawn", "Figures", "Group", "HowOften", "Sampler", "Wanted", "cases", "columns_of", "figures", "how_often"]
