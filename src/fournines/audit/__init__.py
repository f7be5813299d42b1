"""The audit: reads the HA configuration of any site and says what will not fail over, and why.

``gather`` finds texts and their kinds, ``pages`` what stands in pages, ``parse`` their trees. The facts of
the components (``components/*/audit/facts``) are typed values made of trees, and rules
(``components/*/audit/rules``, ``site_rules``) judge the facts of a site at once. Everything behind ``gather``
is pure.
"""
