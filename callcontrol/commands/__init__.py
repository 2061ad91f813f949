"""The commands, one file each: what a person types behind `callcontrol`."""
