"""`make bench`: measured side by side in one run, printed as ratios. Not a test: nothing here can fail a build."""
