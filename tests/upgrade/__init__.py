"""What earlier versions left behind is read by this one."""
