"""Problems of templates, told before anything is deployed: the engine, and the command `check` as one host of
it.
"""
