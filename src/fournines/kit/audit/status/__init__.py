"""What does a script's exit status depend on? Shell and Python are read into steps, and the steps are walked.

``steps`` holds what a script is made of, ``shell`` and ``python`` make it from text, ``habits`` knows which
commands never fail, ``said`` which of them print an answer in HTTP, ``walk`` follows every way through and
says what must have been true at its end.
"""
