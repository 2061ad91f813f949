"""The media job: what is done with sound files once they are made, in a process of its own (`callcontrol media`)."""
