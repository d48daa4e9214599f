"""From a request to a trained model.

`request.py` makes a run, `worker.py` works on it. `recipes/` says how to train, `data/` on what;
`engine/` and `parts/` load torch, and only worker processes load those.
"""
