"""Heat on every controller: stacks of resources, made and repaired by whichever engine is free."""
