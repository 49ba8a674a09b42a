"""Who may do what over the network, and who did what."""
