"""What every host has in common: names, kernel settings, basic tools."""
