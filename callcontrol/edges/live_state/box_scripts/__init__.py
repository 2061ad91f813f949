"""The Lua script of voicemail boxes."""
