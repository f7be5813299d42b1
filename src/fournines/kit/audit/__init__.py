"""The audit's half of the contract: files, the facts read from them, and the rules that judge a site."""
