"""A sample wire of our own writing, served on loopback, so that the whole path can be seen offline."""
