"""Addresses: identity (url_key), registrable domains, tracking parameters."""
