"""Texts inside other texts: what YAML, program text, HTML and plain pages hold."""
