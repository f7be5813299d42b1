"""Gnocchi on every controller: measures, taken by any API, worked up by whichever host has its turn.

Measures and what is worked out of them are objects of the site's object store. Files would be those of the
host that took a measure, where nobody else finds them to work them up: there is no such choice here.
"""
