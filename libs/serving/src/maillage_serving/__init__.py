"""How a service is served: its process, its HTTP doors, who may pass them."""
