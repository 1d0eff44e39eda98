"""`python -m flows.engine`: a flow run, as `python -m prefect.engine` runs it.

multiprocessing imports a parent's main module anew in each of its workers. That of Prefect's engine is all of Prefect: a second of
CPU and 100 MB for every extraction worker, which needs none of it. This one is empty for them.
"""

import gc
import runpy

if __name__ == "__main__":
    gc.set_threshold(50_000)  # importing Prefect makes 100,000 objects that stay: looking for garbage among them costs 0.15 s
    runpy.run_module("prefect.engine", run_name="__main__")
