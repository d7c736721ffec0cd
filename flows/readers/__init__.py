"""Containers: what a raw file holds, opened level by level, each kind in one module.

A reader takes a stream and yields pieces (`flows.model.Piece`): documents, rejects, and records that are no documents.
It never extracts to disk by a member's own name, and a bad member does not take its neighbours down.
"""
