"""The tests: one folder for each of callcontrol's, and stories, properties and captures beside them."""
