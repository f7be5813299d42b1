"""A plan in the names of another family of distributions: to be read, never to be carried out.

Only Debian is built and run. What is rendered for another family shows how its hosts' files would be
(``translate``), and says what of it no source proves (``doubts``).
"""
