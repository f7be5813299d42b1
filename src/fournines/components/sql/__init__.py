"""SQL, as the audit meets it: statements in scripts, in files and behind the prompts of a page."""
