"""A run's curves told to ClearML, MLflow or TensorBoard as well, when somebody wants that.

A run's own files stay its truth: a tracker follows them in a thread of its own, so that one that is
slow, full or away costs the training nothing and never ends it.
"""
