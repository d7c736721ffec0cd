"""The corpus as a page to look at: `python -m flows.review` writes it, one HTML file that needs nothing else.

The command line is in `__main__`; `sample` chooses documents, `galley` sets the raw text of one beside its article,
`compare` two texts beside each other, `charts` counts, and `page` puts it all into the template.
"""
