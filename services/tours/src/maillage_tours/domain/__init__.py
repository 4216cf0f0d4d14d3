"""The rules of transport: orders, one day's plan, its independent check, and its execution."""
