"""Pages of agents and supervisors: the desk, the floor, reports, walls."""
