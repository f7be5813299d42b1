"""The program that looks at a host before anything of fournines was there."""
