"""Everything Great Expectations: suites as YAML, and the code that loads, checks and runs them.

`loading` reads suites without the library; `checking` and `running` import it inside the functions that need it
(3 s, 260 MB).
"""
