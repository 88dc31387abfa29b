"""Readers: one module per kind of record, each giving a frame of fixed columns."""
