"""What is told of the site file: the page of the reference, the schema for editors, a file to start from."""
