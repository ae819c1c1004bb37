"""`lumbar serve`: a page that decides one case and explains it, and the same as JSON for programs.

Nothing about a patient is kept: the whole case comes with every request. The page works without script; what the script
adds is that only what changed is replaced. All that is medicine on it comes from the knowledge base, by `render`.
"""
