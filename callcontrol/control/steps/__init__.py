"""What all kinds share: ringing, talking, the end with a cause. One file for each."""
