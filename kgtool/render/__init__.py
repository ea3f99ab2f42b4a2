"""Values → text: one module a kind of value, one function a format. Nothing here reads, decides or prints."""
