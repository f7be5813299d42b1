"""The contract a component is written against: values and pure functions, no I/O."""
