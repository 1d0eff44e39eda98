"""SQL of the warehouse, shipped as a package and read by importlib.resources."""
