"""Prediction logs with known faults, and the truth about them: for tests that ask whether Vitals finds what is wrong.

`flights` and `synthetic` make a faultless world, `faults` spoils a range of its days and says what may be found, `world`
writes it as the files that a model reads. Everything is a function of its arguments and a seed.
"""
