"""Benchmarks against peers, run by ``python -m benchmarks``; ratios come from one run."""
