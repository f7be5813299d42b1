"""What must hold between the parts of a site file, as pure rules over what was readable of it."""
