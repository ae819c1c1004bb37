"""Patients drawn from the population of a knowledge base, whole columns at a time, and what the rules make of them."""

from .figures import Figures, Group, Wanted, figures
from .sampler import Sampler

__all__ = ["Figures", "Group", "Sampler", "Wanted", "figures"]
