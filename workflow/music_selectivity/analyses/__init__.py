"""Analyses of the networks' responses, mostly one module per rule."""
