"""What a site file says: YAML with positions becomes frozen models, or every mistake in it at once.

``load`` is the way in. It uses ``parse`` (YAML becomes a ``document``, with the place of everything),
``keys`` (the file's shape brought into that of the models), ``model`` with its ``types``, ``draft`` (what is
readable of a wrong file), the rules over it, and ``words``. What people are told of it all lies in ``told``.
"""
