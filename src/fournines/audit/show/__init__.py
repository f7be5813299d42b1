"""Reports as JSON, text, SARIF and HTML: pure functions from a ``Report`` to a string."""
