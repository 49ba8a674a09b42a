"""The dialect openmem/v1: MemTensor's `MemOSClient` works against this server by its base URL."""
