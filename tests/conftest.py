"""Property tests are the same in every run, and never judged by the clock: machines are shared and noisy.

`HYPOTHESIS_PROFILE=explore make check` looks for new examples instead.
"""

from __future__ import annotations

import gc
import os

from hypothesis import HealthCheck, settings

_NOISY = [HealthCheck.too_slow]
settings.register_profile("same", deadline=None, derandomize=True, suppress_health_check=_NOISY)
settings.register_profile("explore", deadline=None, max_examples=500, suppress_health_check=_NOISY)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

gc.set_threshold(200_000, 50, 1000)  # moto leaves much behind, through which the collector would go again and again
