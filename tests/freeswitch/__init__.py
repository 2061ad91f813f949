"""The stories on a real FreeSWITCH, with SIP phones on loopback: `make test-freeswitch`."""
