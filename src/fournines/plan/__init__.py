"""A site and its secrets become phases of steps with barriers. Pure, but for ``render``, which writes.

``participation`` says who takes part, ``order`` which stages follow which, ``make`` puts the plan together;
``capacity`` adds up what the site takes, ``vocabulary`` tells the spec which words there are.
"""
