"""Aodh on every controller: alarms over what Gnocchi measures, each looked at by one evaluator at a time."""
