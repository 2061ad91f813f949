"""The stories on a real FreeSWITCH, with SIPp phones on loopback: `make test-freeswitch`."""
