"""Whether the parts of a site fit together, judged while its file is read: pure, at the keys that say it."""
