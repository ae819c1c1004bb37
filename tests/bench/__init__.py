"""Measurements: run by `make bench` alone, each as a ratio or a curve within one run."""
