"""Fuzzing of everything that reads what others wrote: one file per target, one function in it that takes any bytes.

The function asserts what must hold for them and lets nothing but that out: AssertionError, or an exception the code
under test does not document, is a find. hypothesis calls it in `make test`, atheris for as long as one likes in
`make fuzz`; `corpus/TARGET/` are the seeds of both.
"""
