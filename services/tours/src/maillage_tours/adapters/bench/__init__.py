"""Published instances, read into the planner's own problem, solved, checked and compared."""
