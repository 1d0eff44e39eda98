"""A sample wire, written for this project and served on loopback, on which the whole pipeline runs
offline."""
