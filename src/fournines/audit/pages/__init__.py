"""Pages and commands that hold files of their own: Markdown, here-documents, ``echo >> file``."""
